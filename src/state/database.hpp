// The database file of the store: its folder, its permissions, its schema.
#pragma once

#include "base/result.hpp"
#include "sqlite/connection.hpp"

#include <filesystem>

namespace basekeeper::state {

/// Makes the folder (0711) and the file (0600) where they are missing and brings the schema up to date. A folder that
/// others may write to is denied: they could replace the file.
result<sqlite::connection> open_database(const std::filesystem::path& dir, sqlite::synchronous sync);

} // namespace basekeeper::state
