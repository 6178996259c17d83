// Queries for tables and what lies inside them, sequences, indexes and views.
#include "features/schema_diff/extraction_sql.hpp"

namespace basekeeper::schema_diff {
namespace {

constexpr std::string_view tables_sql = R"(
select c.oid, 0, w.schema, quote_ident(c.relname), '',
  c.relpersistence::text as persistence, pg_get_userbyid(c.relowner) as owner,
  array_to_string(coalesce(c.relacl, acldefault('r', c.relowner)), E'\x1f') as acl,
  quote_literal(obj_description(c.oid, 'pg_class')) as comment,
  case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end as partition_by,
  (select string_agg(o.name || '=' || quote_literal(o.value), E'\x1f' order by o.name) from (
      select split_part(x, '=', 1) as name, substr(x, strpos(x, '=') + 1) as value from unnest(c.reloptions) x
      union all
      select 'toast.' || split_part(x, '=', 1), substr(x, strpos(x, '=') + 1)
      from pg_class t cross join lateral unnest(t.reloptions) x where t.oid = c.reltoastrelid) o) as options,
  case when c.relrowsecurity then 'enabled' end as row_security,
  case when c.relforcerowsecurity then 'forced' end as row_security_for_owner,
  case c.relreplident when 'n' then 'nothing' when 'f' then 'full'
    when 'i' then 'using index ' || (select quote_ident(x.relname) from pg_index i join pg_class x on x.oid = i.indexrelid
                                     where i.indrelid = c.oid and i.indisreplident) end as replica_identity,
  case when c.reloftype <> 0 then format_type(c.reloftype, null) end as of_type,
  nullif((select a.amname from pg_am a where a.oid = c.relam), 'heap') as access_method,
  case when not c.relispartition then (select string_agg(i.inhparent::regclass::text, E'\x1f' order by i.inhseqno)
    from pg_inherits i where i.inhrelid = c.oid) end as inherits,
  case when c.relispartition then 't' end as _partition
from pg_class c join w on w.oid = c.relnamespace
where c.relkind in ('r', 'p')
  and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
order by w.schema, c.relname)";

constexpr std::string_view columns_sql = R"(
select a.attrelid, a.attnum, w.schema, quote_ident(c.relname), quote_ident(a.attname),
  format_type(a.atttypid, a.atttypmod) as type,
  case when a.attcollation <> 0 and a.attcollation <> t.typcollation then a.attcollation::regcollation::text end as collation,
  case when a.attnotnull then 't' end as not_null,
  case a.attidentity when 'a' then 'always' when 'd' then 'by default' end as identity,
  case when a.attidentity <> '' then (
    select format('start with %s increment by %s minvalue %s maxvalue %s cache %s %s', s.seqstart, s.seqincrement,
      s.seqmin, s.seqmax, s.seqcache, case when s.seqcycle then 'cycle' else 'no cycle' end)
    from pg_depend d join pg_sequence s on s.seqrelid = d.objid
    where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = a.attrelid
      and d.refobjsubid = a.attnum and d.deptype = 'i') end as identity_sequence,
  case when a.attidentity <> '' then (
    select coalesce(pg_sequence_last_value(s.seqrelid), s.seqstart)::text
    from pg_depend d join pg_sequence s on s.seqrelid = d.objid
    where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = a.attrelid
      and d.refobjsubid = a.attnum and d.deptype = 'i') end as _last_value,
  case when a.attidentity <> '' then (
    select d.objid::regclass::text from pg_depend d
    where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = a.attrelid
      and d.refobjsubid = a.attnum and d.deptype = 'i') end as _sequence,
  case when a.attgenerated <> '' then pg_get_expr(g.adbin, g.adrelid) end as generated,
  case when a.attstorage <> t.typstorage then case a.attstorage when 'p' then 'plain' when 'e' then 'external'
    when 'm' then 'main' else 'extended' end end as storage,
  case a.attcompression when 'p' then 'pglz' when 'l' then 'lz4' end as compression,
  case when a.attstattarget >= 0 then a.attstattarget::text end as statistics,
  (select string_agg(split_part(x, '=', 1) || '=' || quote_literal(substr(x, strpos(x, '=') + 1)), E'\x1f' order by x)
   from unnest(a.attoptions) x) as options,
  array_to_string(a.attacl, E'\x1f') as acl,
  quote_literal(col_description(a.attrelid, a.attnum)) as comment,
  format_type(a.atttypid, null) as _base,
  case t.typstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end as _storage,
  case when a.attinhcount > 0 then 't' end as _inherited,
  case when a.attislocal then 't' end as _local
from pg_attribute a join pg_class c on c.oid = a.attrelid join w on w.oid = c.relnamespace
join pg_type t on t.oid = a.atttypid
left join pg_attrdef g on a.attgenerated <> '' and g.adrelid = a.attrelid and g.adnum = a.attnum
where c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
order by a.attrelid, a.attnum)";

constexpr std::string_view defaults_sql = R"(
select d.oid, 0, w.schema, quote_ident(c.relname), quote_ident(a.attname),
  pg_get_expr(d.adbin, d.adrelid) as expression
from pg_attrdef d join pg_class c on c.oid = d.adrelid join w on w.oid = c.relnamespace
join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
where c.relkind in ('r', 'p', 'v') and a.attgenerated = '')";

constexpr std::string_view constraints_sql = R"(
select k.oid, 0, w.schema, quote_ident(c.relname), quote_ident(k.conname),
  k.contype::text as type, pg_get_constraintdef(k.oid) as definition,
  quote_literal(obj_description(k.oid, 'pg_constraint')) as comment,
  case when x.indisclustered then 't' end as clustered,
  (select string_agg(split_part(o, '=', 1) || '=' || quote_literal(substr(o, strpos(o, '=') + 1)), E'\x1f' order by o)
   from pg_class i cross join lateral unnest(i.reloptions) o where i.oid = x.indexrelid) as options,
  case when k.coninhcount > 0 then 't' end as _inherited,
  case when k.conislocal then 't' end as _local,
  case when k.confrelid <> 0 then k.confrelid::regclass::text end as _references
from pg_constraint k join pg_class c on c.oid = k.conrelid join w on w.oid = c.relnamespace
left join pg_index x on x.indexrelid = k.conindid and x.indrelid = k.conrelid
where k.contype in ('c', 'f', 'p', 'u', 'x') and c.relkind in ('r', 'p')
  and not (k.contype = 'f' and k.conparentid <> 0))";

constexpr std::string_view indexes_sql = R"(
select c.oid, 0, w.schema, quote_ident(c.relname), '',
  pg_get_indexdef(c.oid) as definition, quote_literal(obj_description(c.oid, 'pg_class')) as comment,
  case when i.indisclustered then 't' end as clustered,
  (select string_agg(a.attnum || ' ' || a.attstattarget, E'\x1f' order by a.attnum) from pg_attribute a
   where a.attrelid = c.oid and a.attstattarget >= 0) as statistics,
  quote_ident(r.relname) as _relation,
  case when i.indexprs is not null or i.indpred is not null then 't' end as _computed,
  case when i.indisunique then 't' end as _unique,
  case when c.relispartition then 't' end as _inherited
from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class r on r.oid = i.indrelid
join w on w.oid = r.relnamespace
where r.relkind in ('r', 'p', 'm')
  and not exists (select from pg_constraint k where k.conindid = c.oid and k.conrelid = r.oid
                  and k.contype in ('p', 'u', 'x'))
  and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e'))";

constexpr std::string_view table_attachments_sql = R"(
select c.oid, 0, w.schema, quote_ident(c.relname), '',
  i.inhparent::regclass::text as parent, pg_get_expr(c.relpartbound, c.oid) as bound
from pg_class c join w on w.oid = c.relnamespace join pg_inherits i on i.inhrelid = c.oid
where c.relispartition and c.relkind in ('r', 'p'))";

constexpr std::string_view index_attachments_sql = R"(
select c.oid, 0, w.schema, quote_ident(c.relname), '', i.inhparent::regclass::text as parent,
  quote_ident(r.relname) as _relation
from pg_class c join w on w.oid = c.relnamespace join pg_inherits i on i.inhrelid = c.oid
join pg_index x on x.indexrelid = c.oid join pg_class r on r.oid = x.indrelid
where c.relispartition and c.relkind in ('i', 'I'))";

constexpr std::string_view sequences_sql = R"(
select c.oid, 0, w.schema, quote_ident(c.relname), '',
  pg_get_userbyid(c.relowner) as owner, c.relpersistence::text as persistence,
  array_to_string(coalesce(c.relacl, acldefault('s', c.relowner)), E'\x1f') as acl,
  quote_literal(obj_description(c.oid, 'pg_class')) as comment, format_type(s.seqtypid, null) as type,
  format('start with %s increment by %s minvalue %s maxvalue %s cache %s %s', s.seqstart, s.seqincrement, s.seqmin,
    s.seqmax, s.seqcache, case when s.seqcycle then 'cycle' else 'no cycle' end) as options,
  case when s.seqstart = 1 and s.seqincrement = 1 and s.seqmin = 1 and s.seqcache = 1 and not s.seqcycle
    and s.seqmax = case s.seqtypid when 'int2'::regtype then 32767 when 'int4'::regtype then 2147483647
                   else 9223372036854775807 end then 't' end as _plain,
  coalesce(pg_sequence_last_value(c.oid), s.seqstart)::text as _last_value
from pg_sequence s join pg_class c on c.oid = s.seqrelid join w on w.oid = c.relnamespace
where not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
                  and d.deptype in ('i', 'e')))";

constexpr std::string_view sequence_owners_sql = R"(
select c.oid, 0, w.schema, quote_ident(c.relname), '',
  d.refobjid::regclass::text || '.' || quote_ident(a.attname) as column
from pg_class c join w on w.oid = c.relnamespace
join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'a'
  and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0
join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
where c.relkind = 'S')";

constexpr std::string_view views_sql = R"(
select c.oid, 0, w.schema, quote_ident(c.relname), '',
  rtrim(pg_get_viewdef(c.oid), ';') as definition, pg_get_userbyid(c.relowner) as owner,
  array_to_string(coalesce(c.relacl, acldefault('r', c.relowner)), E'\x1f') as acl,
  quote_literal(obj_description(c.oid, 'pg_class')) as comment,
  (select string_agg(split_part(x, '=', 1) || '=' || quote_literal(substr(x, strpos(x, '=') + 1)), E'\x1f' order by x)
   from unnest(c.reloptions) x) as options,
  (select string_agg(concat(quote_ident(a.attname), ' ', format_type(a.atttypid, a.atttypmod), ' ', a.attcollation),
     E'\x1f' order by a.attnum)
   from pg_attribute a where a.attrelid = c.oid and a.attnum > 0) as _columns
from pg_class c join w on w.oid = c.relnamespace
where c.relkind = 'v'
  and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e'))";

constexpr std::string_view materialized_views_sql = R"(
select c.oid, 0, w.schema, quote_ident(c.relname), '',
  rtrim(pg_get_viewdef(c.oid), ';') as definition, pg_get_userbyid(c.relowner) as owner,
  array_to_string(coalesce(c.relacl, acldefault('r', c.relowner)), E'\x1f') as acl,
  quote_literal(obj_description(c.oid, 'pg_class')) as comment,
  (select string_agg(split_part(x, '=', 1) || '=' || quote_literal(substr(x, strpos(x, '=') + 1)), E'\x1f' order by x)
   from unnest(c.reloptions) x) as options,
  case when not c.relispopulated then 't' end as _empty
from pg_class c join w on w.oid = c.relnamespace
where c.relkind = 'm'
  and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e'))";

constexpr std::string_view view_columns_sql = R"(
select a.attrelid, a.attnum, w.schema, quote_ident(c.relname), quote_ident(a.attname),
  array_to_string(a.attacl, E'\x1f') as acl, quote_literal(d.description) as comment
from pg_attribute a join pg_class c on c.oid = a.attrelid join w on w.oid = c.relnamespace
left join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = c.oid and d.objsubid = a.attnum
where c.relkind in ('v', 'm') and a.attnum > 0 and (a.attacl is not null or d.description is not null))";

constexpr std::string_view statistics_sql = R"(
select s.oid, 0, quote_ident(n.nspname), quote_ident(s.stxname), '', pg_get_statisticsobjdef(s.oid) as definition,
  pg_get_userbyid(s.stxowner) as owner, quote_literal(obj_description(s.oid, 'pg_statistic_ext')) as comment,
  case when s.stxstattarget >= 0 then s.stxstattarget::text end as target, quote_ident(c.relname) as _relation
from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace
join pg_class c on c.oid = s.stxrelid join w on w.oid = c.relnamespace)";

constexpr std::array all{
    extraction{kind::table, relations, tables_sql},
    extraction{kind::column, relations, columns_sql},
    extraction{kind::column_default, defaults, defaults_sql},
    extraction{kind::constraint, constraints, constraints_sql},
    extraction{kind::index, relations, indexes_sql},
    extraction{kind::table_attachment, table_attachments, table_attachments_sql},
    extraction{kind::index_attachment, index_attachments, index_attachments_sql},
    extraction{kind::sequence, relations, sequences_sql},
    extraction{kind::sequence_owner, sequence_owners, sequence_owners_sql},
    extraction{kind::view, relations, views_sql},
    extraction{kind::materialized_view, relations, materialized_views_sql},
    extraction{kind::view_column, 0, view_columns_sql},
    extraction{kind::statistics, statistics_objects, statistics_sql},
};

} // namespace

std::span<const extraction> relation_extractions()
{
    return all;
}

} // namespace basekeeper::schema_diff
