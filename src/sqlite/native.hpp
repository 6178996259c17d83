// What the sources of this module share about SQLite's own calls; not for other modules.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

struct sqlite3;

namespace basekeeper::sqlite {

/// The file behind the connection; empty for a database in memory.
std::string file_of(sqlite3* db);

/// The error for `code`, which a call on `db` has just returned while `doing` something ("writing to"). The message
/// names `file`. Throws std::bad_alloc when SQLite is out of memory.
std::unexpected<error> failure(sqlite3* db, int code, std::string_view doing, const std::string& file);
std::unexpected<error> failure(sqlite3* db, int code, std::string_view doing);

/// The error for a system call on `file` that failed with `number` (errno).
std::unexpected<error> system_failure(int number, std::string_view doing, const std::string& file);

/// Runs statements that return nothing of interest.
result<void> run(sqlite3* db, const char* sql, std::string_view doing);

} // namespace basekeeper::sqlite
