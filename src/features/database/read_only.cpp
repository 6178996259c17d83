// Read-only queries: check the text, ask the catalogue, run in READ ONLY, roll back, throw a touched session away.
#include "features/database/read_only.hpp"

#include "features/database/engine.hpp"
#include "features/database/text_array.hpp"

#include <fmt/format.h>

namespace basekeeper::database {
namespace {

constexpr std::string_view to_write = "to change data use execute_sql, which asks before it destroys";

std::unexpected<error> refuse(std::string_view why, std::string hint)
{
    return fail(condition::denied, fmt::format("query_database only reads: {}", why), std::move(hint));
}

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

// $1 schemas and $2 names of functions, an empty schema meaning any.
constexpr std::string_view acting_functions_sql = R"(
select pg_catalog.format('%I.%I is %s', n.nspname, p.proname,
                         case when p.prosecdef then 'SECURITY DEFINER' else 'VOLATILE' end)
from pg_catalog.unnest($1::text[], $2::text[]) as called(schema, name)
join pg_catalog.pg_proc p on p.proname = called.name
join pg_catalog.pg_namespace n on n.oid = p.pronamespace and (called.schema = '' or n.nspname = called.schema)
where p.prosecdef or p.provolatile = 'v'
limit 1)";

// $1 schemas and $2 names of relations, $3 names of functions, $4 names of operators.
constexpr std::string_view unproven_sql = R"(
select why from (
  select 1, pg_catalog.format('%I.%I is a view or a foreign table, which may call functions', n.nspname, c.relname) why
  from pg_catalog.unnest($1::text[], $2::text[]) as used(schema, name)
  join pg_catalog.pg_class c on c.relname = used.name
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace and (used.schema = '' or n.nspname = used.schema)
  where c.relkind in ('v', 'f') and n.nspname not in ('pg_catalog', 'information_schema')
  union all
  select 2, pg_catalog.format('%I.%I has row-level security policies, which may call functions', n.nspname, c.relname)
  from pg_catalog.unnest($1::text[], $2::text[]) as used(schema, name)
  join pg_catalog.pg_class c on c.relname = used.name and c.relkind in ('r', 'p')
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace and (used.schema = '' or n.nspname = used.schema)
  where pg_catalog.row_security_active(c.oid)
  union all
  select 3, pg_catalog.format('%I.%I could be called instead of the built-in function', n.nspname, p.proname)
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where p.proname = any ($3::text[]) and n.nspname <> 'pg_catalog'
    and n.nspname = any (pg_catalog.current_schemas(true))
  union all
  select 4, pg_catalog.format('the operator %s of schema %I could be meant', o.oprname, n.nspname)
  from pg_catalog.pg_operator o join pg_catalog.pg_namespace n on n.oid = o.oprnamespace
  where o.oprname = any ($4::text[]) and n.nspname <> 'pg_catalog'
    and n.nspname = any (pg_catalog.current_schemas(true))
  union all
  select 5, 'search_path looks elsewhere before pg_catalog'
  where (select s from pg_catalog.unnest(pg_catalog.current_schemas(true)) with ordinality as path(s, i)
         where s not like 'pg\_temp%' and s not like 'pg\_toast\_temp%' order by i limit 1) <> 'pg_catalog'
  union all
  select 6, 'standard_conforming_strings is off'
  where pg_catalog.current_setting('standard_conforming_strings') <> 'on') findings(rank, why)
order by rank limit 1)";

constexpr std::string_view powers_sql = R"(
select pg_catalog.concat_ws(', ',
    case when r.rolsuper then 'is superuser' end,
    case when r.rolbypassrls then 'bypasses row-level security' end,
    case when r.rolcreaterole then 'creates roles' end,
    case when r.rolcreatedb then 'creates databases' end,
    case when r.rolreplication then 'may replicate' end,
    (select 'is member of ' || pg_catalog.string_agg(pg_catalog.pg_get_userbyid(m.roleid)::text, ' and ')
     from pg_catalog.pg_auth_members m where m.member = r.oid),
    (select 'may write ' || pg_catalog.min(c.oid::regclass::text)
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname !~ '^pg_'
       and pg_catalog.has_table_privilege(c.oid, 'insert, update, delete, truncate')
       and pg_catalog.has_schema_privilege(n.oid, 'usage')))
from pg_catalog.pg_roles r where r.rolname = current_user)";

/// Runs a query that answers with one reason, or none.
io::task<result<std::string>>
ask_reason(pg::connection& db, std::string_view sql, std::vector<pg::parameter> params, io::deadline until)
{
    const auto answer = CO_TRY(co_await db.query(std::string(sql), std::move(params), until));
    co_return answer.rows.empty() ? std::string() : std::string(answer.rows.value(0, 0).value_or(""));
}

} // namespace

io::task<result<>> refuse_acting_functions(pg::connection& db, const sql::read_verdict& seen, io::deadline until)
{
    if (seen.functions.empty())
        co_return result<>{};
    auto called = split(seen.functions);
    std::vector<pg::parameter> params{{std::move(called.schemas)}, {std::move(called.names)}};
    const auto why = CO_TRY(co_await ask_reason(db, acting_functions_sql, std::move(params), until));
    if (!why.empty())
        co_return refuse(fmt::format("function {}", why), std::string(to_write));
    co_return result<>{};
}

io::task<result<>> refuse_unproven(pg::connection& db, const sql::read_verdict& seen, io::deadline until)
{
    auto used = split(seen.relations);
    std::vector<pg::parameter> params{
        {std::move(used.schemas)},
        {std::move(used.names)},
        {text_array(seen.shadowable)},
        {text_array(seen.operators)},
    };
    const auto why = CO_TRY(co_await ask_reason(db, unproven_sql, std::move(params), until));
    if (!why.empty())
        co_return refuse(
            fmt::format("{}, and no narrow login exists yet", why),
            "run `basekeeper instance harden NAME` once: it creates the login that makes such reads safe"
        );
    co_return result<>{};
}

io::task<result<>> verify_narrow_login(pg::connection& db, io::deadline until)
{
    const auto powers = CO_TRY(co_await ask_reason(db, powers_sql, {}, until));
    if (!powers.empty())
        co_return fail(
            condition::denied,
            fmt::format("the read-only login {} has powers it must not have: it {}", instances::read_only_role, powers),
            "run `basekeeper instance harden NAME`, which takes them away or says who can"
        );
    co_return result<>{};
}

io::task<result<rows_page>> engine::query(std::string instance, read_query what, io::deadline until)
{
    until = deadline_for(what.timeout, until);
    const auto seen = checks_.check_read(what.what.sql); // a copy: the cache may drop it while we wait
    if (seen.verdict == sql::verdict::refused)
        co_return refuse(seen.reason, std::string(to_write));
    const auto open = CO_TRY(co_await open_.of(instance));
    const bool narrow = open->read_only != nullptr;
    if (!narrow && seen.verdict == sql::verdict::unproven)
        co_return refuse(
            fmt::format("{}, which cannot be proven harmless without the narrow login", seen.reason),
            fmt::format("run `basekeeper instance harden {}` once, then call again", instance)
        );
    auto statement = CO_TRY(bind(what.what));
    auto lease = CO_TRY(co_await (narrow ? *open->read_only : open->owner).acquire(until));
    // What could not be proven may have left something in the session that a rollback does not undo.
    if (seen.verdict != sql::verdict::harmless)
        lease.discard();
    if (narrow && !open->read_only_verified) {
        CO_TRY(co_await verify_narrow_login(*lease, until));
        open->read_only_verified = true;
    }
    CO_TRY(co_await lease->query("begin transaction read only", {}, until));
    auto allowed =
        narrow ? co_await refuse_acting_functions(*lease, seen, until) : co_await refuse_unproven(*lease, seen, until);
    result<pg::statement_result> outcome =
        allowed ? co_await lease->query(std::move(statement), caps_for(what.max_rows), pg::overflow::stop, until)
                : std::unexpected(std::move(allowed).error());
    // The answer is here; a rollback that fails only costs the connection.
    if (auto undone = co_await lease->query("rollback", {}, until.capped(std::chrono::seconds{5})); !undone)
        lease.discard();
    co_return rows_page{CO_TRY(std::move(outcome)), caps_.result_bytes};
}

} // namespace basekeeper::database
