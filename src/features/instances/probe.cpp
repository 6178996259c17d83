// One query for the facts, one fresh connection per login for the ways in.
#include "features/instances/probe.hpp"

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
    const auto with = CO_TRY(co_await names.unlock(std::move(name)));
    std::vector<std::pair<std::string, pg::target>> logins{{"owner", with.owner}};
    if (with.read_only)
        logins.emplace_back("read_only", *with.read_only);
    std::vector<way_in> ways;
    for (auto& [login, target] : logins) {
        way_in way{.login = login, .target = pg::describe(target)};
        const auto began = std::chrono::steady_clock::now();
        auto opened = co_await pg::connection::open(where, threads, target, until.capped(target.connect_timeout));
        way.milliseconds =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began).count();
        way.works = opened.has_value();
        if (opened)
            way.encrypted = opened->encrypted();
        else {
            const auto& e = opened.error();
            way.problem = e.message;
            if (!e.server_text.empty())
                way.server_says = e.server_text;
            if (!e.hint.empty())
                way.next = e.hint;
        }
        ways.push_back(std::move(way));
    }
    co_return ways;
}

} // namespace basekeeper::instances
