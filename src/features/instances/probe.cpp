// One query for the facts, one fresh connection per login for the ways in.
#include "features/instances/probe.hpp"

#include "ways/attempts.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <charconv>
#include <chrono>

namespace basekeeper::instances {
namespace {

constexpr std::string_view facts_sql = R"(
select current_setting('server_version'), current_database(),
  (select count(*) = 3 from (
     select 1 from pg_catalog.pg_namespace where nspname in ('auth', 'storage')
     union all select 1 from pg_catalog.pg_roles where rolname = 'authenticator') found),
  pg_catalog.pg_is_in_recovery(),
  (select count(*) from pg_catalog.pg_stat_activity where backend_type = 'client backend'),
  current_setting('max_connections'),
  pg_catalog.pg_database_size(current_database()),
  r.rolname, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolreplication
from pg_catalog.pg_roles r where r.rolname = current_user)";

constexpr std::string_view memberships_sql = R"(
select g.rolname from pg_catalog.pg_auth_members m
join pg_catalog.pg_roles g on g.oid = m.roleid
join pg_catalog.pg_roles r on r.oid = m.member
where r.rolname = current_user order by 1)";

server_facts read_facts(const pg::row_set& rows, const pg::row_set& memberships)
{
    const auto text = [&](std::size_t c) { return std::string(rows.value(0, c).value_or("")); };
    const auto truth = [&](std::size_t c) { return rows.value(0, c) == "t"; };
    server_facts f;
    f.version = text(0);
    f.database = text(1);
    f.supabase = truth(2);
    f.standby = truth(3);
    f.connections = static_cast<int>(rows.integer(0, 4).value_or(0));
    f.max_connections = static_cast<int>(rows.integer(0, 5).value_or(0));
    f.size_bytes = rows.integer(0, 6).value_or(0);
    f.login = {
        .user = text(7),
        .superuser = truth(8),
        .bypasses_rls = truth(9),
        .creates_roles = truth(10),
        .replicates = truth(11),
        .member_of = {}
    };
    for (std::size_t r = 0; r < memberships.size(); ++r)
        f.login.member_of.emplace_back(memberships.value(r, 0).value_or(""));
    return f;
}

way_in told(std::string login, const ways::attempt& a)
{
    way_in out{
        .login = std::move(login),
        .way = std::string(ways::words(a.way.route)),
        .target = pg::describe(a.way.to),
        .works = !a.failure,
        .milliseconds = a.took.count(),
    };
    if (a.failure) {
        out.problem = a.failure->message;
        if (!a.failure->server_text.empty())
            out.server_says = a.failure->server_text;
        if (!a.failure->hint.empty())
            out.next = a.failure->hint;
        return out;
    }
    out.encrypted = a.encrypted;
    if (a.pooling != ways::pooling::none)
        out.pooling = boost::describe::enum_to_string(a.pooling, "");
    if (a.pooling == ways::pooling::transaction)
        out.next = std::string(ways::transaction_mode_limits);
    return out;
}

} // namespace

io::task<result<server_facts>> look(connections& open, std::string name, io::deadline until)
{
    const auto pools = CO_TRY(co_await open.of(std::move(name)));
    auto lease = CO_TRY(co_await pools->owner.acquire(until));
    const auto facts = CO_TRY(co_await lease->query(std::string(facts_sql), {}, until));
    const auto memberships = CO_TRY(co_await lease->query(std::string(memberships_sql), {}, until));
    if (facts.rows.empty())
        co_return fail(condition::internal, "the server gave no row for the current login", "report this");
    co_return read_facts(facts.rows, memberships.rows);
}

io::task<result<std::vector<way_in>>>
try_ways_in(directory& names, io::executor where, io::offload_pool& threads, std::string name, io::deadline until)
{
    auto with = CO_TRY(co_await names.unlock(std::move(name)));
    const auto tried = co_await ways::try_ways(where, threads, with.ways, ways::patience::try_all, until);
    std::vector<way_in> found;
    found.reserve(tried.size());
    for (const auto& each : tried)
        found.push_back(told("owner", each));
    if (!with.read_only)
        co_return found;
    const auto* best = ways::best_of(tried);
    with = by_way(std::move(with), best == nullptr ? tried.front().way : best->way);
    auto narrow = best == nullptr ? tried.front().way : best->way;
    narrow.to = *with.read_only;
    const auto also = co_await ways::try_ways(where, threads, {std::move(narrow)}, ways::patience::try_all, until);
    found.push_back(told("read_only", also.front()));
    co_return found;
}

} // namespace basekeeper::instances
