// The pools of the instances: opened at first use, replaced when credentials change, closed together.
#pragma once

#include "instances/database_watch.hpp"
#include "instances/directory.hpp"
#include "io/event.hpp"
#include "log/logger.hpp"
#include "pg/pool.hpp"
#include "ways/attempts.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace basekeeper::instances {

/// The pools of one instance. Shared by the calls that use it at the moment and by `connections`.
struct pools
{
    /// The pools report to `watching`, in place of what the settings say.
    pools(
        io::executor where,
        io::offload_pool& threads,
        const credentials& with,
        pg::pool_settings settings,
        std::shared_ptr<database_watch> watching
    );

    std::shared_ptr<database_watch> watch; // shared with both pools
    ways::candidate way;                   ///< by which both log in
    pg::pool owner;
    std::unique_ptr<pg::pool> read_only; ///< null until `instance harden` made the narrow login
    /// When its powers were last looked at and found narrow.
    std::optional<std::chrono::steady_clock::time_point> read_only_verified;
    std::map<std::string, bool, std::less<>> remembered{}; ///< facts that features found out and that do not change
};

/// What can be seen of one instance's database without asking it.
struct database_state
{
    pg::pool_usage owner;
    std::optional<pg::pool_usage> read_only;
    resilience::circuit_state circuit = resilience::circuit_state::closed;
    std::chrono::milliseconds next_try_in{0}; ///< while the circuit is open
    std::uint64_t times_opened = 0;           ///< the circuit, since the pools were made
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

    /// The pools of an instance; its secrets are opened at the first call. Where several ways lead to its database they
    /// are tried first, and the best that works is kept; when none does, nothing is kept and the next call tries again.
    io::task<result<std::shared_ptr<pools>>> of(std::string name);

    /// A pool of one connection for another role, which logs in as the owner does: with the same password, by the same
    /// way. The caller closes it.
    std::unique_ptr<pg::pool> pool_as(const pools& beside, std::string_view role) const;

    /// What stands between a connection of these pools and the server; costs a query, with a pooler a second
    /// connection.
    io::task<ways::pooling> pooling_of(const pools& with, pg::connection& db, io::deadline until) const;

    /// What kind of instance it is; self-hosted when it is not known.
    config::instance_kind kind_of(std::string_view name) const;

    /// Forgets the pools of an instance, so that the next call reads its credentials again.
    io::task<> forget(const std::string& name);

    /// Tells `whom` of every statement on pools that are opened from now on.
    void observe(statement_observer whom) { tell_ = std::move(whom); }

    /// Connections and circuit, by instance; only of instances that were used already.
    std::map<std::string, database_state> states() const;

    io::task<> close(io::deadline until);

private:
    io::executor where_;
    io::offload_pool& threads_;
    directory& instances_;
    log::logger& log_;
    pg::pool_settings settings_;
    statement_observer tell_;
    std::map<std::string, std::shared_ptr<pools>, std::less<>> open_; // shared with running calls
};

} // namespace basekeeper::instances
