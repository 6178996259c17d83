// The two tables: made, read and written with every name qualified, because a migration may have changed the session.
#include "features/migrations/records.hpp"

#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "features/database/text_array.hpp"
#include "json/text.hpp"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <charconv>

namespace basekeeper::migrations {
namespace {

constexpr std::string_view tables_exist_sql = R"(
select (select count(*) from pg_catalog.pg_attribute
        where attrelid = pg_catalog.to_regclass('supabase_migrations.schema_migrations')
          and attname in ('version', 'statements', 'name') and not attisdropped) = 3,
       pg_catalog.to_regclass('supabase_migrations.schema_migrations') is not null,
       pg_catalog.to_regclass('basekeeper.migrations') is not null)";

constexpr std::string_view make_history_sql = R"(
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
alter table supabase_migrations.schema_migrations add column if not exists statements text[];
alter table supabase_migrations.schema_migrations add column if not exists name text)";

// Nobody but the owner may read it: down scripts and statements are code, and code holds secrets now and then.
constexpr std::string_view make_own_sql = R"(
create schema if not exists basekeeper;
revoke all on schema basekeeper from public;
create table if not exists basekeeper.migrations (
  version text not null primary key,
  name text not null,
  checksum text not null,
  digest text not null,
  down text,
  state text not null check (state in ('applied', 'applying', 'reverting')),
  statements integer not null,
  done integer not null,
  done_checksum text not null,
  alone integer,
  run text not null,
  applied_by text not null,
  login text not null default session_user,
  begun_at timestamptz not null default pg_catalog.clock_timestamp(),
  finished_at timestamptz,
  duration_ms bigint
);
revoke all on basekeeper.migrations from public;
comment on table basekeeper.migrations is
  'What basekeeper knows about migrations beyond supabase_migrations.schema_migrations: how to undo them, checksums, progress')";

constexpr std::string_view history_sql = R"(
select m.version, coalesce(m.name, ''),
  case when m.statements is null then ''
       else pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(
              pg_catalog.array_to_string(m.statements, E'\n', ''), 'UTF8')), 'hex') end,
  pg_catalog.to_jsonb(m) ->> 'rollback'
from supabase_migrations.schema_migrations m order by m.version)";

constexpr std::string_view bare_history_sql =
    "select m.version, '', '', null from supabase_migrations.schema_migrations m order by m.version";

constexpr std::string_view own_sql = R"(
select version, name, checksum, digest, down, state, statements, done, done_checksum, alone, run, applied_by,
  pg_catalog.to_char(finished_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), duration_ms
from basekeeper.migrations order by version)";

constexpr std::string_view statements_sql = R"(
select s from supabase_migrations.schema_migrations m,
  lateral pg_catalog.unnest(m.statements) with ordinality as u(s, n)
where m.version operator(pg_catalog.=) $1 order by n)";

constexpr std::string_view write_own_sql = R"(
insert into basekeeper.migrations as m
  (version, name, checksum, digest, down, state, statements, done, done_checksum, alone, run, applied_by, finished_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
        case when $6::pg_catalog.text operator(pg_catalog.=) 'applied' then pg_catalog.clock_timestamp() end)
on conflict (version) do update set
  name = excluded.name, checksum = excluded.checksum, digest = excluded.digest, down = excluded.down,
  state = excluded.state, statements = excluded.statements, done = excluded.done,
  done_checksum = excluded.done_checksum, alone = excluded.alone, run = excluded.run,
  applied_by = excluded.applied_by, finished_at = coalesce(excluded.finished_at, m.finished_at))";

constexpr std::string_view write_duration_sql = R"(
update basekeeper.migrations set duration_ms = $3
where version operator(pg_catalog.=) $1 and run operator(pg_catalog.=) $2)";

constexpr std::string_view delete_own_sql = "delete from basekeeper.migrations where version operator(pg_catalog.=) $1";

constexpr std::string_view write_history_sql =
    "insert into supabase_migrations.schema_migrations (version, statements, name) "
    "values ($1, $2::pg_catalog.text[], $3)";

constexpr std::string_view delete_history_sql =
    "delete from supabase_migrations.schema_migrations where version operator(pg_catalog.=) $1";

constexpr std::string_view standing_sql = R"(
select (select m.run from basekeeper.migrations m where m.version operator(pg_catalog.=) $1),
       (select m.state from basekeeper.migrations m where m.version operator(pg_catalog.=) $1),
       exists (select from supabase_migrations.schema_migrations h where h.version operator(pg_catalog.=) $1))";

std::string text(const pg::row_set& rows, std::size_t row, std::size_t column)
{
    return std::string(rows.value(row, column).value_or(""));
}

template <class Number>
std::optional<Number> number(const pg::row_set& rows, std::size_t row, std::size_t column)
{
    const auto digits = rows.value(row, column);
    Number out{};
    if (!digits || std::from_chars(digits->data(), digits->data() + digits->size(), out).ec != std::errc{})
        return std::nullopt;
    return out;
}

std::optional<std::vector<std::string>> texts_in(std::optional<std::string_view> array)
{
    const auto read = array ? json::read(*array) : result<boost::json::value>(boost::json::value{});
    if (!read || !read->is_array())
        return std::nullopt;
    std::vector<std::string> out;
    for (const auto& item : read->get_array())
        if (item.is_string())
            out.emplace_back(item.get_string());
    return out;
}

own_row own_from(const pg::row_set& rows, std::size_t r)
{
    own_row out{
        .version = text(rows, r, 0),
        .name = text(rows, r, 1),
        .checksum = text(rows, r, 2),
        .digest = text(rows, r, 3),
        .down = {},
        .state = text(rows, r, 5),
        .statements = number<std::size_t>(rows, r, 6).value_or(0),
        .done = number<std::size_t>(rows, r, 7).value_or(0),
        .done_checksum = text(rows, r, 8),
        .alone = number<std::size_t>(rows, r, 9),
        .run = text(rows, r, 10),
        .applied_by = text(rows, r, 11),
        .finished_at = text(rows, r, 12),
        .duration_ms = number<std::int64_t>(rows, r, 13),
    };
    if (const auto down = rows.value(r, 4))
        out.down = std::string(*down);
    return out;
}

io::task<result<>> make(pg::connection& db, std::string_view script, std::string_view what, io::deadline until)
{
    auto made = co_await db.simple_script(std::string("begin;") + std::string(script) + ";commit", until);
    if (made)
        co_return result<>{};
    auto e = std::move(made).error().within(fmt::format("creating {}", what));
    if (db.transaction() != pg::transaction_status::idle)
        co_await db.simple_script("rollback", until);
    if (e.code == condition::denied)
        e.hint = "connect as a role that may create schemas in this database (postgres on Supabase), or let one run "
                 "GRANT CREATE ON DATABASE to this login";
    co_return fail(std::move(e));
}

} // namespace

std::optional<std::string> records::newest() const
{
    if (history.empty())
        return std::nullopt;
    return history.rbegin()->first;
}

std::string digest_of(const std::vector<std::string>& statements)
{
    crypto::sha256_hasher hash;
    for (std::size_t n = 0; n < statements.size(); ++n)
        hash.update(n == 0 ? "" : "\n").update(statements[n]);
    return crypto::to_hex(hash.finish());
}

io::task<result<>> make_tables(pg::connection& db, io::deadline until)
{
    const auto exist = CO_TRY(co_await db.query(std::string(tables_exist_sql), {}, until));
    if (exist.rows.value(0, 0) != "t")
        CO_TRY(co_await make(db, make_history_sql, "supabase_migrations.schema_migrations", until));
    if (exist.rows.value(0, 2) != "t")
        CO_TRY(co_await make(db, make_own_sql, "basekeeper.migrations", until));
    co_return result<>{};
}

io::task<result<records>> read_records(pg::connection& db, io::deadline until)
{
    const auto exist = CO_TRY(co_await db.query(std::string(tables_exist_sql), {}, until));
    records out;
    const auto everything = pg::caps::unlimited();
    if (exist.rows.value(0, 1) == "t") {
        pg::statement ask{.sql = std::string(exist.rows.value(0, 0) == "t" ? history_sql : bare_history_sql)};
        const auto all = CO_TRY(co_await db.query(std::move(ask), everything, pg::overflow::drain, until));
        for (std::size_t r = 0; r < all.rows.size(); ++r)
            out.history.emplace(
                text(all.rows, r, 0),
                history_row{
                    text(all.rows, r, 0), text(all.rows, r, 1), text(all.rows, r, 2), texts_in(all.rows.value(r, 3))
                }
            );
    }
    out.has_own_table = exist.rows.value(0, 2) == "t";
    if (out.has_own_table) {
        pg::statement ask{.sql = std::string(own_sql)};
        const auto all = CO_TRY(co_await db.query(std::move(ask), everything, pg::overflow::drain, until));
        for (std::size_t r = 0; r < all.rows.size(); ++r)
            out.own.emplace(text(all.rows, r, 0), own_from(all.rows, r));
    }
    co_return out;
}

io::task<result<std::vector<std::string>>> read_statements(pg::connection& db, std::string version, io::deadline until)
{
    pg::statement ask{.sql = std::string(statements_sql), .params = {{std::move(version)}}};
    const auto all = CO_TRY(co_await db.query(std::move(ask), pg::caps::unlimited(), pg::overflow::drain, until));
    std::vector<std::string> out;
    out.reserve(all.rows.size());
    for (std::size_t r = 0; r < all.rows.size(); ++r)
        out.push_back(text(all.rows, r, 0));
    co_return out;
}

pg::statement write_own(const own_row& row)
{
    const auto optional_number = [](const std::optional<std::size_t>& n) {
        return n ? pg::parameter{std::to_string(*n)} : pg::parameter{};
    };
    return {
        .sql = std::string(write_own_sql),
        .params =
            {
                {row.version},
                {row.name},
                {row.checksum},
                {row.digest},
                {row.down},
                {row.state},
                {std::to_string(row.statements)},
                {std::to_string(row.done)},
                {row.done_checksum},
                optional_number(row.alone),
                {row.run},
                {row.applied_by},
            },
    };
}

pg::statement write_duration(const own_row& row)
{
    return {
        .sql = std::string(write_duration_sql),
        .params = {{row.version}, {row.run}, {std::to_string(row.duration_ms.value_or(0))}},
    };
}

pg::statement delete_own(std::string version)
{
    return {.sql = std::string(delete_own_sql), .params = {{std::move(version)}}};
}

pg::statement write_history(std::string version, std::string name, const std::vector<std::string>& statements)
{
    return {
        .sql = std::string(write_history_sql),
        .params = {{std::move(version)}, {database::text_array(statements)}, {std::move(name)}},
    };
}

pg::statement delete_history(std::string version)
{
    return {.sql = std::string(delete_history_sql), .params = {{std::move(version)}}};
}

io::task<result<standing>> ask_standing(pg::connection& db, std::string version, io::deadline until)
{
    std::vector<pg::parameter> params{{std::move(version)}};
    const auto answer = CO_TRY(co_await db.query(std::string(standing_sql), std::move(params), until));
    co_return standing{text(answer.rows, 0, 0), text(answer.rows, 0, 1), answer.rows.value(0, 2) == "t"};
}

} // namespace basekeeper::migrations
