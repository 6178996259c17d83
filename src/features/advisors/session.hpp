// One question of ours to the catalogue: in a transaction of its own that can neither write nor wait for long.
#pragma once

#include "base/result.hpp"
#include "io/deadline.hpp"
#include "io/task.hpp"
#include "pg/connection.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::advisors {

/// Runs one statement with search_path pg_catalog, READ ONLY, 15 s at most, 2 s for a lock. One round trip; whatever
/// happens, the session is afterwards as it was. Fails with the errors of pg.
io::task<result<pg::statement_result>> ask(pg::connection& db, pg::statement what, io::deadline until);

/// `$1` and `$2` of every query: the exposed schemas, and those of the platform.
std::vector<pg::parameter> schema_parameters(const std::vector<std::string>& exposed);

/// The texts of a JSON array that the server made; empty for NULL.
std::vector<std::string> texts_from(std::optional<std::string_view> json);

} // namespace basekeeper::advisors
