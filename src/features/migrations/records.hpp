// What is written down about migrations in the database: the history of the Supabase CLI, and our own table beside it.
#pragma once

#include "features/migrations/names.hpp"
#include "pg/connection.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::migrations {

/// A row of supabase_migrations.schema_migrations.
struct history_row
{
    std::string version;
    std::string name;
    std::string digest; ///< of its statements, as digest_of makes it; empty when it holds none
    std::optional<std::vector<std::string>> rollback{}; ///< the platform's own column of down statements
};

/// A row of basekeeper.migrations.
struct own_row
{
    std::string version;
    std::string name;
    std::string checksum;            ///< of the whole text
    std::string digest;              ///< of its statements
    std::optional<std::string> down; ///< the script that undoes it
    std::string state;               ///< `applied`, `applying`, `reverting`
    std::size_t statements = 0;      ///< of the script that runs or ran
    std::size_t done = 0;
    std::string done_checksum;        ///< of the statements that are done
    std::optional<std::size_t> alone; ///< the statement that was begun outside of a transaction, its end not recorded
    std::string run;                  ///< random, of the attempt that wrote the row last
    std::string applied_by;
    std::string finished_at; ///< RFC 3339; empty while it runs
    std::optional<std::int64_t> duration_ms;
};

inline constexpr std::string_view state_applied = "applied";
inline constexpr std::string_view state_applying = "applying";
inline constexpr std::string_view state_reverting = "reverting";

/// Everything that is recorded, by version.
struct records
{
    std::map<std::string, history_row> history;
    std::map<std::string, own_row> own;
    bool has_own_table = false;

    std::optional<std::string> newest() const;
};

/// The digest of a list of statements: the same that the server computes from a row of the history.
std::string digest_of(const std::vector<std::string>& statements);

/// Creates both tables where they are missing, the history as the Supabase CLI creates it. Fails with denied and the
/// grants that are needed.
io::task<result<>> make_tables(pg::connection& db, io::deadline until);

/// Reads both tables; missing ones are empty.
io::task<result<records>> read_records(pg::connection& db, io::deadline until);

/// The statements of one migration as its history row holds them.
io::task<result<std::vector<std::string>>> read_statements(pg::connection& db, std::string version, io::deadline until);

// Statements that write the records; they run in the transaction of what they record.
pg::statement write_own(const own_row& row);
pg::statement write_duration(const own_row& row);
pg::statement delete_own(std::string version);
pg::statement write_history(std::string version, std::string name, const std::vector<std::string>& statements);
pg::statement delete_history(std::string version);

/// Asks what has become of a version: `run` and `state` of our row, and whether the history has it.
struct standing
{
    std::string run;
    std::string state;
    bool in_history = false;
};

io::task<result<standing>> ask_standing(pg::connection& db, std::string version, io::deadline until);

} // namespace basekeeper::migrations
