// One connection, six scripts, five passwords.
#include "features/local/bootstrap.hpp"

#include "features/local/bootstrap_sql.hpp"
#include "pg/connection.hpp"

#include <boost/asio/this_coro.hpp>

namespace basekeeper::local {
namespace {

/// Before anything secret is sent: neither the log nor pg_stat_statements keeps statements of this session. Commits
/// need not wait for the disk: the caller syncs the whole cluster at the end.
constexpr std::string_view quiet_session_sql = R"sql(
set log_statement = 'none';
set log_min_messages = 'fatal';
set log_min_error_statement = 'panic';
set log_min_duration_statement = -1;
set pg_stat_statements.track = 'none';
set synchronous_commit = off;
)sql";

/// The parameters reach the server apart from the text, and the statement with the password is built there.
constexpr std::string_view remember_password_sql =
    "select set_config('basekeeper.role', $1, false), set_config('basekeeper.password', $2, false)";
constexpr std::string_view set_password_sql = R"sql(
do $$
begin
    execute format('alter role %I password %L', current_setting('basekeeper.role'),
        current_setting('basekeeper.password'));
    perform set_config('basekeeper.password', '', false);
end
$$
)sql";

constexpr std::string_view missing_extensions_sql = R"sql(
select wanted from unnest(array['pgcrypto', 'uuid-ossp', 'pg_stat_statements']) as wanted
where wanted not in (select extname from pg_extension)
)sql";

io::task<result<>> set_passwords(pg::connection& session, const secret_text& seed, io::deadline until)
{
    for (const auto role : login_roles) {
        std::vector<pg::parameter> values;
        values.push_back({.value = std::string(role)});
        values.push_back({.value = password_of(seed, role).reveal()});
        CO_TRY(co_await session.query(std::string(remember_password_sql), std::move(values), until));
        CO_TRY(co_await session.simple_script(std::string(set_password_sql), until));
    }
    co_return result<>{};
}

} // namespace

io::task<result<bootstrap_outcome>> bootstrap(io::offload_pool& pool, bootstrap_target where, io::deadline until)
{
    pg::target to;
    to.host = where.socket_dir;
    to.port = static_cast<std::uint16_t>(where.port);
    to.user = "supabase_admin";
    to.password = password_of(where.seed, to.user);
    to.tls = pg::tls_mode::disable;
    auto session =
        CO_TRY(co_await pg::connection::open(co_await boost::asio::this_coro::executor, pool, std::move(to), until));
    CO_TRY(co_await session.simple_script(std::string(quiet_session_sql), until));
    for (const auto& script : bootstrap_scripts())
        if (auto done = co_await session.simple_script(std::string(script.text), until); !done)
            co_return fail(std::move(done).error().within("creating the " + std::string(script.name)));
    CO_TRY(co_await set_passwords(session, where.seed, until));

    bootstrap_outcome out;
    out.server_version = session.parameter_status("server_version");
    out.server_version.resize(std::min(out.server_version.find(' '), out.server_version.size()));
    const auto missing = CO_TRY(co_await session.query(std::string(missing_extensions_sql), {}, until));
    for (std::size_t row = 0; row < missing.rows.size(); ++row)
        out.missing_extensions.emplace_back(missing.rows.value(row, 0).value_or(""));
    CO_TRY(co_await session.simple_script("checkpoint", until));
    co_return out;
}

} // namespace basekeeper::local
