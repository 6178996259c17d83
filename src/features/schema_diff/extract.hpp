// Reads one database's schema into a snapshot.
#pragma once

#include "features/schema_diff/facts.hpp"
#include "io/deadline.hpp"
#include "io/task.hpp"
#include "pg/connection.hpp"

#include <optional>

namespace basekeeper::schema_diff {

/// Which schemas are compared: those named, or all but the platform's.
using schema_choice = std::vector<std::string>;

/// Everything in one READ ONLY, REPEATABLE READ transaction that is rolled back, so that all of it is of one moment.
/// Fails with invalid_argument for a server before 15, and when the catalogue is larger than what is kept in memory.
io::task<result<snapshot>> extract(pg::connection& db, schema_choice schemas, io::deadline until);

} // namespace basekeeper::schema_diff
