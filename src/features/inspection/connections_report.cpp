// Three queries in one round trip, sorted by service and advised upon.
#include "features/inspection/connections_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace basekeeper::inspection {
namespace {

constexpr std::size_t most_groups = 500;
constexpr std::size_t most_shown = 60;
constexpr std::size_t most_sessions = 20;

constexpr std::string_view slots_sql = R"(
select pg_catalog.current_setting('max_connections'), pg_catalog.current_setting('superuser_reserved_connections'),
  coalesce(pg_catalog.current_setting('reserved_connections', true), '0'),
  (select pg_catalog.count(*) from pg_catalog.pg_stat_activity a
   where coalesce(a.backend_type = 'client backend', a.usesysid is not null and a.datid is not null)),
  pg_catalog.quote_ident(current_user), pg_catalog.pg_has_role(current_user, 'pg_read_all_stats', 'usage'))";

// States of other roles are null without pg_read_all_stats; their names are not. `$1` groups.
constexpr std::string_view groups_sql = R"(
select a.application_name, a.usename, pg_catalog.quote_ident(a.usename), a.datname,
  coalesce(a.state, 'hidden'), pg_catalog.count(*),
  coalesce(pg_catalog.max(extract(epoch from pg_catalog.clock_timestamp() - a.state_change))::int8, 0),
  coalesce(pg_catalog.max(extract(epoch from pg_catalog.clock_timestamp() - a.backend_start))::int8, 0),
  pg_catalog.bool_or(coalesce(r.rolsuper, false)),
  pg_catalog.max(case when r.rolconnlimit >= 0 and not r.rolsuper then r.rolconnlimit end)
from pg_catalog.pg_stat_activity a left join pg_catalog.pg_roles r on r.oid = a.usesysid
where coalesce(a.backend_type = 'client backend', a.usesysid is not null and a.datid is not null)
group by a.application_name, a.usename, a.datname, coalesce(a.state, 'hidden')
order by pg_catalog.count(*) desc, a.usename, a.application_name
limit $1::int)";

// `$1` sessions of each kind. Rows: kind, pid, role, application, seconds, who blocks it, query.
constexpr std::string_view sessions_sql = R"(
(select 'idle', a.pid, a.usename, a.application_name,
   extract(epoch from pg_catalog.clock_timestamp() - a.state_change)::int8, null,
   case when a.query ~* 'password' then '(hidden: it mentions a password)' else pg_catalog.left(a.query, 200) end
 from pg_catalog.pg_stat_activity a
 where a.state like 'idle in transaction%'
 order by a.state_change, a.pid limit $1::int)
union all
(select 'blocked', a.pid, a.usename, a.application_name,
   coalesce(extract(epoch from pg_catalog.clock_timestamp() - w.since)::int8, 0),
   pg_catalog.array_to_string(pg_catalog.pg_blocking_pids(a.pid), ','),
   case when a.query ~* 'password' then '(hidden: it mentions a password)' else pg_catalog.left(a.query, 200) end
 from (select l.pid, pg_catalog.min(l.waitstart) as since from pg_catalog.pg_locks l where not l.granted group by l.pid) w
 join pg_catalog.pg_stat_activity a on a.pid = w.pid
 order by w.since nulls last, a.pid limit $1::int))";

std::string text_at(const pg::row_set& rows, std::size_t row, std::size_t column)
{
    return std::string(rows.value(row, column).value_or(""));
}

std::vector<std::int64_t> numbers_in(std::string_view list)
{
    std::vector<std::int64_t> out;
    while (!list.empty()) {
        const auto end = std::min(list.find(','), list.size());
        pg::row_set one({{.name = "pid"}});
        one.append(list.substr(0, end));
        out.push_back(one.integer(0, 0).value_or(0));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return out;
}

slots slots_from(const pg::row_set& rows)
{
    const auto number = [&](std::size_t c) { return static_cast<int>(rows.integer(0, c).value_or(0)); };
    return {.max = number(0), .superuser_reserved = number(1), .reserved = number(2), .used = number(3)};
}

connection_group group_from(const pg::row_set& rows, std::size_t r)
{
    const auto application = rows.value(r, 0).value_or("");
    connection_group g{
        .role = text_at(rows, r, 1),
        .quoted_role = text_at(rows, r, 2),
        .database = text_at(rows, r, 3),
        .state = text_at(rows, r, 4),
        .connections = static_cast<int>(rows.integer(r, 5).value_or(0)),
        .oldest_state_seconds = rows.integer(r, 6).value_or(0),
        .oldest_seconds = rows.integer(r, 7).value_or(0),
        .superuser = rows.value(r, 8) == "t",
    };
    g.of = service_of({.application = application, .role = g.role, .database = g.database});
    return g;
}

/// Groups of one service, role and state together, the largest first.
std::vector<connection_use> merged(const std::vector<connection_group>& groups, const pg::row_set& rows)
{
    std::map<std::tuple<service, std::string, std::string>, connection_use> by;
    for (std::size_t r = 0; r < groups.size(); ++r) {
        const auto& g = groups[r];
        auto& u = by[{g.of, g.role, g.state}];
        u.service = g.of;
        u.role = g.role;
        u.state = g.state;
        u.connections += g.connections;
        u.oldest_seconds = std::max(u.oldest_seconds, g.oldest_seconds);
        u.longest_in_state_seconds = std::max(u.longest_in_state_seconds, g.oldest_state_seconds);
        if (const auto limit = rows.integer(r, 9))
            u.role_limit = static_cast<int>(*limit);
    }
    std::vector<connection_use> out;
    out.reserve(by.size());
    for (auto& [key, u] : by)
        out.push_back(std::move(u));
    std::ranges::sort(out, {}, [](const connection_use& u) {
        return std::tuple(-u.connections, u.service, std::string_view(u.role), std::string_view(u.state));
    });
    return out;
}

void read_sessions(connections_report& into, const pg::row_set& rows)
{
    for (std::size_t r = 0; r < rows.size(); ++r) {
        noted_session s{
            .pid = rows.integer(r, 1).value_or(0),
            .role = text_at(rows, r, 2),
            .application = text_at(rows, r, 3),
            .seconds = rows.integer(r, 4).value_or(0),
            .query = text_at(rows, r, 6),
        };
        if (rows.value(r, 0) == "blocked") {
            s.blocked_by = numbers_in(rows.value(r, 5).value_or(""));
            into.blocked.push_back(std::move(s));
        } else {
            into.idle_in_transaction.push_back(std::move(s));
        }
    }
}

connections_report report_from(const std::vector<pg::statement_result>& answers, const pg::pool_usage& own)
{
    const auto now = slots_from(answers[0].rows);
    const auto& grouped = answers[1].rows;
    std::vector<connection_group> groups;
    groups.reserve(grouped.size());
    for (std::size_t r = 0; r < grouped.size(); ++r)
        groups.push_back(group_from(grouped, r));
    connections_report out{
        .slots =
            {
                .max = now.max,
                .reserved = now.superuser_reserved + now.reserved,
                .usable = now.usable(),
                .used = now.used,
                .percent_used = now.percent_used(),
            },
        .use = merged(groups, grouped),
        .own_pool = {.held = own.leased + own.idle + own.lanes, .limit = own.limit},
        .advice = advise(now, groups),
    };
    if (now.percent_used() >= alert_percent)
        out.alert = fmt::format(
            "{} of {} usable connections are in use ({} %): the next clients will be refused",
            now.used,
            now.usable(),
            now.percent_used()
        );
    if (out.use.size() > most_shown) {
        out.not_shown = fmt::format(
            "{} smaller groups; inspect_database report role_stats lists every role", out.use.size() - most_shown
        );
        out.use.resize(most_shown);
    }
    read_sessions(out, answers[2].rows);
    if (answers[0].rows.value(0, 5) != "t")
        out.hidden = hidden_without_stats(answers[0].rows.value(0, 4).value_or("NAME"));
    return out;
}

} // namespace

std::string hidden_without_stats(std::string_view role)
{
    return fmt::format(
        "states, times and statements of other roles; to see them a superuser (on Supabase supabase_admin) runs: grant "
        "pg_read_all_stats to {}",
        role
    );
}

io::task<result<connections_report>> monitor_connections(sources from, std::string instance, io::deadline until)
{
    const auto pools = CO_TRY(co_await from.open.of(std::move(instance)));
    auto db = CO_TRY(co_await look_in(from, *pools, until));
    std::vector<pg::statement> questions{
        {.sql = std::string(slots_sql)},
        {.sql = std::string(groups_sql), .params = {{std::to_string(most_groups)}}},
        {.sql = std::string(sessions_sql), .params = {{std::to_string(most_sessions)}}},
    };
    const auto answers = CO_TRY(co_await ask(*db, std::move(questions), pg::caps{}, until));
    if (answers[0].rows.empty())
        co_return fail(condition::internal, "the server did not tell its connections", "report this");
    co_return report_from(answers, pools->owner.usage());
}

} // namespace basekeeper::inspection
