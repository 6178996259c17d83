// Read-only queries: check the text, ask the catalogue, run in READ ONLY, roll back, throw a touched session away.
#include "features/database/read_only.hpp"

#include "features/database/engine.hpp"
#include "features/database/reach.hpp"

#include <fmt/format.h>

namespace basekeeper::database {
namespace {

constexpr std::string_view to_write = "to change data use execute_sql, which asks before it destroys";

std::unexpected<error> refuse(std::string_view why, std::string hint)
{
    return fail(condition::denied, fmt::format("query_database only reads: {}", why), std::move(hint));
}

std::string harden_first(std::string_view instance)
{
    return fmt::format(
        "run `basekeeper instance harden {}` once: it creates the login that makes such reads safe; then call again",
        instance
    );
}

// What PUBLIC may do everybody may do: it is no power of this login, and READ ONLY stops it. Ownership and grants of
// its own are.
constexpr std::string_view powers_sql = R"(
select r.rolname, pg_catalog.concat_ws(', ',
    case when r.rolsuper then 'is superuser' end,
    case when r.rolbypassrls then 'bypasses row-level security' end,
    case when r.rolcreaterole then 'creates roles' end,
    case when r.rolcreatedb then 'creates databases' end,
    case when r.rolreplication then 'may replicate' end,
    (select 'is member of ' || pg_catalog.string_agg(pg_catalog.pg_get_userbyid(m.roleid)::text, ' and ')
     from pg_catalog.pg_auth_members m where m.member = r.oid),
    (select 'owns ' || pg_catalog.min(pg_catalog.pg_describe_object(d.classid, d.objid, 0))
     from pg_catalog.pg_shdepend d
     where d.refclassid = 'pg_catalog.pg_authid'::regclass and d.refobjid = r.oid and d.deptype = 'o'
       and d.dbid in (0, (select b.oid from pg_catalog.pg_database b where b.datname = pg_catalog.current_database()))),
    (select 'may write ' || pg_catalog.min(c.oid::regclass::text)
     from pg_catalog.pg_class c cross join lateral pg_catalog.aclexplode(c.relacl) a
     where a.grantee = r.oid and a.privilege_type <> 'SELECT'),
    (select 'may write columns of ' || pg_catalog.min(t.attrelid::regclass::text)
     from pg_catalog.pg_attribute t cross join lateral pg_catalog.aclexplode(t.attacl) a
     where t.attacl is not null and a.grantee = r.oid and a.privilege_type <> 'SELECT'),
    (select 'may create in schema ' || pg_catalog.min(n.nspname)
     from pg_catalog.pg_namespace n cross join lateral pg_catalog.aclexplode(n.nspacl) a
     where a.grantee = r.oid and a.privilege_type = 'CREATE'))
from pg_catalog.pg_roles r where r.rolname = current_user)";

/// The powers of the login are looked at again after this time: somebody may have granted more.
constexpr std::chrono::minutes powers_hold_for{1};

} // namespace

io::task<result<>> verify_narrow_login(pg::connection& db, io::deadline until)
{
    const auto held = CO_TRY(co_await db.query(std::string(powers_sql), {}, until));
    if (held.rows.empty())
        co_return fail(condition::internal, "the powers of the read-only login cannot be looked at");
    if (const auto powers = held.rows.value(0, 1).value_or(""); !powers.empty())
        co_return fail(
            condition::denied,
            fmt::format(
                "the read-only login {} has powers it must not have: it {}", held.rows.value(0, 0).value_or(""), powers
            ),
            "run `basekeeper instance harden NAME`, which takes them away or says who can"
        );
    co_return result<>{};
}

io::task<result<>> engine::verify_sometimes(instances::pools& open, pg::connection& db, io::deadline until)
{
    const auto now = std::chrono::steady_clock::now();
    if (open.read_only_verified && now - *open.read_only_verified < powers_hold_for)
        co_return result<>{};
    CO_TRY(co_await verify_narrow_login(db, until));
    open.read_only_verified = now;
    co_return result<>{};
}

io::task<result<engine::checked_session>> engine::begin_read(std::string instance, std::string sql, io::deadline until)
{
    const auto seen = checks_.check_read(sql); // a copy: the cache may drop it while we wait
    if (seen.verdict == sql::verdict::refused)
        co_return refuse(seen.reason, std::string(to_write));
    const auto open = CO_TRY(co_await open_.of(instance));
    // Even the plan of a change needs the right to change, which the narrow login has not.
    const bool owner_plans = seen.plans_change && seen.verdict == sql::verdict::harmless;
    const bool narrow = open->read_only != nullptr && !owner_plans;
    if (!narrow && seen.verdict == sql::verdict::unproven)
        co_return refuse(
            fmt::format("{}, which cannot be proven harmless without the narrow login", seen.reason),
            harden_first(instance)
        );
    auto lease = CO_TRY(co_await (narrow ? *open->read_only : open->owner).acquire(until));
    if (narrow)
        CO_TRY(co_await verify_sometimes(*open, *lease, until));
    std::vector<pg::statement> start;
    start.push_back({.sql = "begin transaction read only"});
    const bool asks = !names_nothing(seen) || lease->parameter_status("standard_conforming_strings") != "on";
    if (asks)
        start.push_back(ask_reach(seen));
    auto started = CO_TRY(co_await lease->run(std::move(start), pg::caps{}, until));
    if (!started.ok()) {
        lease.discard();
        co_return std::unexpected(std::move(*started.failure).within("looking the names of the query up"));
    }
    const auto found = asks ? read_reach(started.results[1]) : reach{};
    const bool proven = seen.verdict == sql::verdict::harmless && found.doubt.empty();
    // What is not proven may have left something in the session that a rollback does not undo.
    if (!proven || seen.plans_change)
        lease.discard();
    checked_session begun{std::move(lease)};
    result<> may = {};
    if (!found.danger.empty())
        may = refuse(found.danger, std::string(to_write));
    else if (!narrow && !proven && open->read_only != nullptr)
        may = refuse(
            fmt::format("{}, so planning this change might run code", found.doubt),
            "ask for the plan of a SELECT with the same conditions"
        );
    else if (!narrow && !proven)
        may = refuse(fmt::format("{}, and no narrow login exists yet", found.doubt), harden_first(instance));
    if (may)
        co_return begun;
    co_await end_read(begun, until);
    co_return std::unexpected(std::move(may).error());
}

io::task<> engine::end_read(checked_session& begun, io::deadline until)
{
    // The answer is here; a rollback that fails only costs the connection.
    if (auto undone = co_await begun.lease->query("rollback", {}, until.capped(std::chrono::seconds{5})); !undone)
        begun.lease.discard();
}

io::task<result<rows_page>> engine::query(std::string instance, read_query what, io::deadline until)
{
    until = deadline_for(what.timeout, until);
    if (is_carried(instance))
        co_return co_await query_carried(std::move(instance), std::move(what), until);
    auto statement = bind(what.what);
    auto begun = CO_TRY(co_await begin_read(std::move(instance), std::move(what.what.sql), until));
    result<pg::statement_result> outcome = fail(condition::internal, "the query was not run");
    if (statement)
        outcome =
            co_await begun.lease->query(*std::move(statement), caps_for(what.max_rows), pg::overflow::stop, until);
    else
        outcome = std::unexpected(std::move(statement).error());
    co_await end_read(begun, until);
    co_return rows_page{CO_TRY(std::move(outcome)), caps_.result_bytes};
}

} // namespace basekeeper::database
