// One transaction, one query per kind, then the edges between what was found.
#include "features/schema_diff/extract.hpp"

#include "features/database/catalogue.hpp"
#include "features/database/text_array.hpp"
#include "features/schema_diff/extraction_sql.hpp"

#include <fmt/format.h>

#include <charconv>

namespace basekeeper::schema_diff {
namespace {

constexpr int oldest_server = 150'000;

// Compiling the queries would take longer than running them. pg_temp comes last: else a temporary table could stand in
// for a catalogue. Everything outside pg_catalog is printed with its schema; constants are printed alike everywhere.
constexpr std::string_view settings_sql = R"(
select set_config('search_path', 'pg_catalog, pg_temp', true), set_config('DateStyle', 'ISO, YMD', true),
  set_config('IntervalStyle', 'postgres', true), set_config('TimeZone', 'UTC', true),
  set_config('extra_float_digits', '1', true), set_config('quote_all_identifiers', 'off', true),
  set_config('bytea_output', 'hex', true), set_config('jit', 'off', true))";

constexpr std::string_view roles_sql = R"(select rolname, quote_ident(rolname), rolname = current_user from pg_roles)";

constexpr std::string_view casts_sql =
    R"(select format_type(castsource, null), format_type(casttarget, null), castcontext from pg_cast)";

// What means another fact: row types of relations, arrays of types, the index behind a constraint, the rule of a view,
// the sequence of an identity column, the generated column of an expression, members of an extension.
constexpr std::string_view aliases_sql = R"(
select 'pg_type'::regclass::oid, t.oid, 'pg_class'::regclass::oid, t.typrelid, 0, 1 as turn
from pg_type t join w on w.oid = t.typnamespace join pg_class c on c.oid = t.typrelid where c.relkind <> 'c'
union all
select 'pg_class'::regclass::oid, t.typrelid, 'pg_type'::regclass::oid, t.oid, 0, 1
from pg_type t join w on w.oid = t.typnamespace join pg_class c on c.oid = t.typrelid where c.relkind = 'c'
union all
select 'pg_class'::regclass::oid, k.conindid, 'pg_constraint'::regclass::oid, k.oid, 0, 1
from pg_constraint k join w on w.oid = k.connamespace where k.contype in ('p', 'u', 'x') and k.conindid <> 0
union all
select 'pg_rewrite'::regclass::oid, r.oid, 'pg_class'::regclass::oid, r.ev_class, 0, 1
from pg_rewrite r join pg_class c on c.oid = r.ev_class join w on w.oid = c.relnamespace where r.rulename = '_RETURN'
union all
select 'pg_attrdef'::regclass::oid, d.oid, 'pg_class'::regclass::oid, d.adrelid, d.adnum, 1
from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
join pg_class c on c.oid = d.adrelid join w on w.oid = c.relnamespace where a.attgenerated <> ''
union all
select d.classid, d.objid, d.refclassid, d.refobjid, d.refobjsubid, 1
from pg_depend d join pg_class c on c.oid = d.objid join w on w.oid = c.relnamespace
where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype = 'i' and c.relkind = 'S'
union all
select d.classid, d.objid, d.refclassid, d.refobjid, 0, 1 from pg_depend d where d.deptype = 'e'
union all
select 'pg_type'::regclass::oid, r.rngmultitypid, 'pg_type'::regclass::oid, r.rngtypid, 0, 1 from pg_range r
union all
select 'pg_type'::regclass::oid, t.oid, 'pg_type'::regclass::oid, t.typelem, 0, 2
from pg_type t where t.typelem <> 0 and t.typcategory = 'A' and t.oid >= 16384
union all
select d.classid, d.objid, d.refclassid, d.refobjid, 0, 3
from pg_depend d join pg_proc f on f.oid = d.objid join w on w.oid = f.pronamespace
where d.classid = 'pg_proc'::regclass and d.refclassid = 'pg_type'::regclass and d.deptype = 'i'
order by turn)";

// An attachment needs both ends; of a partition alone nothing needs the table above it.
constexpr std::string_view edges_sql = R"(
select d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid
from pg_depend d
left join pg_class c on d.classid = 'pg_class'::regclass and d.objsubid = 0 and c.oid = d.objid
where d.deptype in ('n', 'a', 'i', 'e') and d.objid >= 16384 and d.refobjid >= 16384
  and d.classid not in ('pg_amop'::regclass, 'pg_amproc'::regclass, 'pg_cast'::regclass)
  and not (d.refclassid = 'pg_class'::regclass and c.oid is not null and (c.relkind = 'S' or c.relispartition and
    (d.refobjsubid = 0 and c.relkind in ('r', 'p') or c.relkind in ('i', 'I') and d.refobjsubid = 0)))
union all
select 1, i.inhrelid, 0, 'pg_class'::regclass, i.inhparent, 0
from pg_inherits i join pg_class c on c.oid = i.inhrelid where c.relkind in ('r', 'p') and c.relispartition
union all
select 2, i.inhrelid, 0, 'pg_class'::regclass, i.inhparent, 0
from pg_inherits i join pg_class c on c.oid = i.inhrelid where c.relkind in ('i', 'I')
union all
select 2, i.inhrelid, 0, 1, x.indrelid, 0
from pg_inherits i join pg_index x on x.indexrelid = i.inhrelid
union all
select 3, d.objid, 0, d.refclassid, d.refobjid, d.refobjsubid
from pg_depend d join pg_class c on c.oid = d.objid
where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype = 'a' and c.relkind = 'S')";

// Columns and constraints that a table has from another one.
constexpr std::string_view follows_sql = R"(
select 'pg_class'::regclass::oid, a.attrelid, a.attnum::int, 'pg_class'::regclass::oid, p.attrelid, p.attnum::int
from pg_inherits i join pg_attribute a on a.attrelid = i.inhrelid and a.attnum > 0 and a.attinhcount > 0
join pg_attribute p on p.attrelid = i.inhparent and p.attname = a.attname and p.attnum > 0
union all
select 'pg_constraint'::regclass::oid, k.oid, 0, 'pg_constraint'::regclass::oid, p.oid, 0
from pg_inherits i join pg_constraint k on k.conrelid = i.inhrelid and k.coninhcount > 0 and k.contype = 'c'
join pg_constraint p on p.conrelid = i.inhparent and p.conname = k.conname and p.contype = 'c')";

// Kinds of objects of users that are not compared; told, so that nobody takes silence for equality.
constexpr std::string_view others_sql = R"(
select what || ' (' || count(*) || ')' from (
  select 'foreign tables' as what from pg_class c join w on w.oid = c.relnamespace where c.relkind = 'f'
  union all select 'operators' from pg_operator o join w on w.oid = o.oprnamespace
    where not exists (select from pg_depend e where e.objid = o.oid and e.deptype = 'e')
  union all select 'operator classes' from pg_opclass o join w on w.oid = o.opcnamespace
    where not exists (select from pg_depend e where e.objid = o.oid and e.deptype = 'e')
  union all select 'collations' from pg_collation o join w on w.oid = o.collnamespace
  union all select 'text search configurations' from pg_ts_config o join w on w.oid = o.cfgnamespace
  union all select 'text search dictionaries' from pg_ts_dict o join w on w.oid = o.dictnamespace
    where not exists (select from pg_depend e where e.objid = o.oid and e.deptype = 'e')
  union all select 'base types' from pg_type t join w on w.oid = t.typnamespace
    where t.typtype = 'b' and t.typcategory <> 'A'
      and not exists (select from pg_depend e where e.objid = t.oid and e.deptype = 'e')
  union all select 'casts' from pg_cast k where k.oid >= 16384
    and not exists (select from pg_depend e where e.objid = k.oid and e.deptype = 'e')
  union all select 'foreign servers' from pg_foreign_server
  union all select 'subscriptions' from pg_stat_subscription
) o group by what order by what)";

std::uint32_t number(std::string_view text)
{
    std::int64_t n = 0;
    std::from_chars(text.data(), text.data() + text.size(), n);
    return static_cast<std::uint32_t>(n);
}

std::uint32_t number(const pg::row_set& rows, std::size_t row, std::size_t column)
{
    return number(rows.value(row, column).value_or("0"));
}

address address_at(const pg::row_set& rows, std::size_t row, std::size_t column)
{
    return {
        number(rows, row, column),
        number(rows, row, column + 1),
        static_cast<std::int32_t>(number(rows, row, column + 2)),
    };
}

/// Runs queries of this module in one transaction.
class reader
{
public:
    reader(pg::connection& db, const schema_choice& schemas, io::deadline until) : db_(db), until_(until)
    {
        if (!schemas.empty())
            schemas_ = database::text_array(schemas);
    }

    io::task<result<pg::row_set>> plain(std::string_view sql) { return rows({std::string(sql), {}}); }

    io::task<result<pg::row_set>> scoped(std::string_view sql)
    {
        pg::statement what{std::string(wanted_schemas_sql) += sql, {}};
        what.params.push_back({schemas_, 0});
        what.params.push_back({std::string(database::platform_schemas()), 0});
        return rows(std::move(what));
    }

private:
    io::task<result<pg::row_set>> rows(pg::statement what)
    {
        constexpr pg::caps most{.max_rows = SIZE_MAX, .max_bytes = std::size_t{96} << 20U};
        auto answer = CO_TRY(co_await db_.query(std::move(what), most, pg::overflow::drain, until_));
        if (answer.truncated != pg::truncation::none)
            co_return fail(
                condition::invalid_argument,
                "the schema is too large to be compared at once",
                "compare a few schemas at a time with the argument schemas"
            );
        co_return std::move(answer.rows);
    }

    pg::connection& db_;
    std::optional<std::string> schemas_;
    io::deadline until_;
};

void add_facts(const extraction& from, const pg::row_set& rows, snapshot& to)
{
    constexpr std::size_t first_attribute = 5;
    const auto& columns = rows.columns();
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const auto text = [&](std::size_t c) { return std::string(rows.value(r, c).value_or("")); };
        fact f{.id = {from.what, text(2), text(3), text(4)}, .attributes = {}};
        for (auto c = first_attribute; c < columns.size(); ++c)
            if (const auto value = rows.value(r, c); value && !value->empty())
                f.attributes.push_back({columns[c].name, std::string(*value)});
        const auto column = static_cast<std::int32_t>(number(rows, r, 1));
        to.add(std::move(f), from.catalogue == 0 ? address{} : address{from.catalogue, number(rows, r, 0), column});
    }
}

io::task<result<>> read_facts(reader& from, snapshot& to)
{
    for (const auto list : {access_extractions(), type_extractions(), code_extractions(), relation_extractions()})
        for (const auto& each : list) {
            const auto rows = co_await from.scoped(each.sql);
            if (!rows)
                co_return std::unexpected(
                    error(rows.error()).within(fmt::format("reading the catalogue ({})", kind_name(each.what)))
                );
            add_facts(each, *rows, to);
        }
    co_return result<>{};
}

io::task<result<>> read_edges(reader& from, snapshot& to)
{
    const auto aliases = CO_TRY(co_await from.scoped(aliases_sql));
    for (std::size_t r = 0; r < aliases.size(); ++r)
        to.alias({number(aliases, r, 0), number(aliases, r, 1), 0}, address_at(aliases, r, 2));
    const auto edges = CO_TRY(co_await from.plain(edges_sql));
    for (std::size_t r = 0; r < edges.size(); ++r)
        to.depend(address_at(edges, r, 0), address_at(edges, r, 3));
    const auto follows = CO_TRY(co_await from.plain(follows_sql));
    for (std::size_t r = 0; r < follows.size(); ++r)
        to.follow(address_at(follows, r, 0), address_at(follows, r, 3));
    to.settle();
    co_return result<>{};
}

io::task<result<>> read_surroundings(reader& from, snapshot& to)
{
    const auto roles = CO_TRY(co_await from.plain(roles_sql));
    for (std::size_t r = 0; r < roles.size(); ++r) {
        const std::string name(roles.value(r, 0).value_or(""));
        to.roles.emplace(name, roles.value(r, 1).value_or(""));
        if (roles.value(r, 2) == "t")
            to.login = name;
    }
    const auto casts = CO_TRY(co_await from.plain(casts_sql));
    for (std::size_t r = 0; r < casts.size(); ++r)
        to.casts.emplace(
            std::string(casts.value(r, 0).value_or("")).append(">").append(casts.value(r, 1).value_or("")),
            casts.value(r, 2) != "e"
        );
    const auto others = CO_TRY(co_await from.scoped(others_sql));
    for (std::size_t r = 0; r < others.size(); ++r)
        to.not_compared.emplace_back(others.value(r, 0).value_or(""));
    co_return result<>{};
}

io::task<result<snapshot>> read_all(pg::connection& db, schema_choice schemas, io::deadline until)
{
    snapshot out;
    out.server_version = db.server_version();
    reader from(db, schemas, until);
    CO_TRY(co_await from.plain(settings_sql));
    CO_TRY(co_await read_facts(from, out));
    CO_TRY(co_await read_surroundings(from, out));
    CO_TRY(co_await read_edges(from, out));
    co_return out;
}

} // namespace

io::task<result<snapshot>> extract(pg::connection& db, schema_choice schemas, io::deadline until)
{
    if (db.server_version() < oldest_server)
        co_return fail(
            condition::invalid_argument,
            fmt::format("schemas are compared from PostgreSQL 15 on, this server is {}", db.server_version() / 10'000),
            "use pg_dump --schema-only on both sides and compare the texts"
        );
    CO_TRY(co_await db.query("begin isolation level repeatable read read only", {}, until));
    auto found = co_await read_all(db, std::move(schemas), until);
    // Only read so far: a rollback that fails costs the connection, which the pool then drops.
    const auto ended = co_await db.query("rollback", {}, until.capped(std::chrono::seconds{5}));
    static_cast<void>(ended);
    co_return found;
}

} // namespace basekeeper::schema_diff
