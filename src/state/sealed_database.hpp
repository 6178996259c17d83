// A connection to the state with the vault on it: what every table that keeps secrets works on.
#pragma once

#include "base/clock.hpp"
#include "state/database.hpp"
#include "state/vault.hpp"

#include <filesystem>
#include <memory>
#include <utility>

namespace basekeeper::state {

/// Stays where it is made: the vault refers to the connection.
struct sealed_database
{
    sealed_database(std::filesystem::path where, sqlite::connection connection, master_key_source key, const clock& now)
        : dir(std::move(where)), db(std::move(connection)), secrets(db, std::move(key), now), time(now)
    {}

    ~sealed_database() = default;
    sealed_database(const sealed_database&) = delete;
    sealed_database& operator=(const sealed_database&) = delete;

    std::filesystem::path dir;
    sqlite::connection db;
    vault secrets;
    const clock& time;
};

/// As `open_database`. A source that names no key file gets `master.key` in the folder. `Opened` is derived from
/// `sealed_database` and made as it is.
template <class Opened>
result<std::unique_ptr<Opened>>
open_sealed(std::filesystem::path dir, master_key_source key, const clock& time, sqlite::synchronous sync)
{
    auto db = TRY(open_database(dir, sync));
    if (key.key_file.empty())
        key.key_file = dir / "master.key";
    return std::make_unique<Opened>(std::move(dir), std::move(db), std::move(key), time);
}

} // namespace basekeeper::state
