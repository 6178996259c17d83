// The pools of the instances: opened at first use, replaced when credentials change, closed together.
#pragma once

#include "instances/directory.hpp"
#include "io/event.hpp"
#include "log/logger.hpp"
#include "pg/pool.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace basekeeper::instances {

/// The pools of one instance. Shared by the calls that use it at the moment and by `connections`.
struct pools
{
    pools(io::executor where, io::offload_pool& threads, const credentials& with, const pg::pool_settings& settings);

    pg::pool owner;
    std::unique_ptr<pg::pool> read_only; ///< null until `instance harden` made the narrow login
    /// When its powers were last looked at and found narrow.
    std::optional<std::chrono::steady_clock::time_point> read_only_verified;
    std::map<std::string, bool, std::less<>> remembered{}; ///< facts that features found out and that do not change
};

/// Hands out pools by instance name. Lives on the I/O thread; `close()` before destruction.
class connections
{
public:
    connections(
        io::executor where,
        io::offload_pool& threads,
        directory& instances,
        log::logger& log,
        pg::pool_settings settings
    );

    /// The pools of an instance; its secrets are opened at the first call.
    io::task<result<std::shared_ptr<pools>>> of(std::string name);

    /// Forgets the pools of an instance, so that the next call reads its credentials again.
    io::task<> forget(const std::string& name);

    /// Connections in use and idle, by instance.
    std::map<std::string, pg::pool_usage> usage() const;

    io::task<> close(io::deadline until);

private:
    io::executor where_;
    io::offload_pool& threads_;
    directory& instances_;
    log::logger& log_;
    pg::pool_settings settings_;
    std::map<std::string, std::shared_ptr<pools>, std::less<>> open_; // shared with running calls
};

} // namespace basekeeper::instances
