// Functions, extensions, types and keys that an attacker or the next upgrade makes trouble with.
#include "features/advisors/queries.hpp"

namespace basekeeper::advisors {

// A body that was parsed when it was made (BEGIN ATOMIC) looks nothing up later. The path that is set is the one that
// the function has today, with the temporary schema last, so that what worked goes on working.
constinit const std::string_view function_search_path_mutable_sql = R"(
select f.oid::regprocedure::text,
  case when f.prosecdef then 'SECURITY DEFINER, and whoever calls it chooses what its names mean'
       else 'whoever calls it chooses what its names mean' end,
  json_build_array(format('alter routine %s set search_path = %s', f.oid::regprocedure, concat_ws(', ', 'pg_catalog',
    quote_ident(n.nspname),
    case when n.nspname <> 'public' and to_regnamespace('public') is not null then 'public' end,
    case when n.nspname <> 'extensions' and to_regnamespace('extensions') is not null then 'extensions' end,
    'pg_temp'))), null::text
from pg_proc f join pg_namespace n on n.oid = f.pronamespace join pg_language l on l.oid = f.prolang
where f.prokind <> 'a' and f.prosqlbody is null and l.lanname not in ('c', 'internal')
  and n.nspname !~ '^(pg_|_timescaledb_|timescaledb_)' and n.nspname <> all ($2)
  and not exists (select from unnest(f.proconfig) s where s like 'search\_path=%')
  and not exists (select from pg_depend e where e.classid = 'pg_proc'::regclass and e.objid = f.oid and e.deptype = 'e'))";

constinit const std::string_view extension_in_public_sql = R"(
select quote_ident(x.extname),
  'its functions and types stand in the schema that the Data API shows',
  case when x.extrelocatable then to_json(array_remove(array[
    case when to_regnamespace('extensions') is null then 'create schema extensions' end,
    format('alter extension %I set schema extensions', x.extname)], null)) end,
  case when not x.extrelocatable then
    format('it cannot be moved: note what depends on it, then drop extension %1$I cascade, '
           'create extension %1$I schema extensions, and make again what was dropped', x.extname) end
from pg_extension x join pg_namespace n on n.oid = x.extnamespace
where n.nspname = 'public')";

// pg_upgrade keeps regclass, regrole and regtype only. A column that views, policies or triggers name keeps its type
// until they are gone.
constinit const std::string_view unsupported_reg_types_sql = R"(
select format('%I.%I.%I', n.nspname, c.relname, a.attname),
  format('type %s cannot be carried over by pg_upgrade', format_type(a.atttypid, a.atttypmod)),
  case when c.relkind in ('r', 'p') and user_of.name is null then
    json_build_array(format('alter table %I.%I alter column %I type %s using %I::%s', n.nspname, c.relname, a.attname,
      case when t.typelem <> 0 and t.typcategory = 'A' then 'text[]' else 'text' end, a.attname,
      case when t.typelem <> 0 and t.typcategory = 'A' then 'text[]' else 'text' end)) end,
  case when c.relkind not in ('r', 'p') then format('make %I.%I again with this column cast to text', n.nspname, c.relname)
       when user_of.name is not null then
         format('drop %s, run alter table %I.%I alter column %I type text using %I::text, and make it again',
                user_of.name, n.nspname, c.relname, a.attname, a.attname) end
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
join pg_type t on t.oid = a.atttypid
left join pg_type base on base.oid = t.typbasetype
left join lateral (
  select pg_describe_object(d.classid, d.objid, 0) as name from pg_depend d
  where d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid and d.refobjsubid = a.attnum
    and d.classid in ('pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_trigger'::regclass)
  order by d.classid, d.objid limit 1) user_of on true
where a.attnum > 0 and not a.attisdropped and a.attinhcount = 0 and c.relkind in ('r', 'p', 'm')
  and coalesce(nullif(coalesce(base.typelem, t.typelem), 0), base.oid, t.oid) in (
    'regcollation'::regtype, 'regconfig'::regtype, 'regdictionary'::regtype, 'regnamespace'::regtype, 'regoper'::regtype,
    'regoperator'::regtype, 'regproc'::regtype, 'regprocedure'::regtype)
  and n.nspname !~ '^(pg_|_timescaledb_|timescaledb_)' and n.nspname <> all ($2)
  and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e'))";

constinit const std::string_view fkey_to_auth_unique_sql = R"(
select format('%I.%I: %I', n.nspname, c.relname, k.conname),
  format('refers to %s by the unique index %I, which an upgrade of Auth may drop', k.confrelid::regclass, x.relname),
  json_build_array(format('alter table %I.%I drop constraint %I', n.nspname, c.relname, k.conname)), null::text
from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
join pg_class o on o.oid = k.confrelid join pg_namespace a on a.oid = o.relnamespace and a.nspname = 'auth'
join pg_index i on i.indexrelid = k.conindid and not i.indisprimary
join pg_class x on x.oid = i.indexrelid
where k.contype = 'f' and k.conparentid = 0
  and n.nspname !~ '^(pg_|_timescaledb_|timescaledb_)' and n.nspname <> all ($2))";

// Versions have no order that all extensions keep to: where both are dotted numbers they are compared as such, else a
// way from the one to the other must exist.
constinit const std::string_view extension_versions_outdated_sql = R"(
select quote_ident(x.extname), format('version %s is installed, %s is there', x.extversion, v.default_version),
  case when way.found then json_build_array(format('alter extension %I update to %L', x.extname, v.default_version)) end,
  case when not way.found then format('there is no script from %s to %s: read the notes of the extension',
                                      x.extversion, v.default_version) end
from pg_extension x join pg_available_extensions v on v.name = x.extname
cross join lateral (select exists (select from pg_extension_update_paths(x.extname) p
  where p.source = x.extversion and p.target = v.default_version and p.path is not null) as found) way
where v.default_version <> x.extversion
  and case when x.extversion ~ '^\d{1,9}(\.\d{1,9})*$' and v.default_version ~ '^\d{1,9}(\.\d{1,9})*$'
    then string_to_array(x.extversion, '.')::int[] < string_to_array(v.default_version, '.')::int[]
    else way.found end)";

} // namespace basekeeper::advisors
