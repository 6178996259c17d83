// Finds the PostgreSQL that is installed on the machine.
#pragma once

#include "base/result.hpp"
#include "io/deadline.hpp"
#include "io/runtime.hpp"
#include "io/task.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::local {

/// A folder with `postgres` and `initdb`, and the major version they are.
struct installation
{
    std::filesystem::path bin;
    int major = 0;

    std::filesystem::path postgres() const { return bin / "postgres"; }

    std::filesystem::path initdb() const { return bin / "initdb"; }

    friend bool operator==(const installation&, const installation&) = default;
};

/// Complete installations `<root>/<major>/bin`, newest first. Blocks.
std::vector<installation> installations_below(const std::filesystem::path& root);

/// True when the installation has a loadable library of that name, such as pg_stat_statements. Blocks.
bool has_library(const installation& where, const std::string& name);

/// Where to look.
struct installation_search
{
    std::filesystem::path wanted_bin{};                 ///< only here when not empty (BASEKEEPER_LOCAL_POSTGRES_BIN)
    std::optional<int> major{};                         ///< only this major version, for a data folder that exists
    std::filesystem::path root = "/usr/lib/postgresql"; ///< Debian's place
};

/// The wanted one, else the newest below the root, else what `pg_config` on PATH names. Fails with not_found, naming
/// the package to install.
io::task<result<installation>> find_installation(io::offload_pool& pool, installation_search where, io::deadline until);

} // namespace basekeeper::local
