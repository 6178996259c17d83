// Opening a database the careful way, and the calls on the whole connection.
#include "sqlite/connection.hpp"

#include "sqlite/native.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <thread>

namespace basekeeper::sqlite {
namespace {

constexpr std::string_view in_memory = ":memory:";

/// Creates the file with mode 0600 before SQLite would create it as the umask says; its -wal and -shm follow suit.
/// Not by open(2): closing a descriptor would drop the locks that another connection of this process has on the file.
result<void> create_private(const std::string& file)
{
    if (::mknod(file.c_str(), S_IFREG | 0600, 0) != 0 && errno != EEXIST)
        return system_failure(errno, "creating", file);
    return {};
}

/// Waits for the lock itself. SQLite does not when several connections find the same new file: each reads it while it
/// asks to write, and SQLite answers "busy" at once rather than let them wait for each other.
int switch_to_wal(sqlite3* db, std::chrono::milliseconds patience)
{
    const auto give_up = std::chrono::steady_clock::now() + patience;
    for (;;) {
        const int code = sqlite3_exec(db, "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr);
        if ((code & 0xFF) != SQLITE_BUSY || std::chrono::steady_clock::now() >= give_up)
            return code;
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
}

} // namespace

void connection::closer::operator()(sqlite3* db) const noexcept
{
    sqlite3_close_v2(db); // waits for statements that live longer
}

result<connection> connection::open(const std::filesystem::path& path, const open_options& options)
{
    const std::string file = path.string();
    if (file.empty())
        return fail(condition::invalid_argument, "opening a database without a path", "give the path of a file");
    const bool writes = options.mode == open_mode::read_write_create;
    if (writes && file != in_memory)
        TRY(create_private(file));

    sqlite3* native = nullptr;
    const int mode = writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    const int code =
        sqlite3_open_v2(file.c_str(), &native, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    connection opened(native); // SQLite makes one even when it fails
    if (code != SQLITE_OK)
        return failure(native, code, "opening", file);
    TRY(opened.configure(options));
    return opened;
}

result<void> connection::configure(const open_options& options)
{
    sqlite3* const db = native_.get();
    sqlite3_busy_timeout(db, static_cast<int>(options.busy_timeout.count()));
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    const auto pragmas = fmt::format(
        "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -{}; PRAGMA synchronous = {};",
        options.cache_kib,
        options.sync == synchronous::full ? "FULL" : "NORMAL"
    );
    TRY(run(db, pragmas.c_str(), "opening"));
    if (options.mode == open_mode::read_only)
        return run(db, "PRAGMA schema_version", "opening"); // the first read: finds out that it is no database
    return enter_wal(options.busy_timeout);
}

result<void> connection::enter_wal(std::chrono::milliseconds patience)
{
    if (const int code = switch_to_wal(native_.get(), patience); code != SQLITE_OK)
        return failure(native_.get(), code, "opening");
    auto query = TRY(prepare("PRAGMA journal_mode"));
    TRY(query.step());
    const auto mode = query.column_text(0);
    if (mode != "wal" && mode != "memory")
        return fail(
            condition::unavailable,
            fmt::format("opening {} failed: write-ahead logging does not work there", file()),
            "move the file to a local disk; network file systems have no shared memory"
        );
    return {};
}

result<void> connection::exec(std::string_view sql)
{
    return run(native_.get(), std::string(sql).c_str(), "running statements on");
}

result<statement> connection::prepare(std::string_view sql)
{
    sqlite3_stmt* native = nullptr;
    const char* tail = nullptr;
    if (sql.empty())
        sql = " "; // an empty view may have no address, which SQLite cannot take
    const int code = sqlite3_prepare_v3(native_.get(), sql.data(), static_cast<int>(sql.size()), 0, &native, &tail);
    if (code != SQLITE_OK)
        return failure(native_.get(), code, "preparing a statement for");
    statement prepared(native);
    const auto rest = native == nullptr ? sql : sql.substr(static_cast<std::size_t>(tail - sql.data()));
    if (native == nullptr || rest.find_first_not_of(" \t\r\n;") != std::string_view::npos)
        return fail(condition::internal, "preparing something other than one statement", "report this as a bug");
    return prepared;
}

std::int64_t connection::last_insert_rowid() const noexcept
{
    return sqlite3_last_insert_rowid(native_.get());
}

std::int64_t connection::changes() const noexcept
{
    return sqlite3_changes64(native_.get());
}

bool connection::in_transaction() const noexcept
{
    return sqlite3_get_autocommit(native_.get()) == 0;
}

std::string connection::file() const
{
    return file_of(native_.get());
}

} // namespace basekeeper::sqlite
