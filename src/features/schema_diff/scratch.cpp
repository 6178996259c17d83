// Creates, fills, reads and drops the scratch database.
#include "features/schema_diff/scratch.hpp"

#include "base/text.hpp"
#include "crypto/random.hpp"
#include "features/database/catalogue.hpp"
#include "features/schema_diff/plan.hpp"
#include "io/offload.hpp"
#include "sql/script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

namespace basekeeper::schema_diff {
namespace {

constexpr std::size_t most_files = 10'000;
constexpr std::size_t most_file_bytes = std::size_t{16} << 20U;

// By the server's clock, as the names are. What somebody is connected to is in use.
constexpr std::string_view forgotten_sql = R"(
select pg_catalog.quote_ident(d.datname) from pg_catalog.pg_database d
where case when d.datname operator(pg_catalog.~) '^basekeeper_scratch_[0-9]{9,12}_[0-9a-f]{8}$'
  then pg_catalog.split_part(d.datname, '_', 3)::bigint operator(pg_catalog.<)
    (extract(epoch from pg_catalog.now())::bigint operator(pg_catalog.-) 3600) end
  and not exists (select from pg_catalog.pg_stat_activity a where a.datid operator(pg_catalog.=) d.oid))";

/// What changes or drops something of the whole server. Roles may be made, and stay: their grants need them.
constexpr auto beyond_one_database = std::to_array<std::string_view>(
    {"ALTER DATABASE",
     "ALTER DATABASE REFRESH COLLATION VERSION",
     "ALTER DATABASE SET",
     "ALTER ROLE",
     "ALTER ROLE SET",
     "ALTER SYSTEM",
     "ALTER TABLESPACE",
     "CREATE DATABASE",
     "CREATE TABLESPACE",
     "DROP DATABASE",
     "DROP ROLE",
     "DROP TABLESPACE"}
);

constexpr std::string_view now_sql = "select extract(epoch from pg_catalog.now())::bigint";

struct sql_file
{
    std::string name;
    std::string text;
};

/// Blocks.
result<std::vector<sql_file>> read_folder_files(const std::filesystem::path& folder)
{
    std::error_code failed;
    std::vector<std::filesystem::path> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
        const auto name = entry.path().filename().string();
        if (name.ends_with(".sql") && !name.ends_with(".down.sql") && names.size() < most_files)
            names.push_back(entry.path());
    }
    if (failed || names.empty())
        return fail(
            condition::not_found,
            fmt::format("{}: {}", utf8_prefix(folder.string(), 200), failed ? failed.message() : "holds no .sql file"),
            "name a folder with .sql files, which are run in order of name"
        );
    std::ranges::sort(names);
    std::vector<sql_file> out;
    for (const auto& path : names) {
        std::ifstream in(path, std::ios::binary);
        sql_file file{path.filename().string(), {std::istreambuf_iterator<char>(in), {}}};
        if (!in.good() && !in.eof())
            return fail(condition::not_found, fmt::format("{} cannot be read", utf8_prefix(file.name, 200)));
        if (file.text.size() > most_file_bytes || file.text.contains('\0'))
            return fail(
                condition::invalid_argument,
                fmt::format("{} is larger than 16 MiB or not text", utf8_prefix(file.name, 200))
            );
        out.push_back(std::move(file));
    }
    return out;
}

std::vector<std::string> platform_schema_names()
{
    auto list = database::platform_schemas();
    list.remove_prefix(1);
    list.remove_suffix(1);
    std::vector<std::string> out;
    for (const auto& name : parts_of(list, ','))
        if (name != "information_schema")
            out.emplace_back(name);
    return out;
}

/// The text cut where a transaction must end: what runs outside of any stands alone, all else stays together. Fails
/// with invalid_argument for what would reach beyond the scratch database.
result<std::vector<std::string_view>> parts_to_run(std::string_view text)
{
    std::vector<std::string_view> out;
    std::size_t begin = 0;
    const auto cut = [&](std::size_t at) {
        if (at > begin)
            out.push_back(text.substr(begin, at - begin));
        begin = at;
    };
    for (const auto& s : TRY(sql::read_script(text))) {
        if (std::ranges::find(beyond_one_database, s.kind) != beyond_one_database.end())
            return fail(
                condition::invalid_argument,
                fmt::format("{} reaches beyond the scratch database", s.kind),
                "leave it out of the folder: the files are run to compare schemas"
            );
        if (s.runs == sql::placement::together)
            continue;
        if (s.runs == sql::placement::alone)
            cut(s.begin);
        cut(std::min(s.end + 1, text.size()));
    }
    cut(text.size());
    return out;
}

/// What the files of a project do not make and the login may not: else it would look as if it had to go.
void add_platform(const snapshot& base, snapshot& to)
{
    for (const auto& f : base.all()) {
        const bool realtime = f.id.name == "supabase_realtime" && f.id.what == kind::publication;
        if (f.id.what == kind::extension || realtime)
            to.add({.id = f.id, .attributes = f.attributes});
    }
    to.settle();
}

/// Fails only when nothing more can be run.
io::task<result<>> try_to_run(pg::connection& db, std::string sql, io::deadline until)
{
    const auto ran = co_await db.query(std::move(sql), {}, until);
    if (!ran && (db.broken() || ran.error().code == condition::timeout))
        co_return std::unexpected(ran.error());
    co_return result<>{};
}

} // namespace

scratch_database::scratch_database(
    pg::connection& maintenance, pg::target server, io::executor where, io::offload_pool& threads
)
    : maintenance_(maintenance), server_(std::move(server)), where_(std::move(where)), threads_(threads)
{}

/// Whoever makes one clears away what a run that was killed left behind; best effort.
io::task<result<>> scratch_database::drop_forgotten(io::deadline until)
{
    const auto found = CO_TRY(co_await maintenance_.query(std::string(forgotten_sql), {}, until));
    for (std::size_t r = 0; r < found.rows.size(); ++r) {
        // Without force: a database that somebody uses by now stays.
        const auto dropped = co_await maintenance_.query(
            fmt::format("drop database if exists {}", found.rows.value(r, 0).value_or("")), {}, until
        );
        if (!dropped && maintenance_.broken())
            co_return std::unexpected(dropped.error());
    }
    co_return result<>{};
}

io::task<result<>> scratch_database::create(io::deadline until)
{
    CO_TRY(co_await drop_forgotten(until));
    const auto now = CO_TRY(co_await maintenance_.query(std::string(now_sql), {}, until));
    name_ = fmt::format("basekeeper_scratch_{}_{}", now.rows.value(0, 0).value_or("0"), crypto::uuid_v4().substr(0, 8));
    server_.database = name_;
    auto made = co_await maintenance_.query("create database " + name_ + " template template0", {}, until);
    if (!made) {
        auto why = std::move(made).error();
        if (why.code == condition::denied)
            why.hint = "use a login that may create databases (alter role … createdb), or compare two instances";
        co_return std::unexpected(std::move(why).within("creating the scratch database"));
    }
    co_return result<>{};
}

io::task<result<>> scratch_database::drop(io::deadline until)
{
    inside_.reset();
    CO_TRY(co_await maintenance_.query("drop database if exists " + name_ + " with (force)", {}, until));
    co_return result<>{};
}

/// Best effort: what the login may not do is left out, and the files then fail with the server's words if they need it.
io::task<result<>> scratch_database::prepare(const snapshot& base, io::deadline until)
{
    auto lease = CO_TRY(co_await extract(maintenance_, platform_schema_names(), until));
    const auto empty = CO_TRY(co_await extract(*inside_, {}, until));
    const auto attempt = [&](std::string sql) { return try_to_run(*inside_, std::move(sql), until); };
    CO_TRY(co_await attempt("set check_function_bodies = off"));
    for (const auto& f : base.all())
        if (f.id.what == kind::extension) {
            CO_TRY(co_await attempt(fmt::format("create schema if not exists {}", f.at("schema"))));
            CO_TRY(co_await attempt(
                fmt::format("create extension if not exists {} with schema {}", f.id.name, f.at("schema"))
            ));
        }
    const auto platform = make_plan(empty, lease, {.owners = false}, destructive_steps::held_back);
    for (const auto& s : platform.steps)
        CO_TRY(co_await attempt(s.sql));
    const auto own = make_plan(empty, base, {.owners = false}, destructive_steps::held_back);
    for (const auto& s : own.steps)
        if (s.object.starts_with(kind_name(kind::default_privileges)) || s.object == "schema public")
            CO_TRY(co_await attempt(s.sql));
    co_return result<>{};
}

io::task<result<>> scratch_database::run_file(std::string_view text, io::deadline until)
{
    for (const auto part : CO_TRY(parts_to_run(text)))
        CO_TRY(co_await inside_->simple_script(std::string(part), until));
    co_return result<>{};
}

io::task<result<>> scratch_database::run_files(const std::filesystem::path& folder, io::deadline until)
{
    auto files = CO_TRY(co_await io::offload(threads_, [folder] { return read_folder_files(folder); }));
    for (auto& file : files) {
        auto ran = co_await run_file(file.text, until);
        if (!ran) {
            auto why = std::move(ran).error();
            if (why.hint.empty())
                why.hint = "the files must make the whole schema, in order of name, in an empty database";
            co_return std::unexpected(std::move(why).within(fmt::format("running {}", utf8_prefix(file.name, 200))));
        }
    }
    co_return result<>{};
}

io::task<result<snapshot>> scratch_database::fill_and_read(
    const snapshot& base, const std::filesystem::path& folder, const schema_choice& schemas, io::deadline until
)
{
    inside_.emplace(CO_TRY(co_await pg::connection::open(where_, threads_, server_, until)));
    CO_TRY(co_await prepare(base, until));
    CO_TRY(co_await run_files(folder, until));
    // The files may have left settings behind.
    inside_.emplace(CO_TRY(co_await pg::connection::open(where_, threads_, server_, until)));
    auto found = CO_TRY(co_await extract(*inside_, schemas, until));
    add_platform(base, found);
    co_return found;
}

} // namespace basekeeper::schema_diff
