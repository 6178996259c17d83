// What is known by name: built-in functions, operators, types and settings, and the functions that are never a read.
#pragma once

#include <optional>
#include <string_view>

namespace basekeeper::sql {

/// Why a function may not run in a read.
enum class hazard
{
    session,     ///< changes the session: settings, advisory locks, sequences, transaction ids, notifications
    server,      ///< steers the server, other sessions, replication or storage
    files,       ///< reads or writes files and large objects
    dynamic_sql, ///< runs SQL text that this check cannot see
    network,     ///< talks to other machines
    extension,   ///< schedules jobs, queues, broadcasts or installs code
    waits,       ///< sleeps
    secret       ///< returns other sessions' statements, settings or raw pages
};

/// The hazard of a function, whatever schema it is found in. Names are as the parser folds them.
std::optional<hazard> function_hazard(std::string_view schema, std::string_view name);

/// True when what the function does may stay although the transaction is rolled back: sequences, locks of the session,
/// files, other sessions, other machines. Notifications, settings and large objects go with the transaction.
bool outlasts_rollback(std::string_view name, hazard why);

/// In words, for "calls f(), which ...".
std::string_view describe(hazard h);

/// True for functions of pg_catalog that only read and compute.
bool is_known_function(std::string_view name);

/// True for operators of pg_catalog.
bool is_known_operator(std::string_view name);

/// True for types of pg_catalog that values may be cast to.
bool is_known_type(std::string_view name);

enum class setting_kind
{
    benign,
    unknown,
    secret
};

/// Whether SHOW or current_setting() may tell the setting. Secret: paths, commands, connection strings, keys.
setting_kind kind_of_setting(std::string_view name);

} // namespace basekeeper::sql
