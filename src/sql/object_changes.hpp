// Which tables, views and sequences a statement makes and removes, as far as its text shows.
#pragma once

#include "sql/qualified_name.hpp"

#include <string_view>
#include <vector>

namespace basekeeper::sql {

/// What a history of statements leaves. Only what is certain is kept: a CASCADE, a dropped schema, code that cannot
/// be seen or a changed search_path makes it forget what may be gone or elsewhere.
class object_ledger
{
public:
    /// A new script begins: its names mean again what they mean at login.
    void begin_script() { path_is_known_ = true; }

    /// Goes on with one statement; text that the grammar does not take makes it forget everything.
    void add(std::string_view statement);

    /// Tables, views and sequences that were made and not removed again, in order of making.
    const std::vector<qualified_name>& made() const { return made_; }

private:
    void forget(const qualified_name& name);
    void forget_schema(std::string_view schema);

    std::vector<qualified_name> made_;
    bool path_is_known_ = true; ///< unqualified names mean what they mean at login
};

} // namespace basekeeper::sql
