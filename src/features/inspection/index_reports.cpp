// Reports on indexes and the cache: used, unused, duplicate, and what had to come from disk.
#include "features/inspection/reports.hpp"

namespace basekeeper::inspection {
namespace {

constexpr report_definition cache_hit{
    .sql = R"(
with per_table as (
  select pg_catalog.concat(schemaname, '.', relname) as relation, heap_blks_read as table_read, heap_blks_hit as table_hit,
    coalesce(idx_blks_read, 0) as index_read, coalesce(idx_blks_hit, 0) as index_hit
  from pg_catalog.pg_statio_user_tables)
select p.relation,
  pg_catalog.round(100.0 * p.table_hit / nullif(p.table_hit + p.table_read, 0), 2)::float8 as table_hit_percent,
  pg_catalog.round(100.0 * p.index_hit / nullif(p.index_hit + p.index_read, 0), 2)::float8 as index_hit_percent,
  p.table_read, p.table_hit, p.index_read, p.index_hit
from (
  select 0 as place, '(all tables)' as relation, pg_catalog.sum(table_read)::int8 as table_read,
    pg_catalog.sum(table_hit)::int8 as table_hit, pg_catalog.sum(index_read)::int8 as index_read,
    pg_catalog.sum(index_hit)::int8 as index_hit from per_table
  union all
  select 1, relation, table_read, table_hit, index_read, index_hit from per_table
  where table_read + table_hit + index_read + index_hit > 0) p
order by p.place, p.table_read + p.index_read desc, p.relation
limit $1::int offset $2::int)",
    .advice =
        "Below 99 % for all tables the working set does not fit: raise shared_buffers (a quarter of the memory) or add "
        "memory; a single table with many reads needs an index or fewer rows per query.",
};

constexpr report_definition index_use{
    .sql = R"(
select pg_catalog.concat(s.schemaname, '.', s.relname) as relation, c.reltuples::int8 as rows, s.seq_scan,
  coalesce(s.idx_scan, 0) as idx_scan, s.seq_tup_read,
  pg_catalog.round(100.0 * coalesce(s.idx_scan, 0) / nullif(s.seq_scan + coalesce(s.idx_scan, 0), 0), 1)::float8
    as index_percent
from pg_catalog.pg_stat_user_tables s join pg_catalog.pg_class c on c.oid = s.relid
where s.seq_scan + coalesce(s.idx_scan, 0) > 0 and greatest(c.reltuples, s.n_live_tup) >= 1000
order by s.seq_tup_read desc, relation
limit $1::int offset $2::int)",
    .advice =
        "A large table with many seq_scan and a low index_percent lacks an index: give its queries to advise_indexes.",
};

// What is in Supabase's own schemas is not its user's to drop; its migrations expect it.
constexpr report_definition unused_indexes{
    .sql = R"(
select pg_catalog.concat(s.schemaname, '.', s.relname) as relation, s.indexrelname::text as index,
  pg_catalog.pg_relation_size(s.indexrelid) as bytes, s.idx_scan as scans,
  pg_catalog.pg_get_indexdef(s.indexrelid) as definition,
  (select d.stats_reset from pg_catalog.pg_stat_database d where d.datname = pg_catalog.current_database())::text
    as counted_since,
  pg_catalog.format('drop index concurrently %I.%I', s.schemaname, s.indexrelname) as remedy
from pg_catalog.pg_stat_user_indexes s join pg_catalog.pg_index i on i.indexrelid = s.indexrelid
where s.idx_scan = 0 and not i.indisunique and not i.indisexclusion and not i.indisreplident and i.indisvalid
  and not exists (select from pg_catalog.pg_inherits h where h.inhrelid = s.indexrelid)
  and s.schemaname <> all (@platform::name[])
order by pg_catalog.pg_relation_size(s.indexrelid) desc, relation, index
limit $1::int offset $2::int)",
    .advice =
        "Drop what has not been used since counted_since (empty: since the server was made), after looking at the "
        "replicas too: each counts for itself.",
};

// An index is redundant when another one of the same table and method has the same predicate and begins with the same
// keys (equal definitions, operator classes, collations and directions). Of two that are equal the older one stays.
constexpr report_definition duplicate_indexes{
    .sql = R"(
with keyed as (
  select i.indexrelid, i.indrelid, i.indisunique, i.indisprimary, c.relam, c.relname,
    i.indisprimary or i.indisreplident or i.indisexclusion
      or exists (select from pg_catalog.pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x', 'f'))
      as is_needed,
    coalesce(pg_catalog.pg_get_expr(i.indpred, i.indrelid), '') as predicate,
    (select pg_catalog.array_agg(pg_catalog.concat_ws(' ', pg_catalog.pg_get_indexdef(i.indexrelid, k, false),
        i.indclass[k - 1], i.indcollation[k - 1], i.indoption[k - 1]) order by k)
     from pg_catalog.generate_series(1, i.indnkeyatts) k) as keys,
    (select coalesce(pg_catalog.array_agg(pg_catalog.pg_get_indexdef(i.indexrelid, k, false) order by k), '{}')
     from pg_catalog.generate_series(i.indnkeyatts + 1, i.indnatts) k) as included
  from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where i.indisvalid and n.nspname !~ '^pg_' and n.nspname <> all (@platform::name[])
    and not exists (select from pg_catalog.pg_inherits h where h.inhrelid = i.indexrelid)),
pairs as (
  select a.indexrelid, a.indrelid, a.relname, b.indexrelid as other, a.keys = b.keys as is_equal
  from keyed a join keyed b on b.indrelid = a.indrelid and b.indexrelid <> a.indexrelid and b.relam = a.relam
    and b.predicate = a.predicate
    and b.keys[1:pg_catalog.cardinality(a.keys)] = a.keys and a.included <@ (b.included || b.keys)
  join pg_catalog.pg_am m on m.oid = a.relam and (m.amname = 'btree' or a.keys = b.keys)
  where not a.is_needed and (not a.indisunique or a.keys = b.keys and b.indisunique)
    and (a.keys <> b.keys or a.included <> b.included or b.is_needed or b.indisunique and not a.indisunique
         or a.indexrelid > b.indexrelid))
select distinct on (pg_catalog.pg_relation_size(p.indexrelid), n.nspname, p.relname)
  pg_catalog.concat(n.nspname, '.', t.relname) as relation, p.relname::text as index,
  case when p.is_equal then 'equal' else 'beginning' end as kind,
  pg_catalog.pg_relation_size(p.indexrelid) as bytes, pg_catalog.pg_get_indexdef(p.indexrelid) as definition,
  pg_catalog.pg_get_indexdef(p.other) as covered_by,
  pg_catalog.format('drop index concurrently %I.%I', n.nspname, p.relname) as remedy
from pairs p join pg_catalog.pg_class t on t.oid = p.indrelid join pg_catalog.pg_namespace n on n.oid = t.relnamespace
order by pg_catalog.pg_relation_size(p.indexrelid) desc, n.nspname, p.relname, p.is_equal desc, p.other
limit $1::int offset $2::int)",
    .advice =
        "Drop the index of each row by its remedy: the one in covered_by does its work; kind beginning means that the "
        "other one has further columns and is larger.",
};

} // namespace

const report_definition& index_report(report which)
{
    switch (which) {
    case report::cache_hit:
        return cache_hit;
    case report::index_use:
        return index_use;
    case report::unused_indexes:
        return unused_indexes;
    default:
        return duplicate_indexes;
    }
}

} // namespace basekeeper::inspection
