// An open SQLite database.
#pragma once

#include "base/result.hpp"
#include "sqlite/statement.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;

namespace basekeeper::sqlite {

enum class open_mode
{
    read_write_create,
    read_only
};

/// When a commit is on the disk.
enum class synchronous
{
    normal, ///< at the next checkpoint: survives a killed process; a power cut may lose the last commits, whole
    full    ///< when `commit()` returns
};

struct open_options
{
    open_mode mode = open_mode::read_write_create;
    synchronous sync = synchronous::normal;
    std::chrono::milliseconds busy_timeout{5000}; ///< longest wait for another connection's lock
    int cache_kib = 512;                          ///< page cache; grows to this under load
};

/// Owns one connection. Calls block. It and its statements serve one thread at a time, not always the same.
class connection
{
public:
    /// Opens `path` (`:memory:` for a database without file). A new file gets mode 0600; folders are not created.
    static result<connection> open(const std::filesystem::path& path, const open_options& options = {});

    /// Runs one or more statements; rows are dropped. When one fails, those before it stay done unless a transaction
    /// is open.
    result<void> exec(std::string_view sql);

    /// Compiles exactly one statement.
    result<statement> prepare(std::string_view sql);

    std::int64_t last_insert_rowid() const noexcept;

    /// Rows changed by the last INSERT, UPDATE or DELETE.
    std::int64_t changes() const noexcept;

    bool in_transaction() const noexcept;

    /// The full path of the file, for messages; empty for a database in memory.
    std::string file() const;

private:
    friend class transaction;

    struct closer
    {
        void operator()(sqlite3* db) const noexcept;
    };

    explicit connection(sqlite3* native) : native_(native) {}

    result<void> configure(const open_options& options);
    result<void> enter_wal(std::chrono::milliseconds patience);

    std::unique_ptr<sqlite3, closer> native_;
};

} // namespace basekeeper::sqlite
