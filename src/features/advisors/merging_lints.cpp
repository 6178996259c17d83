// Permissive policies that overlap: each is asked for every row, and they can be one without anybody gaining or losing.
#include "features/advisors/queries.hpp"

namespace basekeeper::advisors {

// Two policies overlap when some role, superusers and bypassrls aside, has both for one command. The overlapping ones
// of a table are dropped and made again as one per command: its roles are those of all, its condition their OR. Who has
// only one of the roles is asked for it, as row-level security itself asks (the right to use the role). A policy
// without an expression lets nobody through and adds nothing; without WITH CHECK its USING counts for new rows.
constinit const std::string_view multiple_permissive_policies_sql = R"(
with applying as (
  select l.oid, l.polrelid, l.polname, l.polcmd, l.polroles,
    pg_get_expr(l.polqual, l.polrelid) as using_text, pg_get_expr(l.polwithcheck, l.polrelid) as check_text,
    case when 0 = any (l.polroles) then array[0::oid] else array(
      select r from unnest(l.polroles) r
      where not exists (select from pg_roles b where b.oid = r and (b.rolbypassrls or b.rolsuper))) end as roles
  from pg_policy l
  join pg_class c on c.oid = l.polrelid join pg_namespace n on n.oid = c.relnamespace
  where l.polpermissive and n.nspname !~ '^(pg_|_timescaledb_|timescaledb_)' and n.nspname <> all ($2)),
clashing as (
  select a.* from applying a
  where exists (select from applying b
    where b.polrelid = a.polrelid and b.oid <> a.oid and (a.polcmd = b.polcmd or a.polcmd = '*' or b.polcmd = '*')
      and a.roles <> '{}' and b.roles <> '{}'
      and (a.roles && b.roles or 0 = any (a.roles) or 0 = any (b.roles)))),
command(letter, word, place) as (values ('r'::"char", 'select', 1), ('a', 'insert', 2), ('w', 'update', 3), ('d', 'delete', 4)),
everybody as (
  select c.polrelid, k.letter, case when bool_or(r = 0) then array[0::oid] else array_agg(distinct r) end as roles,
    count(distinct c.oid) as policies
  from clashing c join command k on c.polcmd in (k.letter, '*') cross join unnest(c.polroles) r
  group by c.polrelid, k.letter),
part as (
  select c.polrelid, c.polname, k.letter, k.word, k.place, e.roles, e.policies, c.using_text,
    coalesce(c.check_text, c.using_text) as check_text,
    case when c.polroles @> e.roles then '' else '(' || (
      select string_agg(format('(select pg_catalog.pg_has_role(%L::name, %L))', pg_get_userbyid(r), 'usage'), ' or ')
      from unnest(c.polroles) r) || ') and ' end as guard
  from clashing c join command k on c.polcmd in (k.letter, '*')
  join everybody e on e.polrelid = c.polrelid and e.letter = k.letter),
merged as (
  select p.polrelid, p.word, p.place, p.roles, p.policies, string_agg(quote_ident(p.polname), ', ' order by p.polname) as names,
    string_agg(format('(%s(%s))', p.guard, p.using_text), ' or ' order by p.polname)
      filter (where p.using_text is not null) as using_text,
    string_agg(format('(%s(%s))', p.guard, p.check_text), ' or ' order by p.polname)
      filter (where p.check_text is not null) as check_text
  from part p group by p.polrelid, p.word, p.place, p.roles, p.policies),
made as (
  select m.*, case when exists (select from pg_policy l where l.polrelid = m.polrelid and l.polname = 'merged_' || m.word
                                and l.oid not in (select oid from clashing))
                   then 'merged_' || m.word || '_2' else 'merged_' || m.word end as name,
    (select string_agg(case when r = 0 then 'public' else quote_ident(pg_get_userbyid(r)) end, ', ') from unnest(m.roles) r)
      as role_names
  from merged m
  where case m.word when 'insert' then m.check_text is not null when 'update' then coalesce(m.using_text, m.check_text) is not null
                    else m.using_text is not null end)
select format('%I.%I', n.nspname, c.relname),
  (select left(string_agg(format('%s: %s', m.word, m.names), '; ' order by m.place), 600)
   from merged m where m.polrelid = c.oid and m.policies > 1),
  to_json(
    array(select format('drop policy %I on %I.%I', l.polname, n.nspname, c.relname)
          from clashing l where l.polrelid = c.oid order by l.polname)
    || array(select format('create policy %I on %I.%I for %s to %s', m.name, n.nspname, c.relname, m.word, m.role_names)
               || case when m.word <> 'insert' then coalesce(' using (' || m.using_text || ')', '') else '' end
               || case when m.word in ('insert', 'update') then coalesce(' with check (' || m.check_text || ')', '') else '' end
             from made m where m.polrelid = c.oid order by m.place)),
  null::text
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.oid in (select polrelid from clashing))";

} // namespace basekeeper::advisors
