// INSERT, UPDATE, DELETE and MERGE: what they are, and whether they mean every row.
#pragma once

#include "sql/syntax_tree.hpp"

namespace basekeeper::sql {

/// True for the four kinds of statement that change rows.
bool is_data_change(std::string_view kind);

/// True when the WHERE clause of an UPDATE or DELETE is absent or constant, so that every row is meant.
bool touches_every_row(const boost::json::object& statement);

} // namespace basekeeper::sql
