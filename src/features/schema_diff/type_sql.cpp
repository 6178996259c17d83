// Queries for enums, composite types, ranges and domains.
#include "features/schema_diff/extraction_sql.hpp"

namespace basekeeper::schema_diff {
namespace {

constexpr std::string_view enums_sql = R"(
select t.oid, 0, w.schema, quote_ident(t.typname), '',
  (select string_agg(quote_literal(e.enumlabel), E'\x1f' order by e.enumsortorder) from pg_enum e
   where e.enumtypid = t.oid) as labels,
  pg_get_userbyid(t.typowner) as owner,
  array_to_string(coalesce(t.typacl, acldefault('T', t.typowner)), E'\x1f') as acl,
  quote_literal(obj_description(t.oid, 'pg_type')) as comment
from pg_type t join w on w.oid = t.typnamespace
where t.typtype = 'e'
  and not exists (select from pg_depend e where e.classid = 'pg_type'::regclass and e.objid = t.oid and e.deptype = 'e'))";

constexpr std::string_view composites_sql = R"(
select t.oid, 0, w.schema, quote_ident(t.typname), '',
  (select string_agg(concat(quote_ident(a.attname), E'\x1e', format_type(a.atttypid, a.atttypmod),
     case when a.attcollation <> 0 and a.attcollation <> x.typcollation
       then ' collate ' || a.attcollation::regcollation::text end), E'\x1f' order by a.attnum)
   from pg_attribute a join pg_type x on x.oid = a.atttypid
   where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as attributes,
  pg_get_userbyid(t.typowner) as owner,
  array_to_string(coalesce(t.typacl, acldefault('T', t.typowner)), E'\x1f') as acl,
  quote_literal(obj_description(t.oid, 'pg_type')) as comment,
  (select string_agg(quote_ident(a.attname) || E'\x1e' || quote_literal(d.description), E'\x1f' order by a.attname)
   from pg_attribute a join pg_description d on d.classoid = 'pg_class'::regclass and d.objoid = c.oid
     and d.objsubid = a.attnum
   where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as attribute_comments
from pg_type t join w on w.oid = t.typnamespace join pg_class c on c.oid = t.typrelid
where t.typtype = 'c' and c.relkind = 'c'
  and not exists (select from pg_depend e where e.classid = 'pg_type'::regclass and e.objid = t.oid and e.deptype = 'e'))";

constexpr std::string_view ranges_sql = R"(
select t.oid, 0, w.schema, quote_ident(t.typname), '',
  concat('subtype = ', format_type(r.rngsubtype, null),
    case when not o.opcdefault then ', subtype_opclass = ' || quote_ident(n.nspname) || '.' || quote_ident(o.opcname) end,
    case when r.rngcollation <> 0 and r.rngcollation <> s.typcollation
      then ', collation = ' || r.rngcollation::regcollation::text end,
    case when r.rngcanonical <> 0 then ', canonical = ' || r.rngcanonical::regproc::text end,
    case when r.rngsubdiff <> 0 then ', subtype_diff = ' || r.rngsubdiff::regproc::text end,
    ', multirange_type_name = ' || format_type(r.rngmultitypid, null)) as definition,
  pg_get_userbyid(t.typowner) as owner,
  array_to_string(coalesce(t.typacl, acldefault('T', t.typowner)), E'\x1f') as acl,
  quote_literal(obj_description(t.oid, 'pg_type')) as comment,
  format_type(r.rngmultitypid, null) as _multirange, format_type(r.rngsubtype, null) as _subtype
from pg_type t join w on w.oid = t.typnamespace join pg_range r on r.rngtypid = t.oid
join pg_type s on s.oid = r.rngsubtype
join pg_opclass o on o.oid = r.rngsubopc join pg_namespace n on n.oid = o.opcnamespace
where not exists (select from pg_depend e where e.classid = 'pg_type'::regclass and e.objid = t.oid and e.deptype = 'e'))";

constexpr std::string_view domains_sql = R"(
select t.oid, 0, w.schema, quote_ident(t.typname), '',
  format_type(t.typbasetype, t.typtypmod) as type,
  case when t.typcollation <> 0 and t.typcollation <> b.typcollation then t.typcollation::regcollation::text end as collation,
  case when t.typnotnull then 't' end as not_null,
  coalesce(pg_get_expr(t.typdefaultbin, 0), quote_literal(t.typdefault)) as default,
  pg_get_userbyid(t.typowner) as owner,
  array_to_string(coalesce(t.typacl, acldefault('T', t.typowner)), E'\x1f') as acl,
  quote_literal(obj_description(t.oid, 'pg_type')) as comment
from pg_type t join w on w.oid = t.typnamespace join pg_type b on b.oid = t.typbasetype
where t.typtype = 'd'
  and not exists (select from pg_depend e where e.classid = 'pg_type'::regclass and e.objid = t.oid and e.deptype = 'e'))";

constexpr std::string_view domain_constraints_sql = R"(
select k.oid, 0, w.schema, quote_ident(t.typname), quote_ident(k.conname),
  pg_get_constraintdef(k.oid) as definition, quote_literal(obj_description(k.oid, 'pg_constraint')) as comment
from pg_constraint k join pg_type t on t.oid = k.contypid join w on w.oid = t.typnamespace
where k.contype = 'c')";

constexpr std::array all{
    extraction{kind::enum_type, types, enums_sql},
    extraction{kind::composite_type, types, composites_sql},
    extraction{kind::range_type, types, ranges_sql},
    extraction{kind::domain, types, domains_sql},
    extraction{kind::domain_constraint, constraints, domain_constraints_sql},
};

} // namespace

std::span<const extraction> type_extractions()
{
    return all;
}

} // namespace basekeeper::schema_diff
