// What a statement's tree says about transactions; private to this module.
#pragma once

#include "sql/script.hpp"
#include "sql/syntax_tree.hpp"

namespace basekeeper::sql {

/// Fills everything of `out` that follows from the tree: placement, aftermath, names, transaction, settings. ADD VALUE
/// is `then_commit` here; whether that is needed depends on the rest of the script.
void describe(node statement, script_statement& out);

/// The label of ALTER TYPE ... ADD VALUE.
std::optional<std::string> added_label_of(node statement);

} // namespace basekeeper::sql
