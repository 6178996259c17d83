// One catalogue query: which functions run when these names are read, and which of them act.
#include "features/database/reach.hpp"

#include "features/database/text_array.hpp"

#include <vector>

namespace basekeeper::database {
namespace {

// $1/$2 schemas and names of functions, $3/$4 of relations, $5/$6 of types; an empty schema means any. $7 function
// names that another schema could take over, $8 operators.
//
// named: functions the text calls. taken: what operators, casts and shadowing names of the text may call. hidden: what
// runs unasked: the function numbers in the stored trees of views, policies and virtual columns, in the checks of
// domains, and implicit casts. pg_depend does not list built-in functions, the trees do. Functions from 16384 on are
// not PostgreSQL's own. tame: code of an extension that neither changes anything nor has powers of its own.
//
// A volatile function is a danger only when the text itself names it: elsewhere it runs with the powers of the narrow
// login. SECURITY DEFINER lends it others'; unless it promises not to write, it is a danger in policies and views too.
constexpr std::string_view reach_sql = R"(
with recursive
path(schema) as materialized (
  select s::name from pg_catalog.unnest(pg_catalog.current_schemas(true)) s where s <> 'pg_catalog'),
named(oid) as (
  select p.oid from rows from (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) as used(schema, name)
  join pg_catalog.pg_proc p on p.proname = used.name::name
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace and (used.schema = '' or n.nspname = used.schema)),
types(oid) as (
  select t.oid from rows from (pg_catalog.unnest($5::text[]), pg_catalog.unnest($6::text[])) as used(schema, name)
  join pg_catalog.pg_type t on t.typname = used.name::name
  join pg_catalog.pg_namespace n on n.oid = t.typnamespace and (used.schema = '' or n.nspname = used.schema)),
shadows(oid) as (
  select p.oid from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where p.proname = any ($7::name[]) and n.nspname in (select schema from path)
    and p.pronargs > 0 and p.prokind <> 'p'
    and p.prorettype not in ('pg_catalog.trigger'::regtype, 'pg_catalog.event_trigger'::regtype)),
operators(oid) as (
  select o.oprcode::oid from pg_catalog.pg_operator o join pg_catalog.pg_namespace n on n.oid = o.oprnamespace
  where o.oprname = any ($8::name[]) and n.nspname <> 'pg_catalog'),
taken(oid) as (
  select oid from shadows
  union select oid from operators
  union select k.castfunc from pg_catalog.pg_cast k
        where k.castsource in (select oid from types) or k.casttarget in (select oid from types)),
used(oid) as (
  select c.oid from rows from (pg_catalog.unnest($3::text[]), pg_catalog.unnest($4::text[])) as used(schema, name)
  join pg_catalog.pg_class c on c.relname = used.name::name and c.relkind in ('r', 'p', 'v', 'f')
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace and (used.schema = '' or n.nspname = used.schema)
  where n.nspname not in ('pg_catalog', 'information_schema')),
reached(oid) as (
  select oid from used
  union
  select step.oid from reached r cross join lateral (
    select d.refobjid as oid
    from pg_catalog.pg_rewrite w
    join pg_catalog.pg_class v on v.oid = w.ev_class and v.relkind = 'v'
    join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = w.oid
    where w.ev_class = r.oid and d.refclassid = 'pg_catalog.pg_class'::regclass
    union all
    select d.refobjid
    from pg_catalog.pg_policy l
    join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_policy'::regclass and d.objid = l.oid
    where l.polrelid = r.oid and d.refclassid = 'pg_catalog.pg_class'::regclass
    union all
    select i.inhrelid from pg_catalog.pg_inherits i where i.inhparent = r.oid) step),
trees(tree) as (
  select w.ev_action::text from reached r
  join pg_catalog.pg_class v on v.oid = r.oid and v.relkind = 'v'
  join pg_catalog.pg_rewrite w on w.ev_class = r.oid
  union all
  select l.polqual::text from reached r join pg_catalog.pg_policy l on l.polrelid = r.oid
  where l.polqual is not null and l.polcmd in ('r', '*')
  union all
  select e.adbin::text from reached r join pg_catalog.pg_attrdef e on e.adrelid = r.oid
  join pg_catalog.pg_attribute a on a.attrelid = e.adrelid and a.attnum = e.adnum and a.attgenerated = 'v'
  union all
  select k.conbin::text from pg_catalog.pg_constraint k where k.contypid <> 0 and k.oid >= 16384),
hidden(oid) as (
  select found[1]::oid from trees
  cross join lateral pg_catalog.regexp_matches(tree, ':(?:funcid|opfuncid|aggfnoid|winfnoid) (\d+)', 'g') as found
  union
  select k.castfunc from pg_catalog.pg_cast k where k.castcontext = 'i' and k.castfunc >= 16384),
functions as (
  select p.oid, n.nspname, p.proname, p.prosecdef, p.provolatile = 'v' as acts, p.oid >= 16384 as foreign,
         not p.prosecdef and p.provolatile <> 'v' and exists (
           select from pg_catalog.pg_depend d
           where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e') as tame
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where p.oid in (select oid from named union select oid from taken union select oid from hidden)),
dangers(rank, why) as (
  select 1, pg_catalog.format('function %I.%I is %s', f.nspname, f.proname,
                              case when f.prosecdef then 'SECURITY DEFINER' else 'VOLATILE' end)
  from functions f where f.oid in (select oid from named) and (f.prosecdef or f.acts)
  union all
  select 2, pg_catalog.format('an operator, a cast or a column name could call %I.%I, which is SECURITY DEFINER',
                              f.nspname, f.proname)
  from functions f where f.oid in (select oid from taken) and f.prosecdef
  union all
  select 3, pg_catalog.format('a view, policy, domain or cast calls %I.%I, which is VOLATILE and SECURITY DEFINER',
                              f.nspname, f.proname)
  from functions f where f.oid in (select oid from hidden) and f.prosecdef and f.acts),
doubts(rank, why) as (
  select 1, pg_catalog.format('%I.%I is a view or a foreign table, or holds one, which may call functions',
                              n.nspname, c.relname)
  from reached r join pg_catalog.pg_class c on c.oid = r.oid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind in ('v', 'f')
  union all
  select 2, pg_catalog.format('%I.%I has row-level security policies, which may call functions', n.nspname, c.relname)
  from used u join pg_catalog.pg_class c on c.oid = u.oid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and pg_catalog.row_security_active(c.oid)
  union all
  select 3, pg_catalog.format('%I.%I could be called instead of a built-in function or operator', f.nspname, f.proname)
  from functions f where not f.tame and f.oid in (select oid from shadows union select oid from operators)
  union all
  select 4, pg_catalog.format('a domain, a virtual column or an implicit cast calls %I.%I', f.nspname, f.proname)
  from functions f where not f.tame and (f.foreign or f.acts) and f.oid in (select oid from hidden)
  union all
  select 5, 'search_path looks elsewhere before pg_catalog'
  where (select s from pg_catalog.unnest(pg_catalog.current_schemas(true)) with ordinality as looked(s, i)
         where s not like 'pg\_temp%' and s not like 'pg\_toast\_temp%' order by i limit 1) <> 'pg_catalog'
  union all
  select 6, 'standard_conforming_strings is off'
  where pg_catalog.current_setting('standard_conforming_strings') <> 'on')
select (select why from dangers order by rank limit 1) as danger, (select why from doubts order by rank limit 1) as doubt)";

struct name_arrays
{
    std::string schemas;
    std::string names;
};

name_arrays split(const std::vector<sql::qualified_name>& all)
{
    std::vector<std::string> schemas;
    std::vector<std::string> names;
    for (const auto& q : all) {
        schemas.push_back(q.schema);
        names.push_back(q.name);
    }
    return {text_array(schemas), text_array(names)};
}

} // namespace

bool names_nothing(const sql::read_verdict& seen)
{
    return seen.verdict == sql::verdict::harmless && seen.functions.empty() && seen.relations.empty() &&
           seen.types.empty() && seen.shadowable.empty() && seen.operators.empty();
}

pg::statement ask_reach(const sql::read_verdict& seen)
{
    pg::statement out{.sql = std::string(reach_sql)};
    for (const auto* names : {&seen.functions, &seen.relations, &seen.types}) {
        auto arrays = split(*names);
        out.params.push_back({std::move(arrays.schemas)});
        out.params.push_back({std::move(arrays.names)});
    }
    out.params.push_back({text_array(seen.shadowable)});
    out.params.push_back({text_array(seen.operators)});
    return out;
}

reach read_reach(const pg::statement_result& answer)
{
    if (answer.rows.empty() || answer.rows.columns().size() != 2)
        return {.danger = {}, .doubt = "the catalogue gave no answer"};
    return {
        .danger = std::string(answer.rows.value(0, 0).value_or("")),
        .doubt = std::string(answer.rows.value(0, 1).value_or("")),
    };
}

} // namespace basekeeper::database
