// The conditions of a read that only the catalogue can answer, asked on the connection that will run it.
#pragma once

#include "pg/connection.hpp"
#include "sql/check_read.hpp"

#include <string>

namespace basekeeper::database {

/// Refuses (denied) when a function that the text calls is VOLATILE or SECURITY DEFINER: such a function acts with
/// powers that the narrow login does not have, or changes something.
io::task<result<>> refuse_acting_functions(pg::connection& db, const sql::read_verdict& seen, io::deadline until);

/// Refuses (denied) a text that the check calls harmless when the catalogue says otherwise: a relation that is a view
/// or foreign table, row-level security that would run policies, a function or operator that shadows a built-in.
io::task<result<>> refuse_unproven(pg::connection& db, const sql::read_verdict& seen, io::deadline until);

/// Looks at the powers of the current login. Fails with denied, naming them, when it could do more than read.
io::task<result<>> verify_narrow_login(pg::connection& db, io::deadline until);

} // namespace basekeeper::database
