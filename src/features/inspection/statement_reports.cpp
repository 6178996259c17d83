// Reports on the statements that pg_stat_statements has recorded: by total time and by number of calls.
#include "features/inspection/reports.hpp"

namespace basekeeper::inspection {
namespace {

constexpr report_definition outliers{
    .sql = R"(
with s as (
  select * from @statements
  where dbid = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database()))
select pg_catalog.pg_get_userbyid(s.userid)::text as role, s.calls,
  pg_catalog.round(s.total_exec_time::numeric, 1)::float8 as total_ms,
  pg_catalog.round((100 * s.total_exec_time / nullif((select pg_catalog.sum(total_exec_time) from s), 0))::numeric, 1)::float8
    as percent_of_total,
  pg_catalog.round(s.mean_exec_time::numeric, 3)::float8 as mean_ms,
  pg_catalog.round(s.max_exec_time::numeric, 1)::float8 as max_ms, s.rows,
  pg_catalog.round(100 * s.shared_blks_hit::numeric / nullif(s.shared_blks_hit + s.shared_blks_read, 0), 1)::float8
    as cache_hit_percent,
  s.temp_blks_written::int8 * 8192 as temporary_bytes, s.queryid::text as query_id,
  case when s.query ~* 'password' then '(hidden: it mentions a password)' else pg_catalog.left(s.query, 500) end as query
from s
order by s.total_exec_time desc, s.userid, s.queryid, s.toplevel
limit $1::int offset $2::int)",
    .advice =
        "Start with the largest percent_of_total: look at its plan with explain_query and ask advise_indexes; a low "
        "cache_hit_percent reads from disk, temporary_bytes ask for more work_mem.",
    .required = needs::all_stats,
};

constexpr report_definition calls{
    .sql = R"(
select pg_catalog.pg_get_userbyid(s.userid)::text as role, s.calls,
  pg_catalog.round(s.mean_exec_time::numeric, 3)::float8 as mean_ms,
  pg_catalog.round(s.total_exec_time::numeric, 1)::float8 as total_ms,
  pg_catalog.round(s.rows::numeric / nullif(s.calls, 0), 1)::float8 as rows_per_call, s.queryid::text as query_id,
  case when s.query ~* 'password' then '(hidden: it mentions a password)' else pg_catalog.left(s.query, 500) end as query
from @statements s
where s.dbid = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
order by s.calls desc, s.userid, s.queryid, s.toplevel
limit $1::int offset $2::int)",
    .advice =
        "Statements called far more often than the application needs are loops in its code: fetch several rows at "
        "once, or cache the answer.",
    .required = needs::all_stats,
};

} // namespace

const report_definition& statement_report(report which)
{
    return which == report::outliers ? outliers : calls;
}

} // namespace basekeeper::inspection
