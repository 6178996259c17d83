// Queries for schemas, extensions, policies, default privileges and publications.
#include "features/schema_diff/extraction_sql.hpp"

namespace basekeeper::schema_diff {
namespace {

constexpr std::string_view schemas_sql = R"(
select n.oid, 0, '', w.schema, '', pg_get_userbyid(n.nspowner) as owner,
  array_to_string(coalesce(n.nspacl, acldefault('n', n.nspowner)), E'\x1f') as acl,
  quote_literal(obj_description(n.oid, 'pg_namespace')) as comment
from w join pg_namespace n on n.oid = w.oid)";

// Those of the platform live in its own schemas, or belong to it wherever they are.
constexpr std::string_view extensions_sql = R"(
select e.oid, 0, '', quote_ident(e.extname), '', quote_ident(n.nspname) as schema, e.extversion as version,
  quote_literal(obj_description(e.oid, 'pg_extension')) as comment,
  case when obj_description(e.oid, 'pg_extension') = a.comment then 't' end as _own_comment,
  case when exists (select from pg_available_extension_versions v where v.name = e.extname and v.version = e.extversion
    and v.relocatable) then 't' end as _relocatable
from pg_extension e join pg_namespace n on n.oid = e.extnamespace left join pg_available_extensions a on a.name = e.extname
where $1::text[] is null and e.extname <> 'plpgsql')";

constexpr std::string_view policies_sql = R"(
select p.oid, 0, quote_ident(n.nspname), quote_ident(c.relname), quote_ident(p.polname),
  case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end
    as command,
  case when p.polpermissive then 'permissive' else 'restrictive' end as mode,
  (select string_agg(case when r = 0 then 'public' else quote_ident(pg_get_userbyid(r)) end, ', '
     order by case when r = 0 then '' else pg_get_userbyid(r) end) from unnest(p.polroles) r) as roles,
  pg_get_expr(p.polqual, p.polrelid) as using, pg_get_expr(p.polwithcheck, p.polrelid) as with_check,
  quote_literal(obj_description(p.oid, 'pg_policy')) as comment
from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace
left join w on w.oid = n.oid
where w.oid is not null or $1::text[] is null and (n.nspname, c.relname) in (('storage', 'objects'), ('storage', 'buckets'),
  ('realtime', 'messages')))";

constexpr std::string_view default_privileges_sql = R"(
select d.oid, 0, coalesce(w.schema, ''), quote_ident(r.rolname), d.defaclobjtype::text,
  array_to_string(d.defaclacl, E'\x1f') as acl, r.rolname::text as owner,
  case when d.defaclnamespace = 0
    then array_to_string(acldefault(case d.defaclobjtype when 'S' then 's' else d.defaclobjtype end, d.defaclrole), E'\x1f') end
    as _standard
from pg_default_acl d join pg_roles r on r.oid = d.defaclrole left join w on w.oid = d.defaclnamespace
where (w.oid is not null or d.defaclnamespace = 0 and $1::text[] is null)
  and ($1::text[] is not null or r.rolname !~ '^(supabase_|pgsodium_|pgtle_)'
    and r.rolname not in ('authenticator', 'dashboard_user', 'pgbouncer')))";

constexpr std::string_view publications_sql = R"(
select p.oid, 0, '', quote_ident(p.pubname), '', pg_get_userbyid(p.pubowner) as owner,
  case when p.puballtables then 't' end as all_tables,
  concat_ws(', ', case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end,
    case when p.pubdelete then 'delete' end, case when p.pubtruncate then 'truncate' end) as publish,
  case when p.pubviaroot then 't' end as via_root, quote_literal(obj_description(p.oid, 'pg_publication')) as comment
from pg_publication p
where $1::text[] is null and p.pubname <> 'supabase_realtime_messages_publication')";

constexpr std::string_view publication_tables_sql = R"(
select r.oid, 0, '', quote_ident(p.pubname), r.prrelid::regclass::text,
  (select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_attribute a
   where a.attrelid = r.prrelid and a.attnum = any (r.prattrs)) as columns,
  pg_get_expr(r.prqual, r.prrelid) as condition
from pg_publication_rel r join pg_publication p on p.oid = r.prpubid
join pg_class c on c.oid = r.prrelid join w on w.oid = c.relnamespace
where $1::text[] is null and p.pubname <> 'supabase_realtime_messages_publication')";

constexpr std::string_view publication_schemas_sql = R"(
select s.oid, 0, '', quote_ident(p.pubname), w.schema
from pg_publication_namespace s join pg_publication p on p.oid = s.pnpubid join w on w.oid = s.pnnspid
where $1::text[] is null)";

constexpr std::array all{
    extraction{kind::schema, namespaces, schemas_sql},
    extraction{kind::extension, extensions, extensions_sql},
    extraction{kind::policy, policies, policies_sql},
    extraction{kind::default_privileges, default_acls, default_privileges_sql},
    extraction{kind::publication, publications, publications_sql},
    extraction{kind::publication_table, publication_tables, publication_tables_sql},
    extraction{kind::publication_schema, publication_schemas, publication_schemas_sql},
};

} // namespace

std::span<const extraction> access_extractions()
{
    return all;
}

} // namespace basekeeper::schema_diff
