// The tables of the simulated server: rows are JSON objects, as its API shows them.
#pragma once

#include "features/rehearsal/randomness.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::rehearsal {

using row = boost::json::object;

/// The text of a column; empty when it is none.
std::string text_of(const row& from, std::string_view column);

/// True only for a JSON true.
bool truth_of(const row& from, std::string_view column);

/// Nothing when it is no number.
std::optional<std::int64_t> number_of(const row& from, std::string_view column);

/// Rows in the order of their creation. They stay where they are until they are removed.
class table
{
public:
    /// `id_column` is the name of the column that holds the id.
    explicit table(std::string id_column) : id_column_(std::move(id_column)) {}

    /// With a new id in front.
    row& insert(row what, randomness& chance);

    /// Null when there is none.
    row* find(std::string_view id);

    /// Those with this text in a column, the oldest first.
    std::vector<row*> where(std::string_view column, std::string_view value);
    std::vector<row*> all();

    /// Takes the row out; nothing when there is none.
    std::optional<row> take(std::string_view id);
    void remove_where(std::string_view column, std::string_view value);

    const std::string& id_column() const { return id_column_; }

private:
    std::string id_column_;
    std::list<row> rows_;
};

} // namespace basekeeper::rehearsal
