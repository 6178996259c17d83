// One catalogue query over everything that runs when rows of a table change or a view is read.
#include "features/database/hidden_code.hpp"

#include "features/database/text_array.hpp"

namespace basekeeper::database {
namespace {

// $1/$2 schemas and names of relations; an empty schema means the search path.
//
// reached: the relations, what views are made of, partitions, and tables that follow by ON DELETE or ON UPDATE.
// calls: functions by place. Stored trees hold function numbers; nextval() as the default of a column is usual, its
// gaps harm nobody. Foreign tables of postgres_fdw are rolled back with us, those of other wrappers are not.
constexpr std::string_view hidden_code_sql = R"(
with recursive
lasting(pattern) as (values (
  '\m(nextval|setval|dblink\w*|http(_\w+)?|pg_terminate_backend|pg_cancel_backend|pg_reload_conf|pg_rotate_logfile'
  '|pg_switch_wal|pg_logical_emit_message|pg_(try_)?advisory_lock\w*|lo_export|lo_import|pg_read_\w+|pg_file_\w+)\s*\('
  '|\mcopy\M[^;]*\m(program|from|to)\s+''')),
used(oid) as (
  select c.oid from rows from (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) as used(schema, name)
  join pg_catalog.pg_class c on c.relname = used.name::name and c.relkind in ('r', 'p', 'v', 'f', 'm')
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   and case when used.schema = '' then pg_catalog.pg_table_is_visible(c.oid) else n.nspname = used.schema end
  where n.nspname not in ('pg_catalog', 'information_schema')),
reached(oid) as (
  select oid from used
  union
  select step.oid from reached r cross join lateral (
    select d.refobjid as oid
    from pg_catalog.pg_rewrite w
    join pg_catalog.pg_class v on v.oid = w.ev_class and v.relkind <> 'm'
    join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = w.oid
    where w.ev_class = r.oid and d.refclassid = 'pg_catalog.pg_class'::regclass
    union all
    select i.inhrelid from pg_catalog.pg_inherits i where i.inhparent = r.oid
    union all
    select k.conrelid from pg_catalog.pg_constraint k
    where k.contype = 'f' and k.confrelid = r.oid and (k.confdeltype in ('c', 'n', 'd') or k.confupdtype in ('c', 'n', 'd'))
  ) step),
trees(relation, place, tree) as (
  select r.oid, case when v.relkind = 'v' then 'view' else 'rule' end, w.ev_action::text || w.ev_qual::text
  from reached r join pg_catalog.pg_rewrite w on w.ev_class = r.oid
  join pg_catalog.pg_class v on v.oid = r.oid and v.relkind <> 'm'
  union all
  select r.oid, 'policy', pg_catalog.concat(l.polqual::text, l.polwithcheck::text)
  from reached r join pg_catalog.pg_policy l on l.polrelid = r.oid
  union all
  select r.oid, 'check', k.conbin::text from reached r join pg_catalog.pg_constraint k on k.conrelid = r.oid
  where k.conbin is not null
  union all
  select r.oid, 'default', e.adbin::text from reached r join pg_catalog.pg_attrdef e on e.adrelid = r.oid
  union all
  select r.oid, 'index', pg_catalog.concat(x.indexprs::text, x.indpred::text)
  from reached r join pg_catalog.pg_index x on x.indrelid = r.oid
  where x.indexprs is not null or x.indpred is not null),
calls(relation, place, function) as (
  select r.oid, pg_catalog.format('trigger %I', t.tgname), t.tgfoid
  from reached r join pg_catalog.pg_trigger t on t.tgrelid = r.oid
  where not t.tgisinternal and t.tgenabled <> 'D'
  union all
  select relation, place, found[1]::oid from trees
  cross join lateral pg_catalog.regexp_matches(tree, ':(?:funcid|opfuncid|aggfnoid|winfnoid) (\d+)', 'g') as found),
found(rank, why) as (
  select 1, pg_catalog.format('%I.%I is a foreign table, whose server may not roll back', n.nspname, c.relname)
  from reached r join pg_catalog.pg_class c on c.oid = r.oid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_foreign_table f on f.ftrelid = c.oid
  join pg_catalog.pg_foreign_server s on s.oid = f.ftserver
  join pg_catalog.pg_foreign_data_wrapper w on w.oid = s.srvfdw
  where w.fdwname not in ('postgres_fdw', 'file_fdw')
  union all
  select 2, pg_catalog.format('%s on %s calls %I.%I(), which %s', k.place, k.relation::regclass, n.nspname, p.proname,
                              coalesce('mentions ' || said.word, 'is written in ' || l.lanname))
  from calls k join pg_catalog.pg_proc p on p.oid = k.function
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  join pg_catalog.pg_language l on l.oid = p.prolang
  cross join lasting
  left join lateral (select pg_catalog.regexp_replace(pg_catalog.substring(
    case when p.oid < 16384 or l.lanname = 'c' then p.proname || '(' else pg_catalog.concat(p.prosrc, ' ',
      case when p.prosqlbody is not null then pg_catalog.pg_get_function_sqlbody(p.oid) end) end,
    '(?i)(' || lasting.pattern || ')'), '[\s(]+.*$', '')) as said(word) on true
  where (said.word is not null or not (l.lanpltrusted or l.lanname in ('internal', 'c')))
    and not (k.place = 'default' and p.proname = 'nextval' and p.oid < 16384))
select (select why from found order by rank, why limit 1))";

} // namespace

pg::statement ask_hidden_code(const std::vector<sql::qualified_name>& relations)
{
    std::vector<std::string> schemas;
    std::vector<std::string> names;
    for (const auto& each : relations) {
        schemas.push_back(each.schema);
        names.push_back(each.name);
    }
    return {.sql = std::string(hidden_code_sql), .params = {{text_array(schemas)}, {text_array(names)}}};
}

std::string read_hidden_code(const pg::statement_result& answer)
{
    if (answer.rows.empty())
        return "the catalogue gave no answer";
    return std::string(answer.rows.value(0, 0).value_or(""));
}

} // namespace basekeeper::database
