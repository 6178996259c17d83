// A name with or without its schema.
#pragma once

#include <boost/json/fwd.hpp>

#include <string>
#include <string_view>

namespace basekeeper::sql {

/// A possibly qualified name; `schema` is empty when the text gives none.
struct qualified_name
{
    std::string schema;
    std::string name;

    bool operator==(const qualified_name&) const = default;
};

/// The identifier in quotes, whatever it is: safe as part of SQL text. NUL bytes must have been refused before.
std::string quoted_identifier(std::string_view identifier);

/// `schema.name` for people, quoted where it would be misread; not for SQL, where keywords need quotes too.
std::string to_text(const qualified_name& name);

/// The name that a list of `String` nodes spells; of database.schema.name the last two count.
qualified_name name_from(const boost::json::array& parts);

} // namespace basekeeper::sql
