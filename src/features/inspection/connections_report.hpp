// What monitor_connections tells: slots, who holds them, who waits for whom, and what to change.
#pragma once

#include "features/inspection/connection_advice.hpp"
#include "features/inspection/look_in.hpp"

#include <optional>
#include <string>
#include <vector>

namespace basekeeper::inspection {

struct slot_use
{
    int max = 0;
    int reserved = 0; ///< for superusers, and from 16 on for pg_use_reserved_connections
    int usable = 0;
    int used = 0;
    int percent_used = 0; ///< of the usable ones

    static constexpr auto fields = std::tuple{
        json::required("max_connections", &slot_use::max),
        json::required("reserved", &slot_use::reserved),
        json::required("usable", &slot_use::usable),
        json::required("used", &slot_use::used),
        json::required("percent_used", &slot_use::percent_used),
    };
};

/// Connections of one service, role and state.
struct connection_use
{
    inspection::service service = inspection::service::other;
    std::string role;
    std::string state;
    int connections = 0;
    std::int64_t oldest_seconds = 0; ///< longest connected
    std::int64_t longest_in_state_seconds = 0;
    std::optional<int> role_limit;

    static constexpr auto fields = std::tuple{
        json::required("service", &connection_use::service),
        json::required("role", &connection_use::role),
        json::required("state", &connection_use::state),
        json::required("connections", &connection_use::connections),
        json::required("oldest_seconds", &connection_use::oldest_seconds),
        json::required("longest_in_state_seconds", &connection_use::longest_in_state_seconds),
        json::optional("role_limit", &connection_use::role_limit),
    };
};

/// A session that holds a transaction open, or waits for a lock.
struct noted_session
{
    std::int64_t pid = 0;
    std::string role;
    std::string application;
    std::int64_t seconds = 0;
    std::optional<std::vector<std::int64_t>> blocked_by;
    std::string query;

    static constexpr auto fields = std::tuple{
        json::required("pid", &noted_session::pid),
        json::required("role", &noted_session::role),
        json::required("application", &noted_session::application),
        json::required("seconds", &noted_session::seconds),
        json::optional("blocked_by", &noted_session::blocked_by),
        json::required("query", &noted_session::query),
    };
};

/// Of this process. `limit` is below the configured size while the server is full.
struct own_use
{
    std::size_t held = 0;
    std::size_t limit = 0;

    static constexpr auto fields = std::tuple{
        json::required("held", &own_use::held),
        json::required("limit", &own_use::limit),
    };
};

struct connections_report
{
    slot_use slots;
    std::optional<std::string> alert;
    std::vector<connection_use> use;
    std::optional<std::string> not_shown;
    std::vector<noted_session> idle_in_transaction;
    std::vector<noted_session> blocked;
    own_use own_pool;
    std::vector<connection_advice> advice;
    std::optional<std::string> hidden;

    static constexpr auto fields = std::tuple{
        json::required("slots", &connections_report::slots),
        json::optional("alert", &connections_report::alert),
        json::required("use", &connections_report::use),
        json::optional("not_shown", &connections_report::not_shown),
        json::required("idle_in_transaction", &connections_report::idle_in_transaction),
        json::required("blocked", &connections_report::blocked),
        json::required("own_pool", &connections_report::own_pool),
        json::required("advice", &connections_report::advice),
        json::optional("hidden", &connections_report::hidden),
    };
};

/// Looks at the server's connections, also when all of them are taken.
io::task<result<connections_report>> monitor_connections(sources from, std::string instance, io::deadline until);

/// What a login without pg_read_all_stats is told, and how to change it.
std::string hidden_without_stats(std::string_view role);

} // namespace basekeeper::inspection
