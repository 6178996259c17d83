// Walks one SELECT, INSERT, UPDATE, DELETE or MERGE and notes everything that is not certainly a harmless read.
#pragma once

#include "sql/qualified_name.hpp"
#include "sql/syntax_tree.hpp"

#include <string>
#include <vector>

namespace basekeeper::sql {

/// What kind of trouble a finding is.
enum class concern
{
    writes,   ///< changes rows or makes tables
    destroys, ///< deletes, or does what cannot be taken back or seen through
    locks,    ///< takes row locks
    session,  ///< changes the session
    secret,   ///< discloses
    waits,    ///< holds a connection
    unknown   ///< a construct this code does not know
};

struct finding
{
    concern what;
    std::string sentence;
};

/// What a walk found. `refusals` are certain; `doubts` need a look at the catalog.
struct inspection
{
    std::vector<finding> refusals;
    std::vector<std::string> doubts;
    std::vector<qualified_name> functions; ///< called, not known built-ins
    std::vector<qualified_name> relations; ///< referenced; names of CTEs included
    std::vector<std::string> shadowable;   ///< function names that a function of another schema could take over
    std::vector<std::string> operators;    ///< the same for operators, and those that are not built in
    std::vector<qualified_name> types;     ///< not known built-ins
    std::string outlasts;                  ///< the first thing that a rollback may not take back; empty: none
};

/// Walks everything below and including `root`, without recursion. Data-changing nodes below the root are refusals;
/// the root itself is not judged, only what it holds.
inspection inspect(node root);

} // namespace basekeeper::sql
