// Whether an EXPLAIN runs the statement it explains.
#pragma once

#include "sql/syntax_tree.hpp"

#include <string>

namespace basekeeper::sql {

/// True when any ANALYZE option is there that is not literally off: PostgreSQL takes the last of several, this the
/// worst.
bool explain_executes(const boost::json::object& explain);

/// The name of the first option that PostgreSQL 12 to 18 do not know, or empty.
std::string unknown_explain_option(const boost::json::object& explain);

} // namespace basekeeper::sql
