// Row-level security that is missing, open, slow or built on what users may change themselves.
#include "features/advisors/queries.hpp"

namespace basekeeper::advisors {

// Literals and quoted names are cut out before a call is looked for. policy_text wraps by the same rule.
constinit const std::string_view auth_rls_initplan_sql = R"(
with written as (
  select l.*, pg_get_expr(l.polqual, l.polrelid) as using_text, pg_get_expr(l.polwithcheck, l.polrelid) as check_text
  from pg_policy l)
select format('%I.%I: %I', n.nspname, c.relname, w.polname),
  'calls auth or current_setting() once for every row instead of once for every statement',
  json_build_array(format('alter policy %I on %I.%I', w.polname, n.nspname, c.relname)
    || coalesce(' using (' || w.using_text || ')', '') || coalesce(' with check (' || w.check_text || ')', '')), null::text
from written w join pg_class c on c.oid = w.polrelid join pg_namespace n on n.oid = c.relnamespace
where n.nspname !~ '^(pg_|_timescaledb_|timescaledb_)' and n.nspname <> all ($2)
  and exists (select from unnest(array[w.using_text, w.check_text]) text
    where regexp_replace(text, '''(?:[^'']|'''')*''|"(?:[^"]|"")*"', '''''', 'g')
      ~ '(?<!SELECT [\w.(]*)(?<![\w.''])(auth\.(uid|jwt|role|email)|current_setting)\('))";

constinit const std::string_view policy_exists_rls_disabled_sql = R"(
select format('%I.%I', n.nspname, c.relname),
  format('nobody asks its policies: %s', left(string_agg(quote_ident(l.polname), ', ' order by l.polname), 400)),
  json_build_array(format('alter table %I.%I enable row level security', n.nspname, c.relname)), null::text
from pg_policy l join pg_class c on c.oid = l.polrelid join pg_namespace n on n.oid = c.relnamespace
where not c.relrowsecurity and n.nspname !~ '^(pg_|_timescaledb_|timescaledb_)' and n.nspname <> all ($2)
group by n.nspname, c.relname)";

// A policy that lets nobody through changes nothing and says that it is meant so.
constinit const std::string_view rls_enabled_no_policy_sql = R"(
select format('%I.%I', n.nspname, c.relname),
  'no row can be read or written but by its owner and roles that bypass row-level security; if users should, '
  'write a policy for them instead of the one below, which only says that this is meant',
  json_build_array(format('create policy "nobody but the server" on %I.%I for all to public using (false)',
                          n.nspname, c.relname)), null::text
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and c.relrowsecurity and not c.relispartition
  and n.nspname !~ '^(pg_|_timescaledb_|timescaledb_)' and n.nspname <> all ($2)
  and not exists (select from pg_policy l where l.polrelid = c.oid)
  and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e'))";

// Anonymous users are authenticated ones with the claim is_anonymous. A restrictive policy that asks for it, for the
// same command, stands before all permissive ones.
constinit const std::string_view auth_allow_anonymous_sign_ins_sql = R"(
with written as (
  select l.polrelid, l.polname, l.polcmd, l.polpermissive,
    concat_ws(' ', pg_get_expr(l.polqual, l.polrelid), pg_get_expr(l.polwithcheck, l.polrelid)) ~ '\mis_anonymous\M' as asks
  from pg_policy l
  where l.polroles && array[0::oid, to_regrole('authenticated')::oid])
select format('%I.%I', n.nspname, c.relname),
  format('policies that let anonymous users through like others: %s',
         left(string_agg(quote_ident(w.polname), ', ' order by w.polname), 400)),
  json_build_array(format('create policy "only permanent users" on %I.%I as restrictive for all to authenticated '
    'using (((select auth.jwt()) ->> %L)::boolean is not true)', n.nspname, c.relname, 'is_anonymous')), null::text
from written w join pg_class c on c.oid = w.polrelid join pg_namespace n on n.oid = c.relnamespace
where w.polpermissive and not w.asks and n.nspname = any ($1) and exists (
    select from pg_class u join pg_namespace s on s.oid = u.relnamespace where s.nspname = 'auth' and u.relname = 'users')
  and to_regrole('authenticated') is not null
  and not exists (select from written r where r.polrelid = w.polrelid and not r.polpermissive and r.asks
                  and r.polcmd in (w.polcmd, '*'))
group by n.nspname, c.relname)";

// The word counts inside of a literal only: a column may be called so.
constinit const std::string_view rls_references_user_metadata_sql = R"(
with written as (
  select l.*, pg_get_expr(l.polqual, l.polrelid) as using_text, pg_get_expr(l.polwithcheck, l.polrelid) as check_text
  from pg_policy l)
select format('%I.%I: %I', n.nspname, c.relname, w.polname),
  'decides by metadata that users may change themselves; app_metadata, which the remedy reads, is changed by the '
  'server only: copy the values there first',
  json_build_array(format('alter policy %I on %I.%I', w.polname, n.nspname, c.relname)
    || coalesce(' using (' || w.using_text || ')', '') || coalesce(' with check (' || w.check_text || ')', '')), null::text
from written w join pg_class c on c.oid = w.polrelid join pg_namespace n on n.oid = c.relnamespace
where n.nspname !~ '^(pg_|_timescaledb_|timescaledb_)' and n.nspname <> all ($2)
  and exists (select from unnest(array[w.using_text, w.check_text]) text
    where (text ~ 'auth\.jwt\(|request\.jwt\.claim' and exists (
             select from regexp_matches(text, '''(?:[^'']|'''')*''|"(?:[^"]|"")*"|[^''"]+', 'g') piece
             where piece[1] ~ '^''.*\muser_metadata\M'))
      or (text ~ '\mauth\.users\M' and text ~ '\mraw_user_meta_data\M')))";

// Where a column says whose a row is, the policy is given to its owner; a policy for everything is cut down to reading.
constinit const std::string_view rls_policy_always_true_sql = R"(
with written as (
  select l.*, pg_get_expr(l.polqual, l.polrelid) as using_text, pg_get_expr(l.polwithcheck, l.polrelid) as check_text,
    (select case when bool_or(r = 0) then 'public'
                 else string_agg(quote_ident(pg_get_userbyid(r)), ', ' order by pg_get_userbyid(r)) end
     from unnest(l.polroles) r) as roles
  from pg_policy l
  where l.polpermissive and l.polcmd in ('a', 'w', 'd', '*')
    and exists (select from unnest(l.polroles) r where r = 0 or pg_get_userbyid(r) in ('anon', 'authenticated'))),
open as (
  select w.* from written w
  where exists (select from unnest(array[case when w.polcmd <> 'a' then w.using_text end, w.check_text]) text
    where replace(translate(text, '() ', ''), '::boolean', '') in ('true', '1=1', '''t''', '''true''', 'NOTfalse')))
select format('%I.%I: %I', n.nspname, c.relname, o.polname),
  format('lets %s %s any row', case when o.roles = 'public' then 'everybody' else o.roles end,
         case o.polcmd when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete'
                       else 'insert, update and delete' end),
  case when o.polcmd = '*' then json_build_array(
         format('drop policy %I on %I.%I', o.polname, n.nspname, c.relname),
         format('create policy %I on %I.%I for select to %s using (%s)', o.polname, n.nspname, c.relname, o.roles,
                coalesce(o.using_text, 'false')))
       when owner.name is not null then json_build_array(
         format('alter policy %I on %I.%I', o.polname, n.nspname, c.relname)
         || case when o.polcmd <> 'a' then format(' using ((select auth.uid()) = %I)', owner.name) else '' end
         || case when o.polcmd <> 'd' then format(' with check ((select auth.uid()) = %I)', owner.name) else '' end)
       else json_build_array(format('drop policy %I on %I.%I', o.polname, n.nspname, c.relname)) end, null::text
from open o join pg_class c on c.oid = o.polrelid join pg_namespace n on n.oid = c.relnamespace
left join lateral (
  select a.attname as name from pg_attribute a
  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.atttypid = 'uuid'::regtype
    and exists (select from pg_proc f join pg_namespace s on s.oid = f.pronamespace
                where s.nspname = 'auth' and f.proname = 'uid' and f.pronargs = 0)
    and (a.attname in ('user_id', 'owner_id', 'owner', 'created_by', 'author_id')
         or exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'f'
                    and k.conkey = array[a.attnum] and k.confrelid = (
           select u.oid from pg_class u join pg_namespace s on s.oid = u.relnamespace
           where s.nspname = 'auth' and u.relname = 'users')))
  order by a.attnum limit 1) owner on true
where n.nspname !~ '^(pg_|_timescaledb_|timescaledb_)' and n.nspname <> all ($2))";

// Files of a public bucket are fetched by address and need no policy; one that asks for the bucket alone lets everybody
// list it. What is left of its text when comparisons of bucket_id, brackets and OR are gone must be nothing, or true.
constinit const std::string_view public_bucket_allows_listing_sql = R"(
with written as (
  select l.*, pg_get_expr(l.polqual, l.polrelid) as using_text
  from pg_policy l join pg_class c on c.oid = l.polrelid and c.relname = 'objects'
  join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'storage'
  where l.polpermissive and l.polcmd in ('r', '*')
    and exists (select from unnest(l.polroles) r where r = 0 or pg_get_userbyid(r) in ('anon', 'authenticated'))),
rest as (
  select w.*, translate(regexp_replace(regexp_replace(w.using_text,
      'bucket_id = (E?''(?:[^'']|'''')*''::text|ANY \(ARRAY\[(?:E?''(?:[^'']|'''')*''::text(, )?)+\]\))', '', 'g'),
      '\mOR\M', '', 'g'), '() ', '') as remains
  from written w)
select format('%I: %I', b.id, r.polname), format('%I on storage.objects lets everybody list public bucket %I', r.polname, b.id),
  json_build_array(format('drop policy %I on storage.objects', r.polname)), null::text
from storage.buckets b
join rest r on r.remains = 'true' or (r.remains = '' and strpos(r.using_text, quote_literal(b.id) || '::text') > 0)
where b.public)";

} // namespace basekeeper::advisors
