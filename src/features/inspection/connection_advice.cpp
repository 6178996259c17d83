// The rules: smaller pools for the largest user, timeouts for what is forgotten, more slots for what really works.
#include "features/inspection/connection_advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace basekeeper::inspection {
namespace {

/// Pools are sized so that this share of the usable slots is in use.
constexpr int target_percent = 80;
constexpr int smallest_pool = 2;
constexpr int smallest_role_limit = 5;
constexpr std::int64_t forgotten_transaction_seconds = 60;
constexpr std::int64_t forgotten_session_seconds = 600;

std::string name_of(service s)
{
    std::string out;
    json::encode(out, s);
    return out.substr(1, out.size() - 2);
}

/// All that one service, or one role of no known service, holds.
struct holder
{
    service of = service::other;
    std::string quoted_role; ///< of `other` only
    int connections = 0;
    std::set<std::pair<std::string, std::string>> pools{}; ///< role and database
    bool superuser = false;
};

std::optional<holder> largest(const std::vector<connection_group>& groups)
{
    std::map<std::pair<service, std::string>, holder> by;
    for (const auto& g : groups) {
        auto& h = by[{g.of, g.of == service::other ? g.role : ""}];
        h.of = g.of;
        h.quoted_role = g.quoted_role;
        h.connections += g.connections;
        h.pools.emplace(g.role, g.database);
        h.superuser |= g.superuser;
    }
    const auto most = std::ranges::max_element(by, {}, [](const auto& e) { return e.second.connections; });
    return most == by.end() ? std::nullopt : std::optional(most->second);
}

/// A pool or a role that is to give up what is above the target.
connection_advice smaller(const holder& h, int excess)
{
    const auto left = h.connections - excess;
    if (h.of == service::other) {
        const auto limit = std::max(smallest_role_limit, left);
        return {
            .why = fmt::format("role {} holds {} connections", h.quoted_role, h.connections),
            .setting = "connection limit of the role",
            .value = std::to_string(limit),
            .how = h.superuser
                       ? "superusers are not bound by limits: lower the pool of the application, or let it log in "
                         "by a role of its own"
                       : fmt::format("alter role {} connection limit {}", h.quoted_role, limit),
        };
    }
    const auto pools = h.of == service::supavisor ? static_cast<int>(h.pools.size()) : 1;
    const auto value = std::max(smallest_pool, left / std::max(1, pools));
    const auto setting = std::string(pool_setting_of(h.of));
    connection_advice out{
        .why = fmt::format("{} holds {} connections", name_of(h.of), h.connections),
        .setting = setting.empty() ? "pool size of the service" : setting,
        .value = std::to_string(value),
        .how = fmt::format("set {}={} in the environment of the service and restart it", setting, value),
    };
    if (setting.empty())
        out.how = "restart the service, and lower its pool in its own configuration";
    else if (h.of == service::supavisor)
        out.how = fmt::format(
            "set {}={} in .env for new tenants; the tenant that exists keeps its own: change default_pool_size there "
            "(PATCH /api/tenants/TENANT on port 4000), then restart supavisor",
            setting,
            value
        );
    else if (h.of == service::ours)
        out.how = fmt::format("set max_connections = {} under [pool] in the configuration of basekeeper", value);
    return out;
}

int with_state(const std::vector<connection_group>& groups, std::string_view state)
{
    int n = 0;
    for (const auto& g : groups)
        if (g.state == state)
            n += g.connections;
    return n;
}

void advise_transactions(std::vector<connection_advice>& out, const std::vector<connection_group>& groups)
{
    std::set<std::string> told;
    for (const auto& g : groups)
        if (g.state.starts_with("idle in transaction") && g.oldest_state_seconds >= forgotten_transaction_seconds &&
            told.insert(g.role).second)
            out.push_back({
                .why = fmt::format(
                    "role {} has a transaction that has been idle for {} s: it holds locks and dead rows",
                    g.quoted_role,
                    g.oldest_state_seconds
                ),
                .setting = "idle_in_transaction_session_timeout",
                .value = "60s",
                .how = fmt::format(
                    "alter role {} set idle_in_transaction_session_timeout = '60s' (new sessions), and end the one "
                    "that exists: select pg_terminate_backend(pid)",
                    g.quoted_role
                ),
            });
}

void advise_idle_sessions(
    std::vector<connection_advice>& out, const slots& now, const std::vector<connection_group>& groups
)
{
    for (const auto& g : groups)
        if (g.of == service::other && g.state == "idle" && g.oldest_state_seconds >= forgotten_session_seconds &&
            g.connections * 5 >= now.usable())
            out.push_back({
                .why = fmt::format("role {} holds {} connections that do nothing", g.quoted_role, g.connections),
                .setting = "idle_session_timeout",
                .value = "10min",
                .how = fmt::format("alter role {} set idle_session_timeout = '10min'", g.quoted_role),
            });
}

} // namespace

std::vector<connection_advice> advise(const slots& now, const std::vector<connection_group>& groups)
{
    std::vector<connection_advice> out;
    advise_transactions(out, groups);
    if (now.percent_used() >= alert_percent) {
        const auto excess = now.used - now.usable() * target_percent / 100;
        const auto most = largest(groups);
        if (most && excess > 0)
            out.push_back(smaller(*most, excess));
        if (with_state(groups, "active") * 2 >= now.used) {
            const auto wanted = (now.max - now.usable() + now.used * 100 / 70 + 9) / 10 * 10;
            out.push_back({
                .why = "most connections are at work: pools are not too large, slots are too few",
                .setting = "max_connections",
                .value = std::to_string(wanted),
                .how = fmt::format(
                    "alter system set max_connections = {}, then restart; each takes up to work_mem and some "
                    "megabytes, so "
                    "prefer the pooler in transaction mode (port 6543) where clients can use it",
                    wanted
                ),
            });
        }
    }
    advise_idle_sessions(out, now, groups);
    return out;
}

} // namespace basekeeper::inspection
