// What of a statement stays done although its transaction is rolled back; private to this module.
#pragma once

#include "sql/qualified_name.hpp"
#include "sql/syntax_tree.hpp"

#include <string>
#include <vector>

namespace basekeeper::sql {

/// Sentences that go on with ", which a rollback does not take back"; empty: nothing was found.
struct leftovers
{
    std::string now{};                       ///< of running the statement
    std::vector<qualified_name> relations{}; ///< behind which there may be code, of changes and queries
    std::string later{}; ///< of code that it stores: a later statement of the same transaction may run it
};

/// Judges by a list of statement kinds that are transactional as a whole: what is not named there leaves something, as
/// does every function that is not a known built-in one. Triggers, views and foreign tables behind names are not seen.
leftovers after_rollback(node statement);

} // namespace basekeeper::sql
