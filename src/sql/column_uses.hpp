// Which columns a SELECT filters, joins, groups and sorts by: what an index could serve.
#pragma once

#include "base/result.hpp"
#include "sql/qualified_name.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::sql {

enum class column_use
{
    equality, ///< `=`, IN, a join
    range,    ///< `<`, `>`, BETWEEN, LIKE
    order,    ///< ORDER BY, in its order
    group     ///< GROUP BY, in its order
};

struct used_column
{
    std::string qualifier; ///< alias or table as the text names it; empty: any table of the query
    std::string column;
    column_use use;

    bool operator==(const used_column&) const = default;
};

struct used_relation
{
    qualified_name name;
    std::string alias; ///< the table's own name when it has none

    bool operator==(const used_relation&) const = default;
};

/// Of one SELECT, subqueries included. Scopes are not told apart: an alias used twice may stand for either table.
struct query_columns
{
    std::vector<used_relation> relations;
    std::vector<used_column> columns;
    std::size_t parameters = 0; ///< the highest $n
};

/// Fails with invalid_argument for text that is not exactly one SELECT.
result<query_columns> columns_of(std::string_view text);

} // namespace basekeeper::sql
