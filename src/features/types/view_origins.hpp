// Where the columns of views come from: read out of the stored tree of the view, followed down to the tables.
#pragma once

#include "pg/row_set.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace basekeeper::types {

/// A column of a relation by its number.
using column_place = std::pair<pg::oid, int>;

/// One result column of a query, and the column it is taken from as it is; `from.first` is 0 for an expression.
struct result_column
{
    int number = 0;
    column_place from;

    bool operator==(const result_column&) const = default;
};

/// Reads the target list of the first query in a `pg_node_tree` text (pg_rewrite.ev_action). What is not such a text
/// gives no columns.
std::vector<result_column> read_target_list(std::string_view node_tree);

/// For each column of a table or view, the columns of views that show it unchanged: view oid to column numbers.
using shown_in = std::map<column_place, std::map<pg::oid, std::set<int>>>;

/// Follows views through views. `views` are those that may be looked into.
shown_in follow(const std::map<pg::oid, std::vector<result_column>>& views);

} // namespace basekeeper::types
