// Reports on what sessions do at the moment: locks, who waits for whom, long statements, roles.
#include "features/inspection/reports.hpp"

namespace basekeeper::inspection {
namespace {

constexpr report_definition locks{
    .sql = R"(
select l.pid, a.usename::text as role, a.application_name as application, l.locktype as kind,
  case when l.relation is not null and l.database = d.oid then coalesce(
    (select pg_catalog.concat(n.nspname, '.', c.relname) from pg_catalog.pg_class c
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.oid = l.relation), l.relation::text) end as relation,
  l.mode, l.granted,
  case when not l.granted then pg_catalog.round(extract(epoch from pg_catalog.clock_timestamp() - l.waitstart), 1)::float8 end
    as waits_seconds,
  pg_catalog.round(extract(epoch from pg_catalog.clock_timestamp() - a.xact_start), 1)::float8 as transaction_seconds,
  a.state,
  case when a.query ~* 'password' then '(hidden: it mentions a password)' else pg_catalog.left(a.query, 300) end as query
from pg_catalog.pg_locks l
join pg_catalog.pg_database d on d.datname = pg_catalog.current_database()
left join pg_catalog.pg_stat_activity a on a.pid = l.pid
where l.pid is distinct from pg_catalog.pg_backend_pid() and l.locktype <> 'virtualxid'
  and (l.database is null or l.database in (0, d.oid))
  and (not l.granted or l.locktype = 'advisory' or l.mode not in ('AccessShareLock') and l.locktype <> 'transactionid')
order by l.granted, a.xact_start nulls last, l.pid, l.locktype, l.relation, l.mode, l.transactionid::text, l.classid, l.objid
limit $1::int offset $2::int)",
    .advice =
        "Rows with granted = false wait: report blocking names whom they wait for; end or shorten the transaction "
        "that holds the strong lock, and set lock_timeout before schema changes.",
    .required = needs::all_stats,
};

constexpr report_definition blocking{
    .sql = R"(
select w.pid as waiting_pid, b.pid as blocking_pid, w.mode as wanted_mode,
  case when w.relation is not null then coalesce(
    (select pg_catalog.concat(n.nspname, '.', c.relname) from pg_catalog.pg_class c
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.oid = w.relation), w.relation::text) end as relation,
  pg_catalog.round(extract(epoch from pg_catalog.clock_timestamp() - w.waitstart), 1)::float8 as waits_seconds,
  wa.usename::text as waiting_role, wa.application_name as waiting_application,
  case when wa.query ~* 'password' then '(hidden: it mentions a password)' else pg_catalog.left(wa.query, 300) end
    as waiting_query,
  ba.usename::text as blocking_role, ba.application_name as blocking_application, ba.state as blocking_state,
  pg_catalog.round(extract(epoch from pg_catalog.clock_timestamp() - ba.xact_start), 1)::float8
    as blocking_transaction_seconds,
  case when ba.query ~* 'password' then '(hidden: it mentions a password)' else pg_catalog.left(ba.query, 300) end
    as blocking_query,
  pg_catalog.cardinality(pg_catalog.pg_blocking_pids(b.pid)) = 0 as is_root
from pg_catalog.pg_locks w
cross join lateral pg_catalog.unnest(pg_catalog.pg_blocking_pids(w.pid)) b(pid)
left join pg_catalog.pg_stat_activity wa on wa.pid = w.pid
left join pg_catalog.pg_stat_activity ba on ba.pid = b.pid
where not w.granted
order by w.waitstart nulls last, w.pid, b.pid
limit $1::int offset $2::int)",
    .advice = "Finish the transaction of the rows with is_root = true, or end its session: select "
              "pg_terminate_backend(blocking_pid); a blocking_pid of 0 is a prepared transaction (pg_prepared_xacts).",
    .required = needs::all_stats,
};

constexpr report_definition long_queries{
    .sql = R"(
select a.pid, a.usename::text as role, a.application_name as application, a.datname::text as database, a.state,
  pg_catalog.round(extract(epoch from pg_catalog.clock_timestamp() - a.query_start), 1)::float8 as query_seconds,
  pg_catalog.round(extract(epoch from pg_catalog.clock_timestamp() - a.xact_start), 1)::float8 as transaction_seconds,
  pg_catalog.concat_ws(': ', a.wait_event_type, a.wait_event) as waits_for,
  case when a.query ~* 'password' then '(hidden: it mentions a password)' else pg_catalog.left(a.query, 500) end as query
from pg_catalog.pg_stat_activity a
where a.pid <> pg_catalog.pg_backend_pid() and a.backend_type in ('client backend', 'parallel worker')
  and a.state <> 'idle'
  and pg_catalog.clock_timestamp() - coalesce(a.xact_start, a.query_start) > interval '1 second'
order by coalesce(a.xact_start, a.query_start), a.pid
limit $1::int offset $2::int)",
    .advice = "Cancel what nobody waits for with select pg_cancel_backend(pid), look at the plan of the rest with "
              "explain_query, and give the role a statement_timeout (idle in transaction: "
              "idle_in_transaction_session_timeout).",
    .required = needs::all_stats,
};

// Settings of roles may be secrets (pgrst.jwt_secret, app.settings.*): only known harmless ones are shown.
constexpr report_definition role_stats{
    .sql = R"(
select r.rolname::text as role, coalesce(s.connections, 0)::int as connections,
  case when r.rolconnlimit >= 0 and not r.rolsuper then r.rolconnlimit end as connection_limit,
  s.active::int as active, s.idle::int as idle, s.idle_in_transaction::int as idle_in_transaction,
  r.rolsuper as superuser, r.rolbypassrls as bypasses_rls, r.rolcreaterole as creates_roles,
  (select pg_catalog.string_agg(
     case when d.setdatabase <> 0 then b.datname || ': ' else '' end || c.item, ', ' order by b.datname nulls first, c.item)
   from pg_catalog.pg_db_role_setting d
   left join pg_catalog.pg_database b on b.oid = d.setdatabase
   cross join lateral pg_catalog.unnest(d.setconfig) c(item)
   where d.setrole = r.oid and pg_catalog.split_part(c.item, '=', 1) in ('statement_timeout', 'lock_timeout',
     'idle_in_transaction_session_timeout', 'idle_session_timeout', 'transaction_timeout', 'work_mem', 'temp_file_limit',
     'default_transaction_read_only', 'search_path', 'log_statement', 'log_min_duration_statement', 'role',
     'session_preload_libraries', 'row_security')) as settings
from pg_catalog.pg_roles r
left join (
  select usesysid, pg_catalog.count(*) as connections, pg_catalog.count(*) filter (where state = 'active') as active,
    pg_catalog.count(*) filter (where state = 'idle') as idle,
    pg_catalog.count(*) filter (where state like 'idle in transaction%') as idle_in_transaction
  from pg_catalog.pg_stat_activity
  where datid is not null and usesysid is not null and coalesce(backend_type, 'client backend') = 'client backend'
  group by usesysid) s on s.usesysid = r.oid
where r.rolname !~ '^pg_' and (r.rolcanlogin or s.connections > 0)
order by coalesce(s.connections, 0) desc, r.rolname
limit $1::int offset $2::int)",
    .advice =
        "Give roles of applications a limit and timeouts: alter role NAME connection limit 20; alter role NAME set "
        "statement_timeout = '8s'; superusers are not bound by limits.",
    .required = needs::all_stats,
};

} // namespace

const report_definition& activity_report(report which)
{
    switch (which) {
    case report::locks:
        return locks;
    case report::blocking:
        return blocking;
    case report::long_queries:
        return long_queries;
    default:
        return role_stats;
    }
}

} // namespace basekeeper::inspection
