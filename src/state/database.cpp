// Folder, file and schema of the state.
#include "state/database.hpp"

#include "sqlite/migrate.hpp"
#include "sqlite/transaction.hpp"
#include "state/store.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace basekeeper::state {
namespace {

/// `meta.key_version` counts on when old keys are gone. The audit tables are a chain: audit_head is its end, the
/// newest of audit_anchors its beginning.
constexpr std::string_view first_schema = R"(
CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
CREATE TABLE keys (
    version INTEGER NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    salt BLOB NOT NULL,
    passes INTEGER NOT NULL,
    memory_bytes INTEGER NOT NULL,
    check_value BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE secrets (
    name TEXT NOT NULL PRIMARY KEY,
    key_version INTEGER NOT NULL REFERENCES keys (version),
    sealed BLOB NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE TABLE instances (
    name TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    settings TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE TABLE audit (
    id INTEGER NOT NULL PRIMARY KEY,
    time_us INTEGER NOT NULL,
    principal TEXT NOT NULL,
    instance TEXT NOT NULL,
    tool TEXT NOT NULL,
    argument_digest BLOB NOT NULL,
    decision TEXT NOT NULL,
    outcome TEXT NOT NULL,
    rows INTEGER NOT NULL,
    duration_us INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE TABLE audit_head (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    id INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE TABLE audit_anchors (
    number INTEGER NOT NULL PRIMARY KEY,
    last_id INTEGER NOT NULL,
    last_hash BLOB NOT NULL,
    pruned INTEGER NOT NULL,
    time_us INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;
INSERT INTO meta (name, value) VALUES ('key_version', '0');
INSERT INTO audit_head (only_row, id, hash) VALUES (1, 0, zeroblob(32));
)";

/// `until` is NULL for a block that only a person lifts. Times are microseconds since 1970.
constexpr std::string_view access_schema = R"(
CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    digest BLOB NOT NULL,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    last_used_at INTEGER
) STRICT;
CREATE TABLE blocked_addresses (
    address TEXT NOT NULL PRIMARY KEY,
    until INTEGER,
    reason TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
)";

/// The notes of a job are a secret `job/ID/notes`. Numbers are never used again: who works on a job locks its number.
constexpr std::string_view job_schema = R"(
CREATE TABLE jobs (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    instance TEXT NOT NULL,
    principal TEXT NOT NULL,
    title TEXT NOT NULL,
    status TEXT NOT NULL,
    steps TEXT NOT NULL,
    done INTEGER NOT NULL,
    fraction REAL NOT NULL,
    message TEXT NOT NULL,
    failure TEXT NOT NULL,
    hint TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    cancel_asked INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
)";

/// The content of a configuration is a secret `configuration/ID`.
constexpr std::string_view configuration_schema = R"(
CREATE TABLE configurations (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    server TEXT NOT NULL,
    service TEXT NOT NULL,
    instance TEXT NOT NULL,
    reason TEXT NOT NULL,
    principal TEXT NOT NULL,
    digest TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX configurations_of_service ON configurations (server, service, number);
)";

constexpr std::array migrations{
    sqlite::migration{1, "secrets, instances and audit", first_schema},
    sqlite::migration{2, "API keys and blocked addresses", access_schema},
    sqlite::migration{3, "jobs", job_schema},
    sqlite::migration{4, "configurations", configuration_schema},
};

std::unexpected<error> folder_failure(const std::filesystem::path& dir, std::string_view why)
{
    return fail(
        condition::denied,
        fmt::format("preparing the state folder {}: {}", dir.string(), why),
        "give another folder with BASEKEEPER_STATE_DIR, or correct its owner and permissions"
    );
}

result<> prepare_folder(const std::filesystem::path& dir)
{
    struct stat about{};
    if (::stat(dir.c_str(), &about) != 0) {
        std::error_code failed;
        if (dir.has_parent_path())
            std::filesystem::create_directories(dir.parent_path(), failed);
        if (failed)
            return folder_failure(dir, failed.message());
        if (::mkdir(dir.c_str(), 0711) == 0) {
            // Past the umask: the user that runs a local cluster must be able to pass through.
            if (::chmod(dir.c_str(), 0711) != 0)
                return folder_failure(dir, std::strerror(errno));
        } else if (errno != EEXIST)
            return folder_failure(dir, std::strerror(errno));
        if (::stat(dir.c_str(), &about) != 0)
            return folder_failure(dir, std::strerror(errno));
    }
    if (!S_ISDIR(about.st_mode))
        return folder_failure(dir, "it is not a folder");
    if ((about.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return folder_failure(dir, "others may write to it");
    return {};
}

result<> close_to_others(const std::filesystem::path& file)
{
    struct stat about{};
    if (::stat(file.c_str(), &about) != 0 || (about.st_mode & 077U) == 0)
        return {};
    if (::chmod(file.c_str(), 0600) != 0)
        return folder_failure(file, std::strerror(errno));
    return {};
}

} // namespace

std::filesystem::path database_file(const std::filesystem::path& dir)
{
    return dir / "state.db";
}

result<sqlite::connection> open_database(const std::filesystem::path& dir, sqlite::synchronous sync)
{
    TRY(prepare_folder(dir));
    const auto file = database_file(dir);
    TRY(close_to_others(file));
    auto db = TRY(sqlite::connection::open(file, {.sync = sync}));
    TRY(sqlite::migrate(db, migrations));
    return db;
}

result<> check_writable(const std::filesystem::path& dir)
{
    const auto file = database_file(dir);
    std::error_code failed;
    if (!std::filesystem::exists(file, failed))
        return fail(
            condition::not_found,
            fmt::format("the state database {} is gone", file.string()),
            "restore the state folder from a backup and start the program again"
        );
    auto db = TRY(sqlite::connection::open(file, {.busy_timeout = std::chrono::milliseconds{500}}));
    TRY(sqlite::transaction::begin(db)); // undone at the end of the statement
    return {};
}

} // namespace basekeeper::state
