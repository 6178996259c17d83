// Queries for functions, aggregates, triggers, event triggers and rules.
#include "features/schema_diff/extraction_sql.hpp"

namespace basekeeper::schema_diff {
namespace {

constexpr std::string_view functions_sql = R"(
select f.oid, 0, w.schema, quote_ident(f.proname),
  (select coalesce(string_agg(format_type(x.t, null), ', ' order by x.n), '')
   from unnest(f.proargtypes) with ordinality x(t, n)),
  rtrim(pg_get_functiondef(f.oid), E'\n') as definition, pg_get_userbyid(f.proowner) as owner,
  array_to_string(coalesce(f.proacl, acldefault('f', f.proowner)), E'\x1f') as acl,
  quote_literal(obj_description(f.oid, 'pg_proc')) as comment,
  case when f.prokind = 'p' then 'procedure' else 'function' end as _word,
  concat(f.prokind, pg_get_function_result(f.oid), '|', pg_get_function_identity_arguments(f.oid)) as _signature,
  f.pronargdefaults as _defaults
from pg_proc f join w on w.oid = f.pronamespace
where f.prokind <> 'a'
  and not exists (select from pg_depend e where e.classid = 'pg_proc'::regclass and e.objid = f.oid and e.deptype = 'e')
  -- constructors of ranges come with their type
  and not exists (select from pg_depend e where e.classid = 'pg_proc'::regclass and e.objid = f.oid and e.deptype = 'i'))";

constexpr std::string_view aggregates_sql = R"(
select f.oid, 0, w.schema, quote_ident(f.proname),
  (select coalesce(string_agg(format_type(x.t, null), ', ' order by x.n), '')
   from unnest(f.proargtypes) with ordinality x(t, n)),
  concat('(sfunc = ', a.aggtransfn::regproc, ', stype = ', format_type(a.aggtranstype, null),
    case when a.aggtransspace <> 0 then ', sspace = ' || a.aggtransspace end,
    case when a.aggfinalfn <> 0 then ', finalfunc = ' || a.aggfinalfn::regproc end,
    case when a.aggfinalextra then ', finalfunc_extra' end,
    case when a.aggfinalfn <> 0 then ', finalfunc_modify = ' || case a.aggfinalmodify when 'r' then 'read_only'
      when 's' then 'shareable' else 'read_write' end end,
    case when a.aggcombinefn <> 0 then ', combinefunc = ' || a.aggcombinefn::regproc end,
    case when a.aggserialfn <> 0 then ', serialfunc = ' || a.aggserialfn::regproc end,
    case when a.aggdeserialfn <> 0 then ', deserialfunc = ' || a.aggdeserialfn::regproc end,
    case when a.agginitval is not null then ', initcond = ' || quote_literal(a.agginitval) end,
    case when a.aggmtransfn <> 0 then ', msfunc = ' || a.aggmtransfn::regproc || ', minvfunc = ' || a.aggminvtransfn::regproc
      || ', mstype = ' || format_type(a.aggmtranstype, null) end,
    case when a.aggmtransspace <> 0 then ', msspace = ' || a.aggmtransspace end,
    case when a.aggmfinalfn <> 0 then ', mfinalfunc = ' || a.aggmfinalfn::regproc end,
    case when a.aggmfinalextra then ', mfinalfunc_extra' end,
    case when a.aggmfinalfn <> 0 then ', mfinalfunc_modify = ' || case a.aggmfinalmodify when 'r' then 'read_only'
      when 's' then 'shareable' else 'read_write' end end,
    case when a.aggminitval is not null then ', minitcond = ' || quote_literal(a.aggminitval) end,
    case when a.aggsortop <> 0 then (select format(', sortop = operator(%I.%s)', n.nspname, o.oprname)
      from pg_operator o join pg_namespace n on n.oid = o.oprnamespace where o.oid = a.aggsortop) end,
    case when a.aggkind = 'h' then ', hypothetical' end,
    case f.proparallel when 's' then ', parallel = safe' when 'r' then ', parallel = restricted' end, ')') as definition,
  pg_get_userbyid(f.proowner) as owner,
  array_to_string(coalesce(f.proacl, acldefault('f', f.proowner)), E'\x1f') as acl,
  quote_literal(obj_description(f.oid, 'pg_proc')) as comment,
  pg_get_function_arguments(f.oid) as arguments,
  case when a.aggkind = 'n' and f.pronargs = 0 then '*' else pg_get_function_identity_arguments(f.oid) end as _arguments
from pg_proc f join w on w.oid = f.pronamespace join pg_aggregate a on a.aggfnoid = f.oid
where not exists (select from pg_depend e where e.classid = 'pg_proc'::regclass and e.objid = f.oid and e.deptype = 'e'))";

// What a project hangs on tables of the platform is its own: a trigger that calls a function of its own.
constexpr std::string_view triggers_sql = R"(
select t.oid, 0, quote_ident(n.nspname), quote_ident(c.relname), quote_ident(t.tgname),
  pg_get_triggerdef(t.oid) as definition,
  case t.tgenabled when 'D' then 'disable' when 'R' then 'enable replica' when 'A' then 'enable always' end as state,
  quote_literal(obj_description(t.oid, 'pg_trigger')) as comment
from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
left join w on w.oid = n.oid
where not t.tgisinternal and t.tgparentid = 0
  and (w.oid is not null or $1::text[] is null and n.nspname !~ '^pg_'
    and exists (select from pg_proc f join w o on o.oid = f.pronamespace where f.oid = t.tgfoid))
  and not exists (select from pg_depend e where e.classid = 'pg_trigger'::regclass and e.objid = t.oid and e.deptype = 'e'))";

constexpr std::string_view event_triggers_sql = R"(
select t.oid, 0, '', quote_ident(t.evtname), '',
  concat(' on ', t.evtevent, (select ' when tag in (' || string_agg(quote_literal(x), ', ' order by n) || ')'
    from unnest(t.evttags) with ordinality u(x, n)), ' execute function ', t.evtfoid::regproc, '()') as definition,
  case t.evtenabled when 'D' then 'disable' when 'R' then 'enable replica' when 'A' then 'enable always' end as state,
  pg_get_userbyid(t.evtowner) as owner, quote_literal(obj_description(t.oid, 'pg_event_trigger')) as comment
from pg_event_trigger t join pg_proc f on f.oid = t.evtfoid join w on w.oid = f.pronamespace
where not exists (select from pg_depend e where e.classid = 'pg_event_trigger'::regclass and e.objid = t.oid
                  and e.deptype = 'e'))";

constexpr std::string_view rules_sql = R"(
select r.oid, 0, w.schema, quote_ident(c.relname), quote_ident(r.rulename), rtrim(pg_get_ruledef(r.oid), ';') as definition,
  case r.ev_enabled when 'D' then 'disable' when 'R' then 'enable replica' when 'A' then 'enable always' end as state,
  quote_literal(obj_description(r.oid, 'pg_rewrite')) as comment
from pg_rewrite r join pg_class c on c.oid = r.ev_class join w on w.oid = c.relnamespace
where r.rulename <> '_RETURN'
  and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e'))";

constexpr std::array all{
    extraction{kind::function, functions, functions_sql},
    extraction{kind::aggregate, functions, aggregates_sql},
    extraction{kind::trigger, triggers, triggers_sql},
    extraction{kind::event_trigger, event_triggers, event_triggers_sql},
    extraction{kind::rule, rules, rules_sql},
};

} // namespace

std::span<const extraction> code_extractions()
{
    return all;
}

} // namespace basekeeper::schema_diff
