// Reports on what is stored: bloat, vacuum, ages of transaction ids, sequences, sizes.
#include "features/inspection/reports.hpp"

namespace basekeeper::inspection {
namespace {

// An estimate: rows and average widths give the pages that a table or a B-tree would need freshly written. A row has a
// header of 24 bytes and a pointer of 4, an index entry 8 and 4; both are padded to 8. Pages lose 24 bytes to their
// header, leaf pages 16 more to their own.
constexpr report_definition bloat{
    .sql = R"(
with widths as (
  select n.oid as namespace, s.tablename, pg_catalog.sum((1 - s.null_frac) * s.avg_width) as bytes,
    pg_catalog.count(*) as columns
  from pg_catalog.pg_stats s join pg_catalog.pg_namespace n on n.nspname = s.schemaname
  where not s.inherited and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  group by 1, 2),
tables as (
  select 'table' as kind, c.oid, c.oid as on_table, c.relpages::int8 as pages, c.reltuples,
    pg_catalog.ceil(c.reltuples * (28 + 8 * pg_catalog.ceil(w.bytes / 8))
      / (8168 * coalesce((select o.option_value::float8 from pg_catalog.pg_options_to_table(c.reloptions) o
                          where o.option_name = 'fillfactor'), 100) / 100)) as needed
  from pg_catalog.pg_class c join widths w on w.namespace = c.relnamespace and w.tablename = c.relname
  where c.relkind in ('r', 'm') and c.reltuples >= 0
    and w.columns = (select pg_catalog.count(*) from pg_catalog.pg_attribute a
                     where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)),
entries as (
  select i.indexrelid, i.indrelid, pg_catalog.sum((1 - s.null_frac) * s.avg_width) as bytes,
    pg_catalog.count(s.avg_width) as known, i.indnatts, pg_catalog.bool_or(s.n_distinct not in (-1)) as repeats
  from pg_catalog.pg_index i
  join pg_catalog.pg_class t on t.oid = i.indrelid
  join pg_catalog.pg_namespace n on n.oid = t.relnamespace and n.nspname !~ '^pg_'
  join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum = any (i.indkey::int2[])
  left join pg_catalog.pg_stats s on s.schemaname = n.nspname and s.tablename = t.relname and s.attname = a.attname
    and not s.inherited
  where i.indpred is null and i.indexprs is null
  group by i.indexrelid, i.indrelid, i.indnatts),
indexes as (
  select 'index' as kind, c.oid, e.indrelid as on_table, c.relpages::int8 as pages, c.reltuples,
    pg_catalog.ceil(c.reltuples * (12 + 8 * pg_catalog.ceil(e.bytes / 8)) / (8152 * 0.9)) as needed
  from entries e join pg_catalog.pg_class c on c.oid = e.indexrelid
  join pg_catalog.pg_am m on m.oid = c.relam and m.amname = 'btree'
  where e.known = e.indnatts and c.reltuples >= 0)
select b.kind, pg_catalog.concat(n.nspname, '.', c.relname) as name, b.pages * 8192 as bytes,
  ((b.pages - b.needed) * 8192)::int8 as wasted_bytes,
  pg_catalog.round((100 * (b.pages - b.needed) / b.pages)::numeric, 0)::int as wasted_percent,
  case b.kind when 'index' then pg_catalog.format('reindex index concurrently %I.%I', n.nspname, c.relname)
    else pg_catalog.format('vacuum (full, analyze) %I.%I', n.nspname, c.relname) end as remedy
from (select * from tables union all select * from indexes) b
join pg_catalog.pg_class c on c.oid = b.oid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where b.pages - b.needed >= 128 and b.pages - b.needed >= 0.25 * b.pages
order by b.pages - b.needed desc, name
limit $1::int offset $2::int)",
    .advice = "Estimates: reindex concurrently shrinks an index while it is used; vacuum full locks the table "
              "(pg_repack does "
              "not), and is worth it only where the space will not be filled again; report vacuum shows why it grew.",
    .required = needs::column_stats,
};

constexpr report_definition vacuum{
    .sql = R"(
with options as (
  select c.oid,
    pg_catalog.max(o.option_value) filter (where o.option_name = 'autovacuum_enabled') as enabled,
    pg_catalog.max(o.option_value) filter (where o.option_name = 'autovacuum_vacuum_threshold') as threshold,
    pg_catalog.max(o.option_value) filter (where o.option_name = 'autovacuum_vacuum_scale_factor') as factor
  from pg_catalog.pg_class c left join lateral pg_catalog.pg_options_to_table(c.reloptions) o on true
  where c.relkind in ('r', 'm', 't')
  group by c.oid)
select pg_catalog.concat(s.schemaname, '.', s.relname) as relation, s.n_live_tup as live_rows, s.n_dead_tup as dead_rows,
  pg_catalog.round(100.0 * s.n_dead_tup / nullif(s.n_live_tup + s.n_dead_tup, 0), 1)::float8 as dead_percent,
  d.due_at::int8 as vacuumed_from_dead_rows, s.n_dead_tup > d.due_at as is_due,
  coalesce(o.enabled::bool, true) and pg_catalog.current_setting('autovacuum')::bool as autovacuum,
  greatest(s.last_vacuum, s.last_autovacuum)::timestamptz(0)::text as last_vacuum,
  greatest(s.last_analyze, s.last_autoanalyze)::timestamptz(0)::text as last_analyze,
  pg_catalog.format('vacuum (analyze) %I.%I', s.schemaname, s.relname) as remedy
from pg_catalog.pg_stat_user_tables s
join pg_catalog.pg_class c on c.oid = s.relid join options o on o.oid = c.oid
cross join lateral (
  select coalesce(o.threshold, pg_catalog.current_setting('autovacuum_vacuum_threshold'))::float8
    + coalesce(o.factor, pg_catalog.current_setting('autovacuum_vacuum_scale_factor'))::float8
      * greatest(c.reltuples, 0) as due_at) d
where s.n_dead_tup > 0 or o.enabled::bool is false
order by s.n_dead_tup desc, relation
limit $1::int offset $2::int)",
    .advice = "Run the remedy where is_due stays true; when dead rows do not go away, report xid_age names the "
              "transaction or "
              "slot that holds them; for large tables set autovacuum_vacuum_scale_factor = 0.02.",
};

constexpr report_definition xid_age{
    .sql = R"(
select o.kind, o.name, o.age, pg_catalog.round(100.0 * o.age / 2146483647, 2)::float8 as percent_of_limit,
  o.multixact_age, o.since
from (
  select 1 as place, 'holds old rows: transaction' as kind,
    pg_catalog.concat('pid ', a.pid, ', role ', a.usename, ', ', coalesce(a.state, 'state hidden')) as name,
    greatest(pg_catalog.age(a.backend_xmin), pg_catalog.age(a.backend_xid)) as age, null::int as multixact_age,
    a.xact_start::timestamptz(0)::text as since
  from pg_catalog.pg_stat_activity a
  where (a.backend_xmin is not null or a.backend_xid is not null) and a.pid <> pg_catalog.pg_backend_pid()
    and pg_catalog.clock_timestamp() - a.xact_start > interval '1 second'
  union all
  select 1, 'holds old rows: replication slot', s.slot_name::text,
    greatest(pg_catalog.age(s.xmin), pg_catalog.age(s.catalog_xmin)), null, null
  from pg_catalog.pg_replication_slots s where s.xmin is not null or s.catalog_xmin is not null
  union all
  select 1, 'holds old rows: prepared transaction', p.gid, pg_catalog.age(p.transaction), null,
    p.prepared::timestamptz(0)::text
  from pg_catalog.pg_prepared_xacts p
  union all
  select 2, 'database', d.datname::text, pg_catalog.age(d.datfrozenxid), pg_catalog.mxid_age(d.datminmxid), null
  from pg_catalog.pg_database d
  union all
  (select 3, 'table', pg_catalog.concat(n.nspname, '.', c.relname),
     greatest(pg_catalog.age(c.relfrozenxid), pg_catalog.age(t.relfrozenxid)), pg_catalog.mxid_age(c.relminmxid), null
   from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   left join pg_catalog.pg_class t on t.oid = c.reltoastrelid and t.relkind = 't'
   where c.relkind in ('r', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
   order by 4 desc, 3 limit 1000)) o
order by o.place, o.age desc nulls last, o.name
limit $1::int offset $2::int)",
    .advice =
        "Below 10 % of the limit nothing is to be done; above, end what holds old rows (finish the transaction, drop "
        "the slot, rollback prepared) and run vacuum freeze on the oldest tables: at 100 % the server stops taking "
        "writes.",
    .required = needs::all_stats,
};

constexpr report_definition sequences{
    .sql = R"(
select pg_catalog.concat(n.nspname, '.', c.relname) as sequence,
  (select pg_catalog.concat(tn.nspname, '.', t.relname, '.', a.attname)
   from pg_catalog.pg_class t join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
   where t.oid = a.attrelid) as used_by,
  pg_catalog.format_type(coalesce(a.atttypid, s.seqtypid), null) as type, v.last_value, v.last_possible,
  pg_catalog.round(100.0 * v.used, 1)::float8 as percent_used
from pg_catalog.pg_sequence s
join pg_catalog.pg_class c on c.oid = s.seqrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join lateral (
  select a.* from pg_catalog.pg_depend d
  join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
  where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = s.seqrelid and d.deptype in ('a', 'i')
    and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjsubid > 0
  limit 1) a on true
cross join lateral (
  select p.last_value, p.last_possible,
    (p.last_value - p.first::numeric) / nullif(p.last_possible - p.first::numeric, 0) as used
  from (
    select pg_catalog.pg_sequence_last_value(s.seqrelid) as last_value,
      case when s.seqincrement > 0 then s.seqmin else s.seqmax end as first,
      case when s.seqincrement > 0
        then least(s.seqmax, case a.atttypid when 21 then 32767 when 23 then 2147483647 else s.seqmax end)
        else greatest(s.seqmin, case a.atttypid when 21 then -32768 when 23 then -2147483648 else s.seqmin end)
      end as last_possible
    where pg_catalog.has_sequence_privilege(s.seqrelid, 'SELECT') or pg_catalog.has_sequence_privilege(s.seqrelid, 'USAGE')
  ) p) v
where not s.seqcycle and v.used >= 0.75 and n.nspname !~ '^pg_'
order by v.used desc, sequence
limit $1::int offset $2::int)",
    .advice =
        "At 100 % inserts fail: change the column and the sequence to bigint (alter table ... alter column ... type "
        "bigint rewrites the table; alter sequence ... as bigint) while there is time; foreign keys to it too.",
    .required = needs::sequence_use,
};

constexpr report_definition sizes{
    .sql = R"(
with whole as (select pg_catalog.pg_database_size(pg_catalog.current_database()) as bytes),
measured as (
  select n.nspname, c.relname, c.relkind, greatest(c.reltuples, 0)::int8 as rows,
    pg_catalog.pg_table_size(c.oid) as table_bytes, pg_catalog.pg_indexes_size(c.oid) as index_bytes,
    coalesce(pg_catalog.pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0) as toast_bytes
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'm') and n.nspname !~ '^pg_(toast|temp)')
select z.name, z.bytes, pg_catalog.round(100.0 * z.bytes / nullif((select bytes from whole), 0), 1)::float8
  as percent_of_database, z.table_bytes, z.index_bytes, z.toast_bytes, z.rows
from (
  select 0 as place, '(whole database)' as name, bytes, null::int8 as table_bytes, null::int8 as index_bytes,
    null::int8 as toast_bytes, null::int8 as rows from whole
  union all
  select 1, pg_catalog.concat(nspname, '.', relname), table_bytes + index_bytes, table_bytes - toast_bytes, index_bytes,
    toast_bytes, rows
  from measured) z
order by z.place, z.bytes desc, z.name
limit $1::int offset $2::int)",
    .advice =
        "Look at the largest first: drop unused_indexes and duplicate_indexes, delete or partition old rows, and check "
        "bloat; logs and job histories (net._http_response, cron.job_run_details) may simply be emptied.",
};

} // namespace

const report_definition& storage_report(report which)
{
    switch (which) {
    case report::bloat:
        return bloat;
    case report::vacuum:
        return vacuum;
    case report::xid_age:
        return xid_age;
    case report::sequences:
        return sequences;
    default:
        return sizes;
    }
}

} // namespace basekeeper::inspection
