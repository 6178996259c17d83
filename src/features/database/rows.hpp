// Rows of a query as clients get them: column names and types, then one JSON array per row.
#pragma once

#include "pg/statement.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace basekeeper::database {

/// A result of one statement, made from what the server sent. Numbers up to 53 bits, booleans and JSON become JSON
/// values; everything else, also `numeric` and larger integers, stays text, so that no digit is lost.
struct rows_page
{
    pg::statement_result outcome;
    std::size_t budget_bytes = SIZE_MAX; ///< of the encoded result; rows that do not fit are left out and said so
    std::string ran_as{};                ///< the role, when it was another than the login's own

    /// Of the first row, where callers page by an argument `offset` and not by their own SQL.
    std::optional<std::size_t> offset{};

    static boost::json::object json_schema();
    void write_json(std::string& out) const;
};

/// The name of a built-in type, or `oid:N` for another.
std::string type_name(pg::oid type);

/// The type that a name such as `int4`, `integer` or `uuid` stands for; 0 when it is not a known built-in.
pg::oid type_from_name(std::string_view name);

/// The names that type_from_name takes, for error messages.
std::string known_type_names();

} // namespace basekeeper::database
