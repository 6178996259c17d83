// Keys that are missing, indexes that help nobody, space that holds nothing.
#include "features/advisors/queries.hpp"

namespace basekeeper::advisors {

// An index on the rows whose key is not null finds every row that refers to another.
constinit const std::string_view unindexed_foreign_keys_sql = R"(
select format('%I.%I: %I', n.nspname, c.relname, k.conname),
  format('no index begins with (%s): deleting from %s reads the whole table', key.names, k.confrelid::regclass),
  json_build_array(format('create index on %I.%I (%s)', n.nspname, c.relname, key.names)), null::text
from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
cross join lateral (
  select string_agg(quote_ident(a.attname), ', ' order by u.place) as names,
         array_agg(format('(%I IS NOT NULL)', a.attname)) as present
  from unnest(k.conkey) with ordinality u(number, place)
  join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.number) key
where k.contype = 'f' and k.conparentid = 0
  and n.nspname !~ '^(pg_|_timescaledb_|timescaledb_)' and n.nspname <> all ($2)
  and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
  and not exists (
    select from pg_index i join pg_class x on x.oid = i.indexrelid join pg_am m on m.oid = x.relam
    where i.indrelid = k.conrelid and i.indisvalid and m.amname in ('btree', 'hash')
      and i.indnkeyatts >= cardinality(k.conkey)
      and k.conkey <@ (i.indkey::int2[])[0:cardinality(k.conkey) - 1]
      and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) = any (key.present))))";

constinit const std::string_view no_primary_key_sql = R"(
select format('%I.%I', n.nspname, c.relname),
  case when ready.name is not null then format('the unique index %I could be its primary key', ready.name)
       else 'nothing identifies a row: replication and many tools need that' end,
  case when ready.name is not null
         then json_build_array(format('alter table %I.%I add primary key using index %I', n.nspname, c.relname, ready.name))
       when c.relkind = 'r' and not c.relhassubclass and c.reloftype = 0 and free.name is not null
         then json_build_array(format('alter table %I.%I add column %I bigint generated always as identity primary key',
                                      n.nspname, c.relname, free.name)) end,
  case when ready.name is null and (c.relkind <> 'r' or c.relhassubclass or c.reloftype <> 0 or free.name is null)
         then format('choose columns that are unique and never null%s and run alter table %I.%I add primary key (...)',
                     case when c.relkind = 'p' then ', the partition key among them,' else '' end, n.nspname, c.relname) end
from pg_class c join pg_namespace n on n.oid = c.relnamespace
left join lateral (
  select x.relname as name from pg_index i join pg_class x on x.oid = i.indexrelid join pg_am m on m.oid = x.relam
  where i.indrelid = c.oid and c.relkind = 'r' and i.indisunique and i.indisvalid and i.indimmediate
    and i.indpred is null and i.indexprs is null and m.amname = 'btree' and 0 = all (i.indoption::int2[])
    and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
    and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attnum = any (i.indkey::int2[])
                    and not a.attnotnull)
  order by i.indnkeyatts, x.relname limit 1) ready on true
left join lateral (
  select w.name from unnest(array['id', 'row_id', 'record_id', 'row_number_id']) with ordinality w(name, place)
  where not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = w.name)
  order by w.place limit 1) free on true
where c.relkind in ('r', 'p') and not c.relispartition
  and n.nspname !~ '^(pg_|_timescaledb_|timescaledb_)' and n.nspname <> all ($2)
  and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)
  and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e'))";

// The function behind pg_stat_all_indexes, which everybody may call also where the view is closed. Parts of the index
// of a partitioned table cannot be dropped alone, and the whole has no count.
constinit const std::string_view unused_index_sql = R"(
select format('%I.%I', n.nspname, x.relname),
  format('%s on %I.%I, not used since %s', pg_size_pretty(x.relpages::bigint * current_setting('block_size')::int),
         n.nspname, c.relname, coalesce(to_char(pg_stat_get_db_stat_reset_time(d.oid), 'YYYY-MM-DD'), 'counting began')),
  json_build_array(format('drop index %I.%I', n.nspname, x.relname)), null::text
from pg_index i join pg_class x on x.oid = i.indexrelid join pg_class c on c.oid = i.indrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_database d on d.datname = current_database()
where x.relkind = 'i' and c.relkind in ('r', 'm') and pg_stat_get_numscans(i.indexrelid) = 0
  and not i.indisunique and not i.indisexclusion and not i.indisreplident
  and n.nspname !~ '^(pg_|_timescaledb_|timescaledb_)' and n.nspname <> all ($2)
  and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
  and not exists (select from pg_constraint k where k.contype = 'f' and k.conrelid = c.oid
                  and i.indnkeyatts >= cardinality(k.conkey)
                  and k.conkey <@ (i.indkey::int2[])[0:cardinality(k.conkey) - 1])
  and not exists (select from pg_inherits h where h.inhrelid = i.indexrelid)
  and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.deptype = 'e'
                  and e.objid in (x.oid, c.oid)))";

// Kept: the one that others need most. What a foreign key refers to cannot be dropped.
constinit const std::string_view duplicate_index_sql = R"(
with alike as (
  select i.*, count(*) over (partition by i.indrelid, i.indkey::text, i.indclass::text) as likely
  from pg_index i where not exists (select from pg_inherits h where h.inhrelid = i.indexrelid)),
defined as (
  select a.*, x.relname, k.conname,
    replace(pg_get_indexdef(a.indexrelid), ' INDEX ' || quote_ident(x.relname) || ' ON ', ' INDEX ON ') as definition,
    exists (select from pg_constraint f where f.contype = 'f' and f.conindid = a.indexrelid) as referenced
  from alike a join pg_class x on x.oid = a.indexrelid
  left join pg_constraint k on k.conindid = a.indexrelid and k.conrelid = a.indrelid and k.contype in ('p', 'u', 'x')
  where a.likely > 1),
placed as (
  select d.*, count(*) over (partition by d.indrelid, d.definition) as copies,
    row_number() over (partition by d.indrelid, d.definition order by d.referenced desc, d.indisprimary desc,
      d.conname is not null desc, d.indisvalid desc, d.indisreplident desc, d.indexrelid) as place
  from defined d)
select format('%I.%I: %s', n.nspname, c.relname, left(string_agg(quote_ident(p.relname), ', ' order by p.place), 600)),
  format('the same definition %s times; %I stays', count(*), min(p.relname) filter (where p.place = 1)),
  json_agg(case when p.conname is null then format('drop index %I.%I', n.nspname, p.relname)
                else format('alter table %I.%I drop constraint %I', n.nspname, c.relname, p.conname) end order by p.place)
    filter (where p.place > 1 and not p.referenced),
  case when count(*) filter (where p.place > 1 and not p.referenced) = 0
    then 'foreign keys refer to each of them: let them refer to one, then drop the constraint of the other' end
from placed p join pg_class c on c.oid = p.indrelid join pg_namespace n on n.oid = c.relnamespace
where p.copies > 1 and n.nspname !~ '^(pg_|_timescaledb_|timescaledb_)' and n.nspname <> all ($2)
  and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
group by c.oid, n.nspname, c.relname, p.definition)";

// Pages that the rows would need, by their average width, against pages that the table has: an estimate.
constinit const std::string_view table_bloat_sql = R"(
with page as (select current_setting('block_size')::numeric as bytes),
large as (
  select c.oid, n.nspname, c.relname, c.reltuples::numeric as row_count, c.relpages::numeric as pages,
    coalesce((select o.option_value::numeric from pg_options_to_table(c.reloptions) o where o.option_name = 'fillfactor'),
             100) / 100 as fill,
    count(*) as columns, count(*) filter (where s.attname is null) as unknown,
    coalesce(bool_or(s.null_frac > 0), false) as nulls,
    coalesce(sum((1 - s.null_frac)::numeric * s.avg_width), 0) as width
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_stats s on s.schemaname = n.nspname and s.tablename = c.relname and s.attname = a.attname and not s.inherited
  where c.relkind in ('r', 'm') and c.reltuples >= 0
    and c.relpages::bigint * current_setting('block_size')::int > 20 * 1024 * 1024
    and n.nspname !~ '^(pg_|_timescaledb_|timescaledb_)' and n.nspname <> all ($2)
  group by c.oid, n.nspname, c.relname, c.reltuples, c.relpages, c.reloptions),
measured as (
  select l.*, page.bytes as page_bytes, ceil(l.row_count
      * (4 + 8 * ceil((23 + case when l.nulls then (l.columns + 7) / 8 else 0 end) / 8.0) + 8 * ceil(l.width / 8))
      / ((page.bytes - 24) * l.fill)) as needed
  from large l cross join page where l.unknown = 0 or l.row_count = 0)
select format('%I.%I', m.nspname, m.relname),
  format('about %s %% of %s hold no rows', round(100 * (m.pages - m.needed) / m.pages),
         pg_size_pretty(m.pages * m.page_bytes)),
  json_build_array(format('vacuum (full, analyze) %I.%I', m.nspname, m.relname)), null::text
from measured m
where (m.pages - m.needed) / m.pages > 0.7 and (m.pages - m.needed) * m.page_bytes > 20 * 1024 * 1024)";

} // namespace basekeeper::advisors
