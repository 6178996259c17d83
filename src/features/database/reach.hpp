// What a text reaches behind the names it uses: functions of views, policies, operators, casts and domains.
#pragma once

#include "pg/statement.hpp"
#include "sql/check_read.hpp"

#include <string>

namespace basekeeper::database {

/// What the catalogue adds to the check of a text.
struct reach
{
    std::string danger; ///< what could act beyond the narrow login's powers; empty: nothing found
    std::string doubt;  ///< why harmless is not proven: code of the database runs, or could; empty: proven
};

/// True when there is nothing in the text that the catalogue could give another meaning: then it need not be asked.
bool names_nothing(const sql::read_verdict& seen);

/// Asks the catalogue about the names of a text; to be run in the transaction that will run the text.
pg::statement ask_reach(const sql::read_verdict& seen);

/// Reads the answer.
reach read_reach(const pg::statement_result& answer);

} // namespace basekeeper::database
