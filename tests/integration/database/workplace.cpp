// Builds the services around the engine and tears them down again.
#include "workplace.hpp"

#include <fmt/format.h>
#include <stdlib.h>

namespace basekeeper::database {
namespace {

std::filesystem::path fresh_folder()
{
    std::string name = (std::filesystem::temp_directory_path() / "database_test.XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
        throw std::runtime_error("no temporary folder");
    return name;
}

config::settings settings_for(const std::string& url)
{
    config::settings s;
    s.instances["shop"].database_url.value = config::secret_text(url);
    return s;
}

template <class T>
T must(result<T> got)
{
    if (!got)
        throw std::runtime_error(describe(got.error()) + " " + got.error().server_text);
    if constexpr (!std::is_void_v<T>)
        return *std::move(got);
}

constexpr std::string_view session_sql = R"(
select md5(string_agg(name || '=' || setting, ',' order by name)
             filter (where name not like 'plpgsql.%'))
    || ' role ' || current_user || ' path ' || current_setting('search_path')
    || ' custom ' || coalesce(current_setting('app.poison', true), '') || coalesce(current_setting('request.jwt.claims', true), '')
    || ' prepared ' || (select count(*) from pg_prepared_statements)
    || ' cursors ' || (select count(*) from pg_cursors)
    || ' locks ' || (select count(*) from pg_locks where pid = pg_backend_pid() and locktype = 'advisory')
    || ' channels ' || (select count(*) from pg_listening_channels())
    || ' temporary ' || (select count(*) from pg_class where relnamespace = pg_my_temp_schema())
from pg_settings)";

} // namespace

struct workplace::house
{
    house(io::runtime& on, const std::string& url)
        : settings(settings_for(url)), quiet(log::level::off, log::format::text),
          store(must(state::store::open(
              folder / "state", {.key_text = crypto::secret<>(std::string(64, 'a')), .passphrase = {}, .key_file = {}}
          ))),
          names(must(instances::directory::open(settings, store, on.pool()))),
          open(on.executor(), on.pool(), names, quiet, pg::pool_settings{})
    {}

    ~house() { std::filesystem::remove_all(folder); }

    house(const house&) = delete;
    house& operator=(const house&) = delete;

    std::filesystem::path folder = fresh_folder();
    config::settings settings;
    log::logger quiet;
    state::store store;
    instances::directory names;
    instances::connections open;
};

workplace::workplace(io::runtime& runtime, const std::string& where, limits caps)
    : on(runtime), url(where), house_(std::make_unique<house>(runtime, where)), names(house_->names),
      open(house_->open), db(open, caps)
{}

workplace::~workplace() = default;

io::task<> workplace::connect()
{
    if (!superuser_ || superuser_->broken())
        superuser_ = must(co_await pg::connection::open(
            on.executor(), on.pool(), must(pg::parse_target(url)), io::deadline::after(30s)
        ));
}

io::task<> workplace::script(std::string sql)
{
    co_await connect();
    must(co_await superuser_->simple_script(std::move(sql), io::deadline::after(60s)));
}

io::task<std::string> workplace::value(std::string sql)
{
    co_await connect();
    const auto got = must(co_await superuser_->query(std::move(sql), {}, soon()));
    co_return got.rows.empty() ? "no row" : std::string(got.rows.value(0, 0).value_or("NULL"));
}

io::task<> workplace::harden()
{
    reader_ = must(co_await database::harden(names, open, "shop", soon())).role;
}

std::string workplace::with_reader(std::string_view sql) const
{
    constexpr std::string_view place = ":reader";
    std::string out(sql);
    for (auto at = out.find(place); at != std::string::npos; at = out.find(place, at + reader_.size()))
        out.replace(at, place.size(), reader_);
    return out;
}

io::task<result<rows_page>> workplace::read(std::string sql, std::optional<std::chrono::milliseconds> timeout)
{
    co_return co_await db.query(
        "shop",
        {.what = {.sql = std::move(sql), .params = {}, .param_types = {}}, .timeout = timeout, .max_rows = {}},
        soon()
    );
}

io::task<result<std::vector<rows_page>>> workplace::write(std::string sql)
{
    execution what;
    what.statements.push_back({.sql = std::move(sql), .params = {}, .param_types = {}});
    co_return co_await db.execute("shop", std::move(what), soon());
}

io::task<std::string> workplace::next_session(pg::pool& from)
{
    auto lease = must(co_await from.acquire(soon()));
    const auto got = must(co_await lease->query(std::string(session_sql), {}, soon()));
    co_return std::string(got.rows.value(0, 0).value_or("NULL"));
}

io::task<> workplace::close()
{
    superuser_.reset();
    co_await open.close(io::deadline::after(5s));
}

std::string first(const result<rows_page>& got)
{
    if (!got)
        return fmt::format("error: {} {} {}", describe(got.error()), got.error().sqlstate, got.error().server_text);
    if (got->outcome.rows.empty() || got->outcome.rows.columns().empty())
        return "no value";
    return std::string(got->outcome.rows.value(0, 0).value_or("NULL"));
}

std::string first(const result<std::vector<rows_page>>& got)
{
    if (!got)
        return first(result<rows_page>(std::unexpected(got.error())));
    return got->empty() ? "no result" : first(result<rows_page>(got->front()));
}

std::string encoded(const rows_page& page)
{
    std::string out;
    page.write_json(out);
    return out;
}

std::string fresh_database(const test::postgres_server& server)
{
    static int count = 0;
    const auto name = fmt::format("work_{}", ++count);
    auto url = server.socket_url();
    const auto create = [&](io::runtime& on) -> io::task<> {
        auto db = must(co_await pg::connection::open(on.executor(), on.pool(), must(pg::parse_target(url)), soon()));
        must(co_await db.simple_script("create database " + name, soon()));
    };
    test::run_on_fresh_runtime(create);
    url.replace(url.rfind('/') + 1, std::string::npos, name);
    return url;
}

} // namespace basekeeper::database
