// SQLite's result codes as errors with a condition and a next step.
#include "sqlite/native.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <new>

namespace basekeeper::sqlite {
namespace {

struct explanation
{
    condition code;
    std::string reason;
    std::string hint;
};

std::string folder_of(const std::string& file)
{
    const auto folder = std::filesystem::path(file).parent_path();
    return folder.empty() ? "." : folder.string();
}

explanation explain_errno(int number, const std::string& file)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return {
            condition::not_found,
            "the file or its folder does not exist",
            fmt::format(
                "check the path; to start a new database, create the folder: mkdir -p -m 0700 {}", folder_of(file)
            )
        };
    case EACCES:
    case EPERM:
    case EROFS:
        return {
            condition::denied,
            std::strerror(number),
            fmt::format("let the user of this process read and write {} and its folder {}", file, folder_of(file))
        };
    case ENOSPC:
    case EDQUOT:
        return {condition::unavailable, "the disk is full", fmt::format("free space: df -h {}", folder_of(file))};
    default:
        return {
            condition::unavailable,
            number == 0 ? "it cannot be opened" : std::strerror(number),
            fmt::format("check that {} is a regular file on a healthy local disk", file)
        };
    }
}

explanation explain(sqlite3* db, int code, const std::string& file)
{
    switch (code & 0xFF) { // the low byte is the primary code, above it lies the detail
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return {
            condition::unavailable,
            "another connection holds the database",
            fmt::format("try again; if it stays so, find the process that holds it: fuser -v {}", file)
        };
    case SQLITE_CONSTRAINT:
        return {condition::conflict, "a constraint of the table forbids it", "change the values that conflict"};
    case SQLITE_FULL:
        return {condition::unavailable, "the disk is full", fmt::format("free space: df -h {}", folder_of(file))};
    case SQLITE_IOERR:
        return {
            condition::unavailable,
            "the disk reported an error",
            fmt::format("check the disk that holds {} (df -h, dmesg), then try again", file)
        };
    case SQLITE_CANTOPEN:
        return explain_errno(sqlite3_system_errno(db), file);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return {
            condition::denied,
            "the database is read-only for this process",
            fmt::format("let the user of this process write {} and its folder {}", file, folder_of(file))
        };
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return {
            condition::internal,
            "the file is damaged or is not a SQLite database",
            fmt::format(
                "keep a copy of {0}, then restore it from a backup; to see the damage: sqlite3 {0} 'PRAGMA "
                "integrity_check'",
                file
            )
        };
    case SQLITE_INTERRUPT:
        return {condition::cancelled, "it was interrupted", {}};
    case SQLITE_TOOBIG:
        return {condition::invalid_argument, "a value is too long", "send a value below 1,000,000,000 bytes"};
    default:
        return {condition::internal, "SQLite refused the statement", "report this as a bug with the words of SQLite"};
    }
}

std::unexpected<error> make_error(explanation e, std::string_view doing, const std::string& file)
{
    const std::string_view what = file.empty() ? std::string_view("a database in memory") : std::string_view(file);
    return fail(e.code, fmt::format("{} {} failed: {}", doing, what, e.reason), std::move(e.hint));
}

} // namespace

std::string file_of(sqlite3* db)
{
    const char* const name = sqlite3_db_filename(db, "main");
    return name == nullptr ? std::string{} : std::string(name);
}

std::unexpected<error> failure(sqlite3* db, int code, std::string_view doing, const std::string& file)
{
    if ((code & 0xFF) == SQLITE_NOMEM || code == SQLITE_IOERR_NOMEM)
        throw std::bad_alloc();
    auto failed = make_error(explain(db, code, file), doing, file);
    failed.error().server_text = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code);
    return failed;
}

std::unexpected<error> failure(sqlite3* db, int code, std::string_view doing)
{
    return failure(db, code, doing, file_of(db));
}

std::unexpected<error> system_failure(int number, std::string_view doing, const std::string& file)
{
    return make_error(explain_errno(number, file), doing, file);
}

result<void> run(sqlite3* db, const char* sql, std::string_view doing)
{
    const int code = sqlite3_exec(db, sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        return failure(db, code, doing);
    return {};
}

} // namespace basekeeper::sqlite
