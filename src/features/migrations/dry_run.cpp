// Tries a plan and reads pg_locks and pg_class from inside, then pg_class again from outside.
#include "features/migrations/dry_run.hpp"

#include "features/database/text_array.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace basekeeper::migrations {
namespace {

constexpr std::size_t most_relations = 500;

// From inside: what this session holds, and the files as they would be. A dropped relation has no row in pg_class.
constexpr std::string_view inside_sql = R"(
select l.relation::pg_catalog.text, l.mode,
       case when c.oid is null then 'gone' else coalesce(pg_catalog.pg_relation_filenode(c.oid)::pg_catalog.text, '') end
from pg_catalog.pg_locks l left join pg_catalog.pg_class c on c.oid operator(pg_catalog.=) l.relation
where l.pid operator(pg_catalog.=) pg_catalog.pg_backend_pid() and l.locktype operator(pg_catalog.=) 'relation' and l.granted
  and l.database operator(pg_catalog.=) (select d.oid from pg_catalog.pg_database d
                    where d.datname operator(pg_catalog.=) pg_catalog.current_database()))";

// From outside: the same relations as they are. One that is not here was made by the migration.
constexpr std::string_view outside_sql = R"(
select c.oid::pg_catalog.text, pg_catalog.format('%I.%I', n.nspname, c.relname),
       case c.relkind when 'r' then 'table' when 'p' then 'partitioned table' when 'm' then 'materialized view'
         when 'i' then 'index' when 'I' then 'partitioned index' when 'v' then 'view' when 'S' then 'sequence'
         when 'f' then 'foreign table' else 'other' end,
       coalesce(pg_catalog.pg_relation_filenode(c.oid)::pg_catalog.text, ''),
       coalesce(case when c.relkind in ('r', 'm') then pg_catalog.pg_total_relation_size(c.oid)
                     else pg_catalog.pg_relation_size(c.oid) end, 0),
       greatest(c.reltuples, 0)::pg_catalog.int8
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.oid = any ($1::pg_catalog.oid[])
  and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_(toast|temp)'
order by n.nspname, c.relname)";

struct lock_mode
{
    std::string_view name;
    std::string_view blocks;
};

/// Weakest first. AccessShareLock, which every read takes, is not told.
constexpr auto modes = std::to_array<lock_mode>({
    {"RowShareLock", "schema changes that lock out writes"},
    {"RowExclusiveLock", "schema changes"},
    {"ShareUpdateExclusiveLock", "schema changes and VACUUM"},
    {"ShareLock", "writes"},
    {"ShareRowExclusiveLock", "writes"},
    {"ExclusiveLock", "writes"},
    {"AccessExclusiveLock", "reads and writes"},
});

struct seen_relation
{
    const lock_mode* strongest = nullptr;
    std::string file;
};

using seen_relations = std::map<std::string, seen_relation>;

std::string text(const pg::row_set& rows, std::size_t row, std::size_t column)
{
    return std::string(rows.value(row, column).value_or(""));
}

std::int64_t number(const pg::row_set& rows, std::size_t row, std::size_t column)
{
    const auto digits = rows.value(row, column).value_or("0");
    std::int64_t out = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), out);
    return out;
}

seen_relations read_inside(const pg::row_set& rows)
{
    seen_relations out;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const auto* mode = std::ranges::find(modes, rows.value(r, 1).value_or(""), &lock_mode::name);
        auto& one = out[text(rows, r, 0)];
        one.file = text(rows, r, 2);
        if (mode != modes.end() && (one.strongest == nullptr || mode > one.strongest))
            one.strongest = mode;
    }
    return out;
}

void read_outside(rehearsal& into, const seen_relations& inside, const pg::row_set& rows)
{
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const auto seen = inside.find(text(rows, r, 0));
        if (seen == inside.end())
            continue;
        const auto name = text(rows, r, 1);
        if (seen->second.strongest != nullptr)
            into.locks.push_back(
                {name, std::string(seen->second.strongest->name), std::string(seen->second.strongest->blocks)}
            );
        const touched_relation touched{name, text(rows, r, 2), number(rows, r, 4), number(rows, r, 5)};
        if (seen->second.file == "gone")
            into.drops.push_back(touched);
        else if (seen->second.file != text(rows, r, 3))
            into.rewrites.push_back(touched);
    }
}

enum class tried
{
    well,
    no_further ///< `not_tried` says why
};

std::string name_of(const rehearsed& script, std::size_t n)
{
    return fmt::format("{}: statement {} ({})", script.title, n + 1, script.what.statements[n].kind);
}

/// Runs one statement behind a savepoint, so that a failure does not take the locks away that are to be looked at.
io::task<result<tried>>
try_statement(pg::connection& db, const rehearsed& script, std::size_t n, rehearsal& into, io::deadline until)
{
    const auto& what = script.what;
    const auto name = name_of(script, n);
    std::vector<pg::statement> both{{.sql = "savepoint basekeeper_rehearsal"}, {.sql = std::string(what.statement(n))}};
    auto ran = CO_TRY(co_await db.run(std::move(both), {.max_rows = 0, .max_bytes = 0}, until));
    if (ran.ok()) {
        ++into.statements;
        co_return tried::well;
    }
    auto& why = *ran.failure;
    if (why.sqlstate == "25001")
        into.not_tried.push_back(name + " and what follows: the server does not run it in a transaction");
    else if (why.sqlstate == "55P04")
        into.not_tried.push_back(name + " and what follows: it needs a commit before it");
    else if (!into.not_tried.empty())
        into.not_tried.push_back(name + " and what follows: it fails, maybe for want of what was not tried");
    else
        co_return fail(at_statement(std::move(why), what, n, script.title + "; nothing of it stays"));
    CO_TRY(co_await db.simple_script("rollback to savepoint basekeeper_rehearsal", until));
    co_return tried::no_further;
}

io::task<result<tried>> try_script(pg::connection& db, const rehearsed& script, rehearsal& into, io::deadline until)
{
    for (std::size_t n = 0; n < script.what.statements.size(); ++n) {
        if (script.what.statements[n].runs == sql::placement::alone)
            into.not_tried.push_back(name_of(script, n) + ": runs apart, which cannot be rolled back");
        else if (CO_TRY(co_await try_statement(db, script, n, into, until)) == tried::no_further)
            co_return tried::no_further;
    }
    co_return tried::well;
}

/// Everything between BEGIN and ROLLBACK.
io::task<result<seen_relations>>
try_and_look(session& on, const std::vector<rehearsed>& scripts, rehearsal& into, io::deadline until)
{
    auto& db = on.db();
    CO_TRY(co_await db.simple_script("begin", until));
    for (const auto& script : scripts) {
        CO_TRY(co_await on.refresh(until));
        if (CO_TRY(co_await try_script(db, script, into, until)) == tried::no_further)
            break;
    }
    pg::statement look{.sql = std::string(inside_sql)};
    const auto seen = CO_TRY(co_await db.query(std::move(look), pg::caps::unlimited(), pg::overflow::drain, until));
    co_return read_inside(seen.rows);
}

std::string oid_array(const seen_relations& of)
{
    std::vector<std::string> oids;
    for (const auto& [oid, relation] : of)
        oids.push_back(oid);
    return database::text_array(oids);
}

} // namespace

io::task<result<rehearsal>> rehearse(session& on, std::vector<rehearsed> scripts, io::deadline until)
{
    CO_TRY(co_await on.refresh(until));
    auto& db = on.db();
    rehearsal out;
    const auto began = std::chrono::steady_clock::now();
    auto inside = co_await try_and_look(on, scripts, out, until);
    if (!on.lost() && db.transaction() != pg::transaction_status::idle) {
        auto undone = co_await db.simple_script("rollback", io::deadline::after(std::chrono::seconds{20}));
        if (!undone && inside)
            inside = fail(std::move(undone).error());
    }
    if (!inside)
        co_return fail(std::move(inside).error());
    out.milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began).count();
    CO_TRY(co_await on.refresh(until));
    std::vector<pg::parameter> oids{{oid_array(*inside)}};
    const auto outside = CO_TRY(co_await db.query(std::string(outside_sql), std::move(oids), until));
    read_outside(out, *inside, outside.rows);
    out.locks.resize(std::min(out.locks.size(), most_relations));
    out.rewrites.resize(std::min(out.rewrites.size(), most_relations));
    out.drops.resize(std::min(out.drops.size(), most_relations));
    co_return out;
}

} // namespace basekeeper::migrations
