// One line per kind of state, digested where it is long.
#include "trace.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sstream>

namespace basekeeper::database {
namespace {

constexpr std::string_view trace_sql = R"(
select string_agg(kind || ': ' || coalesce(state, ''), chr(10) order by kind) from (
  select 'rows', (select string_agg(c.oid::regclass || '=' || (xpath('/row/d/text()', query_to_xml(format(
      'select count(*) || md5(coalesce(string_agg(t::text, %L order by t::text), %L)) as d from %s t', ',', '', c.oid::regclass),
      false, true, '')))[1]::text, ' ' order by c.oid)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast'))
  union all select 'relations', (select count(*) || md5(string_agg(concat_ws(',', oid, relname, relnamespace, relkind,
      relowner, relacl, relfilenode, relrowsecurity, relhasrules, relhastriggers, reloptions), ' ' order by oid))
      from pg_class where relpersistence = 'p')
  union all select 'columns', (select count(*) || md5(string_agg(concat_ws(',', attrelid, attname, atttypid, attacl,
      attisdropped), ' ' order by attrelid, attnum)) from pg_attribute where attrelid >= 16384)
  union all select 'functions', (select count(*) || md5(string_agg(concat_ws(',', oid, proname, proowner, proacl,
      prosecdef, provolatile, prosrc), ' ' order by oid)) from pg_proc)
  union all select 'roles', (select string_agg(a::text, ' ' order by a.oid) from pg_authid a)
  union all select 'members', (select string_agg(m::text, ' ' order by m::text) from pg_auth_members m)
  union all select 'role settings', (select string_agg(s::text, ' ' order by s::text) from pg_db_role_setting s)
  union all select 'settings', (select md5(string_agg(name || '=' || setting, ' ' order by name)) from pg_settings)
  union all select 'settings files', (select md5(string_agg(concat_ws(',', sourcefile, name, setting), ' ' order by seqno))
      from pg_file_settings)
  union all select 'sequences', (select string_agg(concat_ws(',', sequencename, last_value), ' ' order by sequencename)
      from pg_sequences)
  union all select 'locks', (select string_agg(concat_ws(',', classid, objid, mode), ' ' order by objid)
      from pg_locks where locktype = 'advisory')
  union all select 'table locks', (select string_agg(concat_ws(',', relation::regclass, mode), ' ' order by relation, mode)
      from pg_locks where locktype = 'relation' and pid <> pg_backend_pid() and relation >= 16384)
  union all select 'slots', (select string_agg(slot_name, ' ' order by slot_name) from pg_replication_slots)
  union all select 'origins', (select string_agg(roname, ' ' order by roname) from pg_replication_origin)
  union all select 'large objects', (select string_agg(oid::text, ' ' order by oid) from pg_largeobject_metadata)
  union all select 'prepared', (select string_agg(gid, ' ' order by gid) from pg_prepared_xacts)
  union all select 'databases', (select string_agg(concat_ws(',', datname, datacl, datdba), ' ' order by datname)
      from pg_database)
  union all select 'schemas', (select string_agg(concat_ws(',', nspname, nspacl, nspowner), ' ' order by nspname)
      from pg_namespace where nspname not like 'pg\_%temp%')
  union all select 'types', (select count(*)::text from pg_type where typrelid = 0)
  union all select 'casts', (select count(*)::text from pg_cast)
  union all select 'operators', (select count(*)::text from pg_operator)
  union all select 'constraints', (select md5(string_agg(conname::text || contype::text, ' ' order by oid)) from pg_constraint)
  union all select 'policies', (select md5(string_agg(p::text, ' ' order by p.oid)) from pg_policy p)
  union all select 'triggers', (select md5(string_agg(tgname::text || tgenabled::text, ' ' order by oid)) from pg_trigger)
  union all select 'rules', (select count(*)::text from pg_rewrite)
  union all select 'comments', (select count(*)::text from pg_description)
  union all select 'defaults', (select md5(string_agg(d::text, ' ' order by d.oid)) from pg_default_acl d)
  union all select 'extensions', (select string_agg(extname, ' ' order by extname) from pg_extension)
  union all select 'publications', (select string_agg(pubname, ' ' order by pubname) from pg_publication)
  union all select 'servers', (select string_agg(srvname, ' ' order by srvname) from pg_foreign_server)
  union all select 'statistics', (select count(*)::text from pg_statistic_ext)
  union all select 'event triggers', (select count(*)::text from pg_event_trigger)
  union all select 'tablespaces', (select count(*)::text from pg_tablespace)
  union all select 'collations', (select count(*)::text from pg_collation)
) as states(kind, state))";

io::task<> pause(io::executor where)
{
    boost::asio::steady_timer timer(where, 20ms);
    co_await timer.async_wait(boost::asio::use_awaitable);
}

std::string first_difference(const std::string& before, const std::string& after)
{
    std::istringstream left(before);
    std::istringstream right(after);
    std::string was;
    std::string is;
    while (std::getline(left, was) && std::getline(right, is))
        if (was != is)
            return "was " + was + "\n is " + is;
    return before.size() == after.size() ? "nothing" : "the traces differ in length";
}

} // namespace

io::task<std::string> trace(workplace& w)
{
    co_return co_await w.value(std::string(trace_sql));
}

io::task<std::string> difference(workplace& w, std::string before)
{
    const auto until = io::deadline::after(2s);
    while (true) {
        const auto now = co_await trace(w);
        if (now == before)
            co_return "nothing";
        if (until.expired())
            co_return first_difference(before, now);
        co_await pause(w.on.executor());
    }
}

} // namespace basekeeper::database
