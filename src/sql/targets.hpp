// Which objects a statement works on: those whose owner must allow it. Private to this module.
#pragma once

#include "sql/qualified_name.hpp"
#include "sql/syntax_tree.hpp"

#include <vector>

namespace basekeeper::sql {

/// The objects that one statement defines, alters, drops or changes, not those that it merely reads or refers to. Kinds
/// that this code does not know give none.
std::vector<qualified_name> targets_of(node statement);

/// True for what defines, alters or drops objects; false for changes of rows and for reads.
bool is_definition(node statement);

} // namespace basekeeper::sql
