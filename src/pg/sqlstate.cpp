// The tables of codes and classes (PostgreSQL manual, appendix A), and the words for them.
#include "pg/sqlstate.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace basekeeper::pg {
namespace {

/// What we know about one code: the condition, what happened in our words, and what to do.
struct known
{
    std::string_view sqlstate;
    condition means;
    std::string_view what;
    std::string_view hint;
};

using enum condition;

/// Sorted by code.
constexpr auto codes = std::to_array<known>({
    {"0A000",
     invalid_argument,
     "the feature is not supported",
     "rewrite the statement without the feature named in the server's message"},
    {"21000",
     invalid_argument,
     "a subquery or an upsert gave more than one row where one is allowed",
     "make the subquery return one row (limit 1, or a narrower where), or deduplicate the rows to be upserted"},
    {"22001",
     invalid_argument,
     "a value is too long for its column",
     "shorten the value or widen the column with alter table ... alter column ... type text"},
    {"22003", invalid_argument, "a number is out of range for its type", "use bigint or numeric"},
    {"22007", invalid_argument, "a date or time has a wrong format", "write dates as 2026-01-31 and times as 13:45:00"},
    {"22008", invalid_argument, "a date or time is out of range", "check day, month and hour"},
    {"22012", invalid_argument, "division by zero", "divide by nullif(x, 0)"},
    {"22021", invalid_argument, "a text is not valid in the database's encoding", "send valid UTF-8 without NUL bytes"},
    {"22023", invalid_argument, "a parameter value is invalid", "use one of the values the server's message names"},
    {"22P02",
     invalid_argument,
     "a value cannot be read as the type it is needed for",
     "write the value in the syntax of its type, or give the parameter another type with a cast such as $1::text"},
    {"23502",
     conflict,
     "a column that must not be null got no value",
     "give the column a value, or alter table ... alter column ... set default"},
    {"23503",
     conflict,
     "a row is referenced by, or refers to, a row of another table",
     "insert the referenced row first, or delete the rows that refer to it first"},
    {"23505",
     conflict,
     "a row with the same unique key exists",
     "use another key, or insert ... on conflict (key) do update"},
    {"23514", conflict, "a row violates a check constraint", "read the constraint and send a value that satisfies it"},
    {"23P01", conflict, "a row violates an exclusion constraint", "change the row so that it does not overlap"},
    {"25001", conflict, "the statement cannot run inside a transaction", "run it alone, outside a transaction"},
    {"25006",
     denied,
     "the transaction is read-only",
     "use the tool that may write, or connect to the primary when this server is a replica"},
    {"25P02", conflict, "the transaction has failed already", "roll back and run the statements again"},
    {"25P03", timeout, "the transaction was idle for too long", "run the statements again without pauses"},
    {"26000",
     not_found,
     "the prepared statement does not exist",
     "prepare and execute it in one call (queries), or without PREPARE; each call has a session of its own, and behind "
     "a transaction pooler (port 6543) each transaction: a driver must not use named statements there, or connect in "
     "session mode (port 5432)"},
    {"28000",
     denied,
     "the login was refused",
     "check user name, pg_hba.conf and network restrictions, and whether the server wants TLS (sslmode=require)"},
    {"28P01",
     denied,
     "the password is wrong",
     "check user and password; for Supabase reset it under Project Settings > Database; behind the pooler the user is "
     "postgres.<project-ref>"},
    {"2BP01", conflict, "other objects depend on it", "drop the dependent objects first, or use drop ... cascade"},
    {"3B001", invalid_argument, "there is no such savepoint", "create it with savepoint NAME first"},
    {"3D000",
     not_found,
     "the database does not exist",
     "check the name after the last '/' of the URL; on Supabase it is postgres"},
    {"3F000", not_found, "the schema does not exist", "list the schemas, or create schema NAME"},
    {"40001", conflict, "a concurrent transaction changed the same data", "run the whole transaction again"},
    {"40P01",
     conflict,
     "two transactions waited for each other and this one was ended",
     "run the whole transaction again; lock rows in the same order everywhere"},
    {"42501",
     denied,
     "the role lacks a privilege",
     "grant it (grant select on TABLE to ROLE), use a role that has it, or add a row level security policy that allows "
     "the row"},
    {"42601",
     invalid_argument,
     "the statement has a syntax error",
     "correct the SQL at the reported position; send one statement per call"},
    {"42602", invalid_argument, "a name is invalid", "put the name in double quotes"},
    {"42701", conflict, "a column of that name exists", "choose another name or add column if not exists"},
    {"42702", invalid_argument, "a column name is ambiguous", "prefix the column with its table or alias"},
    {"42703",
     not_found,
     "the column does not exist",
     "list the columns of the table; names with capitals need double quotes"},
    {"42704", not_found, "the type, role or other object does not exist", "check the name, its schema and extensions"},
    {"42710", conflict, "an object of that name exists", "choose another name, or use if not exists"},
    {"42723", conflict, "a function of that name and arguments exists", "use create or replace function"},
    {"42803", invalid_argument, "a column is neither grouped nor aggregated", "add the column to group by"},
    {"42804", invalid_argument, "the types do not match", "cast one side to the type of the other"},
    {"42883",
     not_found,
     "no function or operator takes these arguments",
     "check the name and cast the arguments to the declared types; an extension may be missing"},
    {"42P01",
     not_found,
     "the table or view does not exist",
     "list the tables; qualify the name with its schema; names with capitals need double quotes"},
    {"42P02", invalid_argument, "there is no such parameter", "send one value for each $n in the statement"},
    {"42P05",
     conflict,
     "a prepared statement of that name exists",
     "use another name or deallocate it; behind a transaction pooler (port 6543) it may be another client's: switch "
     "named statements off in the driver, or connect in session mode (port 5432)"},
    {"42P06", conflict, "a schema of that name exists", "choose another name, or create schema if not exists"},
    {"42P07", conflict, "a table of that name exists", "choose another name, or create table if not exists"},
    {"42P18", invalid_argument, "the type of a parameter cannot be inferred", "cast it: $1::text, $2::int"},
    {"53100", unavailable, "the disk of the database is full", "free space or enlarge the disk"},
    {"53200", unavailable, "the database is out of memory", "make the statement smaller or try again later"},
    {"53300",
     unavailable,
     "the database has no free connection",
     "try again in a moment; close idle clients, lower the pool size, or use the pooler (port 6543)"},
    {"55000", conflict, "the object is not in the state the statement needs", "read the server's message"},
    {"55006", conflict, "the object is in use", "wait for, or end, the sessions that use it"},
    {"55P03",
     conflict,
     "a lock could not be taken in time",
     "try again, or find the session that holds the lock in pg_locks"},
    {"57014",
     timeout,
     "the statement was cancelled",
     "raise statement_timeout for this statement, or make it cheaper: explain shows where the time goes"},
    {"57P01", unavailable, "the server ended the connection (shutdown or an administrator)", "try again in a moment"},
    {"57P02", unavailable, "the server crashed and is recovering", "try again in a moment"},
    {"57P03", unavailable, "the server is starting up or shutting down", "try again in a moment"},
    {"57P04", not_found, "the database was dropped", "check which database is meant"},
    {"57P05", unavailable, "the server closed the connection because it was idle", "try again"},
    {"58P01", internal, "the server misses a file", "look at the server's log"},
    {"P0001", conflict, "the statement raised an exception of its own", "read the server's message"},
    {"P0002", not_found, "a query that must find a row found none", "check the condition"},
    {"XX000",
     internal,
     "the server had an internal error, or a pooler refused",
     "read the server's message; at the Supabase pooler the user must be postgres.<project-ref>"},
});
static_assert(std::ranges::is_sorted(codes, {}, &known::sqlstate));

struct known_class
{
    std::string_view prefix;
    condition means;
    std::string_view what;
};

constexpr auto classes = std::to_array<known_class>({
    {"02", not_found, "no data"},
    {"08", unavailable, "the connection failed"},
    {"0A", invalid_argument, "the feature is not supported"},
    {"0L", denied, "the grantor is invalid"},
    {"0P", denied, "the role is invalid"},
    {"20", invalid_argument, "no case matched"},
    {"21", invalid_argument, "too many rows where one is allowed"},
    {"22", invalid_argument, "a value is not acceptable"},
    {"23", conflict, "a constraint is violated"},
    {"24", conflict, "the cursor is in a wrong state"},
    {"25", conflict, "the transaction is in a wrong state"},
    {"26", not_found, "the prepared statement does not exist"},
    {"28", denied, "the login was refused"},
    {"2B", conflict, "other objects depend on it"},
    {"2D", conflict, "the transaction cannot be ended here"},
    {"2F", internal, "a routine failed"},
    {"34", not_found, "the cursor does not exist"},
    {"38", internal, "an external routine failed"},
    {"39", internal, "an external routine failed"},
    {"3B", invalid_argument, "the savepoint is wrong"},
    {"3D", not_found, "the database does not exist"},
    {"3F", not_found, "the schema does not exist"},
    {"40", conflict, "the transaction was rolled back"},
    {"42", invalid_argument, "the statement is wrong"},
    {"44", conflict, "the row does not satisfy the view's check option"},
    {"53", unavailable, "the server lacks a resource"},
    {"54", invalid_argument, "the statement exceeds a limit of the server"},
    {"55", conflict, "the object is not in the state the statement needs"},
    {"57", unavailable, "an operator intervened"},
    {"58", internal, "the server's system failed"},
    {"HV", unavailable, "a foreign server failed"},
    {"P0", conflict, "a PL/pgSQL function failed"},
    {"XX", internal, "the server had an internal error"},
});

const known* find(std::string_view sqlstate) noexcept
{
    const auto* at = std::ranges::lower_bound(codes, sqlstate, {}, &known::sqlstate);
    return at != codes.end() && at->sqlstate == sqlstate ? at : nullptr;
}

const known_class* find_class(std::string_view sqlstate) noexcept
{
    if (sqlstate.size() != 5)
        return nullptr;
    const auto* at = std::ranges::find(classes, sqlstate.substr(0, 2), &known_class::prefix);
    return at != classes.end() ? at : nullptr;
}

std::string server_words(const server_report& said)
{
    std::string text = said.severity.empty() ? said.message : said.severity + ": " + said.message;
    if (!said.detail.empty())
        text += "\nDETAIL: " + said.detail;
    if (!said.hint.empty())
        text += "\nHINT: " + said.hint;
    if (said.position > 0)
        text += "\nPOSITION: " + std::to_string(said.position);
    if (text.size() > max_server_text)
        text = std::string(utf8_prefix(text, max_server_text - 4)) + " ...";
    return text;
}

} // namespace

condition condition_of(std::string_view sqlstate) noexcept
{
    if (const auto* code = find(sqlstate))
        return code->means;
    const auto* group = find_class(sqlstate);
    return group != nullptr ? group->means : internal;
}

std::string_view hint_for(std::string_view sqlstate) noexcept
{
    const auto* code = find(sqlstate);
    return code != nullptr ? code->hint : std::string_view{};
}

error to_error(const server_report& said)
{
    std::string_view what = "the server gave no reason";
    if (const auto* code = find(said.sqlstate))
        what = code->what;
    else if (const auto* group = find_class(said.sqlstate))
        what = group->what;
    error e(
        condition_of(said.sqlstate), "the database refused: " + std::string(what), std::string(hint_for(said.sqlstate))
    );
    if (e.hint.empty())
        e.hint = "read the server's message";
    e.sqlstate = said.sqlstate;
    e.server_text = server_words(said);
    e.position = said.position;
    return e;
}

} // namespace basekeeper::pg
