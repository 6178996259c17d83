// Says what a SQL text for a writing tool would do: read, write or destroy, and in which words to ask for consent.
#pragma once

#include "sql/qualified_name.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::sql {

enum class effect
{
    reads,
    writes,
    destroys
};

/// The effect of all statements of a text together: the worst of each.
struct statement_effect
{
    sql::effect effect = effect::destroys;
    std::string kind;    ///< of the worst statement: `DROP TABLE`; `UNKNOWN` when the text is not SQL
    std::string summary; ///< "drops table public.orders and everything that depends on it (CASCADE)"
    std::size_t statements = 0;
    bool touches_session = false;     ///< settings, prepared statements, temporary tables, or code that may do so
    bool transaction_control = false; ///< BEGIN, COMMIT, ROLLBACK, SAVEPOINT ... : the tool has its own transaction
    bool returns_rows = false;        ///< a guess, of the last statement
    std::string outlasts;             ///< "calls setval(), ...": what a rollback may not take back; empty: nothing
    std::string keeps_code;           ///< the same of code it stores, which a later statement may run
    std::vector<qualified_name> relations; ///< that changes and queries name; WITH names included
    std::vector<qualified_name> targets;   ///< that it defines, alters, drops or changes; not those it refers to
    bool only_defines = true;              ///< no statement reads or changes rows
    bool plain_read = false;               ///< one statement that check_read() finds harmless, with its conditions
};

/// Never fails: what cannot be read counts as destroying.
statement_effect classify(std::string_view text);

} // namespace basekeeper::sql
