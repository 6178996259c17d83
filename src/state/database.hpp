// The database file of the store: its folder, its permissions, its schema.
#pragma once

#include "base/result.hpp"
#include "sqlite/connection.hpp"

#include <filesystem>

namespace basekeeper::state {

/// Makes the folder (0711) and the file (0600) where they are missing and brings the schema up to date. A folder that
/// others may write to is denied: they could replace the file.
result<sqlite::connection> open_database(const std::filesystem::path& dir, sqlite::synchronous sync);

/// Takes the write lock of an existing database on a connection of its own and lets it go again: what a change needs.
/// Blocks up to half a second. Fails with unavailable while somebody else holds the lock, with not_found when the file
/// is gone; a full disk shows in the audit trail first.
result<> check_writable(const std::filesystem::path& dir);

} // namespace basekeeper::state
