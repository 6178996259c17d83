// What the roles of the Data API can see or call in the exposed schemas.
#include "features/advisors/queries.hpp"

namespace basekeeper::advisors {

// reaches: every view over auth.users, however far; as_owner: on the way somebody else's rights are used.
constinit const std::string_view auth_users_exposed_sql = R"(
with recursive users as (
  select c.oid, c.relrowsecurity from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'auth' and c.relname = 'users'),
views as (
  select w.ev_class as oid, d.refobjid as over,
         c.relkind = 'm' or not coalesce((select bool_or(o.option_value::boolean) from pg_options_to_table(c.reloptions) o
                                          where o.option_name = 'security_invoker'), false) as as_owner
  from pg_rewrite w join pg_class c on c.oid = w.ev_class and c.relkind in ('v', 'm')
  join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
    and d.refclassid = 'pg_class'::regclass and d.refobjid <> w.ev_class),
reaches(oid, as_owner) as (
  select v.oid, v.as_owner from views v join users u on v.over = u.oid
  union
  select v.oid, v.as_owner or r.as_owner from reaches r join views v on v.over = r.oid)
select format('%I.%I', n.nspname, c.relname),
  format('%s over auth.users, readable by %s', case c.relkind when 'm' then 'materialized view' else 'view' end, who.names),
  json_build_array(format('revoke all on %I.%I from public, %s', n.nspname, c.relname, who.names)), null::text
from (select oid, bool_or(as_owner) as as_owner from reaches group by oid) r
join pg_class c on c.oid = r.oid join pg_namespace n on n.oid = c.relnamespace
cross join lateral (
  select string_agg(quote_ident(r.rolname), ', ' order by r.rolname) as names from pg_roles r
  where r.rolname in ('anon', 'authenticated') and has_schema_privilege(r.oid, n.oid, 'usage')
    and has_any_column_privilege(r.oid, c.oid, 'select')) who
where n.nspname = any ($1) and who.names is not null
  and (r.as_owner or not (select relrowsecurity from users)))";

constinit const std::string_view security_definer_view_sql = R"(
select format('%I.%I', n.nspname, c.relname),
  format('read with the rights of its owner %I, readable by %s', pg_get_userbyid(c.relowner), who.names),
  case when current_setting('server_version_num')::int >= 150000
    then json_build_array(format('alter view %I.%I set (security_invoker = on)', n.nspname, c.relname))
    else json_build_array(format('revoke all on %I.%I from public, %s', n.nspname, c.relname, who.names)) end, null::text
from pg_class c join pg_namespace n on n.oid = c.relnamespace
cross join lateral (
  select string_agg(quote_ident(r.rolname), ', ' order by r.rolname) as names from pg_roles r
  where r.rolname in ('anon', 'authenticated') and has_schema_privilege(r.oid, n.oid, 'usage')
    and has_any_column_privilege(r.oid, c.oid, 'select')) who
where c.relkind = 'v' and n.nspname = any ($1) and who.names is not null
  and not exists (select from pg_options_to_table(c.reloptions) o
                  where o.option_name = 'security_invoker' and o.option_value::boolean)
  and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e'))";

constinit const std::string_view rls_disabled_in_public_sql = R"(
select format('%I.%I', n.nspname, c.relname),
  format('every row is open to %s, without a policy that could say otherwise', who.names),
  json_build_array(format('alter table %I.%I enable row level security', n.nspname, c.relname)), null::text
from pg_class c join pg_namespace n on n.oid = c.relnamespace
cross join lateral (
  select string_agg(quote_ident(r.rolname), ', ' order by r.rolname) as names from pg_roles r
  where r.rolname in ('anon', 'authenticated') and has_schema_privilege(r.oid, n.oid, 'usage')
    and (has_table_privilege(r.oid, c.oid, 'select, insert, update, delete')
         or has_any_column_privilege(r.oid, c.oid, 'select, insert, update'))) who
where c.relkind in ('r', 'p') and not c.relrowsecurity and n.nspname = any ($1) and who.names is not null
  and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e'))";

constinit const std::string_view materialized_view_in_api_sql = R"(
select format('%I.%I', n.nspname, c.relname), format('readable by %s', who.names),
  json_build_array(format('revoke all on %I.%I from public, %s', n.nspname, c.relname, who.names)), null::text
from pg_class c join pg_namespace n on n.oid = c.relnamespace
cross join lateral (
  select string_agg(quote_ident(r.rolname), ', ' order by r.rolname) as names from pg_roles r
  where r.rolname in ('anon', 'authenticated') and has_schema_privilege(r.oid, n.oid, 'usage')
    and has_any_column_privilege(r.oid, c.oid, 'select')) who
where c.relkind = 'm' and n.nspname = any ($1) and who.names is not null
  and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e'))";

constinit const std::string_view foreign_table_in_api_sql = R"(
select format('%I.%I', n.nspname, c.relname), format('on server %I, readable by %s', s.srvname, who.names),
  json_build_array(format('revoke all on %I.%I from public, %s', n.nspname, c.relname, who.names)), null::text
from pg_class c join pg_namespace n on n.oid = c.relnamespace
join pg_foreign_table f on f.ftrelid = c.oid join pg_foreign_server s on s.oid = f.ftserver
cross join lateral (
  select string_agg(quote_ident(r.rolname), ', ' order by r.rolname) as names from pg_roles r
  where r.rolname in ('anon', 'authenticated') and has_schema_privilege(r.oid, n.oid, 'usage')
    and has_any_column_privilege(r.oid, c.oid, 'select')) who
where c.relkind = 'f' and n.nspname = any ($1) and who.names is not null
  and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e'))";

// The functions of pgmq_public act as their caller, whose rows the policies of the queue must limit.
constinit const std::string_view insecure_queue_exposed_in_api_sql = R"(
select format('%I.%I', n.nspname, c.relname), 'pgmq_public is exposed and this queue has no row-level security',
  json_build_array(format('alter table %I.%I enable row level security', n.nspname, c.relname)), null::text
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'pgmq' and c.relname like 'q\_%' and c.relkind in ('r', 'p') and not c.relrowsecurity
  and 'pgmq_public' = any ($1) and to_regnamespace('pgmq_public') is not null)";

// camelCase counts as words; names of what is about a secret but is none (token_count, password_changed_at) do not.
constinit const std::string_view sensitive_columns_exposed_sql = R"(
select format('%I.%I', n.nspname, c.relname), format('%s open to %s', left(risky.names, 400), who.names),
  json_build_array(format('alter table %I.%I enable row level security', n.nspname, c.relname)), null::text
from pg_class c join pg_namespace n on n.oid = c.relnamespace
cross join lateral (
  select string_agg(quote_ident(r.rolname), ', ' order by r.rolname) as names, array_agg(r.oid) as oids from pg_roles r
  where r.rolname in ('anon', 'authenticated') and has_schema_privilege(r.oid, n.oid, 'usage')
    and has_any_column_privilege(r.oid, c.oid, 'select')) who
cross join lateral (
  select string_agg(quote_ident(a.attname), ', ' order by a.attnum) as names
  from pg_attribute a
  cross join lateral (
    select lower(regexp_replace(regexp_replace(a.attname, '([a-z0-9])([A-Z])', '\1_\2', 'g'), '[^A-Za-z0-9]+', '_', 'g'))
      as words) w
  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    and exists (select from unnest(who.oids) r where has_column_privilege(r, c.oid, a.attnum, 'select'))
    and w.words ~ ('(^|_)(password|passwd|passphrase|pwd|secret|secrets|api_?key|private_?key|secret_?key|access_?key|'
      || 'encryption_?key|token|access_?token|refresh_?token|auth_?token|credential|credentials|ssn|social_security|'
      || 'tax_?id|national_?id|passport|driv(er|ers|ing)_licen[cs]e|credit_?card|card_?number|cvv|cvc|iban|'
      || 'account_?number|routing_?number|sort_?code|otp|totp|mfa_secret|recovery_?codes?|medical_record|diagnosis|'
      || 'date_of_birth|birth_?date|dob|biometric|fingerprint)(_|$)|^pin(_code|_hash)?$')
    and w.words !~ '_(at|on|count|counts|limit|limits|budget|usage|type|kind|name|hint|policy|status|length|expiry)$') risky
where c.relkind in ('r', 'p') and not c.relrowsecurity and n.nspname = any ($1)
  and who.names is not null and risky.names is not null
  and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e'))";

constinit const std::string_view pg_graphql_table_exposed_sql = R"(
select format('%I.%I', n.nspname, c.relname), format('%I sees its name and columns in the GraphQL schema', r.rolname),
  json_build_array(format('revoke select on %I.%I from public, %I', n.nspname, c.relname, r.rolname)), null::text
from pg_class c join pg_namespace n on n.oid = c.relnamespace
join pg_roles r on r.rolname = $3
where exists (select from pg_extension where extname = 'pg_graphql')
  and c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname = any ($1)
  and has_schema_privilege(r.oid, n.oid, 'usage') and has_any_column_privilege(r.oid, c.oid, 'select')
  and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e'))";

// Trigger functions cannot be called. Whoever may call the function only as one of PUBLIC keeps that right by a grant.
constinit const std::string_view security_definer_function_executable_sql = R"(
select f.oid::regprocedure::text,
  format('%I can call it with the rights of its owner %I', r.rolname, pg_get_userbyid(f.proowner)),
  to_json(array[format('revoke execute on routine %s from public, %I', f.oid::regprocedure, r.rolname)] || kept.grants),
  null::text
from pg_proc f join pg_namespace n on n.oid = f.pronamespace
join pg_roles r on r.rolname = $3
cross join lateral (
  select array_agg(format('grant execute on routine %s to %I', f.oid::regprocedure, k.rolname) order by k.rolname) as grants
  from pg_roles k
  where (k.rolname = 'service_role' or (k.rolname = 'authenticated' and r.rolname = 'anon'))
    and has_function_privilege(k.oid, f.oid, 'execute')
    and not exists (select from aclexplode(f.proacl) a where a.grantee = k.oid and a.privilege_type = 'EXECUTE')) kept
where f.prosecdef and n.nspname = any ($1)
  and f.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
  and has_schema_privilege(r.oid, n.oid, 'usage') and has_function_privilege(r.oid, f.oid, 'execute')
  and not exists (select from pg_depend e where e.classid = 'pg_proc'::regclass and e.objid = f.oid and e.deptype = 'e'))";

} // namespace basekeeper::advisors
