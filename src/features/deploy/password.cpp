// psql over the loopback address of the container, where the image trusts everybody.
#include "features/deploy/password.hpp"

#include "clients/dokploy/deployments.hpp"
#include "clients/dokploy/redact.hpp"
#include "clients/dokploy/schedules.hpp"
#include "io/event.hpp"
#include "stack/compose_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace basekeeper::deploy {
namespace {

/// `\set` keeps the password out of the statements; the here-document keeps it out of the list of processes.
constexpr std::string_view script_begin = R"(set -e
psql -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -U supabase_admin -d postgres <<'BASEKEEPER_SQL'
)";

constexpr std::string_view change_roles = R"(
BEGIN;
SELECT format('ALTER ROLE %I WITH PASSWORD %L', rolname, :'password')
FROM pg_catalog.pg_roles
WHERE rolname IN ('postgres', 'supabase_admin', 'authenticator', 'pgbouncer', 'supabase_auth_admin',
                  'supabase_functions_admin', 'supabase_storage_admin', 'supabase_replication_admin') \gexec
COMMIT;
BASEKEEPER_SQL
if psql -q -h 127.0.0.1 -U supabase_admin -d _supabase -c 'SELECT 1' >/dev/null 2>&1; then
psql -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -U supabase_admin -d _supabase <<'BASEKEEPER_SQL'
)";

constexpr std::string_view change_logflare = R"(
SELECT format('UPDATE _analytics.source_backends SET config = jsonb_set(config, ''{url}'', to_jsonb(
    regexp_replace(config->>''url'', ''(://[^:@/]+:)[^@]*@'', ''\1'' || %L || ''@''))) WHERE type = ''postgres''',
    :'password')
WHERE to_regclass('_analytics.source_backends') IS NOT NULL \gexec
BASEKEEPER_SQL
fi
echo ')";

result<std::string> database_service(const dokploy::compose& of)
{
    const auto file = TRY(stack::compose_file::parse(of.file.reveal()));
    const auto* database = file.find(stack::role::database);
    if (database == nullptr)
        return fail(
            condition::conflict,
            "the compose file has no service of the image supabase/postgres, in which the password could be changed",
            "change it in that database by hand, then set POSTGRES_PASSWORD to the same"
        );
    return database->name;
}

/// How the names of our schedules begin.
constexpr std::string_view schedule_prefix = "basekeeper password";

/// What a process that ended, or was stopped, left behind holds a password in clear.
io::task<result<>> remove_leftovers(server& on, std::string compose_id, io::deadline until)
{
    for (const auto& each : CO_TRY(co_await dokploy::list_schedules(on.api, std::move(compose_id), until)))
        if (each.name.starts_with(schedule_prefix))
            CO_TRY(co_await dokploy::remove_schedule(on.api, each.id, until));
    co_return result<>{};
}

} // namespace

result<crypto::secret<>> password_command(const crypto::secret<>& password)
{
    constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    if (password.empty() || password.reveal().find_first_not_of(allowed) != std::string::npos)
        return fail(
            condition::invalid_argument,
            "POSTGRES_PASSWORD: services put it into URLs as it is: letters, digits and -._~ only, and at least one",
            "let it be made: basekeeper dokploy update-env NAME --generate POSTGRES_PASSWORD"
        );
    const auto set = "\\set password '" + password.reveal() + "'";
    std::string out(script_begin);
    out += set;
    out += change_roles;
    out += set;
    out += change_logflare;
    out += password_changed_mark;
    out += "'\n";
    return crypto::secret<>(std::move(out));
}

io::task<result<>> change_database_password(
    server& on, const dokploy::compose& of, std::string mark, crypto::secret<> password, io::deadline until
)
{
    auto command = CO_TRY(password_command(password));
    const std::array secrets{password};
    dokploy::new_schedule what{
        .compose_id = of.id,
        .service_name = CO_TRY(database_service(of)),
        .name = fmt::format("{} {}", schedule_prefix, mark),
        .command = std::move(command)
    };
    CO_TRY(co_await remove_leftovers(on, of.id, until));
    const auto id = CO_TRY(co_await dokploy::create_schedule(on.api, std::move(what), until)).row.id;
    const auto ran = co_await dokploy::run_schedule(on.api, id, until);
    std::string said;
    if (ran && !ran->deployment_id.empty())
        said = (co_await dokploy::read_deployment_log(on.api, ran->deployment_id, 100, until)).value_or("");
    // Its command holds the password: it goes whatever came of it.
    auto removed = co_await dokploy::remove_schedule(on.api, id, until);
    if (!ran)
        co_return fail(error(ran.error()).within("changing the password inside the database"));
    if (!said.contains(password_changed_mark)) {
        error out(
            condition::unavailable,
            "changing the password inside the database did not come to its end: it has the old one or the new one",
            "look whether the container of the database runs: basekeeper dokploy health NAME; then try again"
        );
        out.server_text = dokploy::redact(said, secrets);
        co_return std::unexpected(std::move(out));
    }
    co_return removed;
}

} // namespace basekeeper::deploy
