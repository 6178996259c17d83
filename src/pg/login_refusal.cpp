// Told apart by SQLSTATE, then by words: poolers (Supavisor, PgBouncer) use one code for many things.
#include "pg/login_refusal.hpp"

#include "base/text.hpp"
#include "pg/host_kind.hpp"
#include "pg/sqlstate.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace basekeeper::pg {
namespace {

using enum condition;

/// A refusal known by its words, whatever its code. Empty hint: that of the SQLSTATE.
struct known_refusal
{
    std::string_view words;
    condition means;
    std::string_view what;
    std::string_view hint;
};

constexpr std::string_view free_slots = "close idle sessions (monitor_connections shows whose they are), lower the "
                                        "pools of the services, or connect through "
                                        "the transaction pooler (port 6543), which needs fewer";

/// The first that occurs is taken. Server first, then the poolers.
constexpr auto by_words = std::to_array<known_refusal>({
    {"is starting up", unavailable, "the server is starting up", "try again in a moment"},
    {"is shutting down",
     unavailable,
     "the server is shutting down",
     "wait until it has restarted; if it does not, somebody stopped it: see its log (docker logs supabase-db)"},
    {"in recovery mode",
     unavailable,
     "the server crashed and is recovering",
     "try again in a moment; if this repeats look at the server's log for the crash"},
    {"not accepting connections", unavailable, "the server takes no connections at the moment", "see the server's log"},
    {"not yet accepting connections",
     unavailable,
     "the server is replaying its log and takes no connections yet",
     "try again in a moment"},
    {"no encryption", denied, "the server takes encrypted connections only", "set sslmode=require"},
    {"SSL connection is required", denied, "the server takes encrypted connections only", "set sslmode=require"},
    {"SSL required", denied, "the pooler takes encrypted connections only", "set sslmode=require"},
    {"no pg_hba.conf entry",
     denied,
     "the server lets nobody in from this address, as this user, to this database",
     "add a line to pg_hba.conf on the server and reload it, or connect from an address that it lists"},
    {"too many connections for role",
     unavailable,
     "the role has used up its own connection limit",
     "close its idle sessions, or raise the limit: alter role ROLE connection limit N"},
    {"too many connections for database",
     unavailable,
     "the database has used up its own connection limit",
     "close idle sessions, or raise the limit: alter database NAME connection limit N"},
    {"remaining connection slots are reserved",
     unavailable,
     "every connection that ordinary users may have is taken; the rest is reserved",
     free_slots},
    {"too many clients", unavailable, "every connection of the server is taken", free_slots},
    {"unsupported startup parameter",
     invalid_argument,
     "the pooler does not take the start-up options",
     "leave out `options` in the connection string, or let the pooler ignore them (ignore_startup_parameters)"},
    {"no such database",
     not_found,
     "the pooler knows no such database",
     "check the name after the last '/'; on Supabase it is postgres"},
    {"no more connections allowed",
     unavailable,
     "the pooler has no free client connection",
     "close idle clients, or raise max_client_conn (POOLER_MAX_CLIENT_CONN)"},
    {"ax client connections reached",
     unavailable,
     "the pooler has no free client connection",
     "close idle clients, or raise POOLER_MAX_CLIENT_CONN"},
    {"max clients reached",
     unavailable,
     "every session of the pool is taken",
     "close idle clients, raise POOLER_DEFAULT_POOL_SIZE, or use transaction mode (port 6543)"},
    {"query_wait_timeout",
     unavailable,
     "no connection of the pool became free in time",
     "close idle clients, or raise the pool size (POOLER_DEFAULT_POOL_SIZE)"},
    {"server login",
     unavailable,
     "the pooler cannot log in at its database",
     "check that the database runs, and that the pooler knows the role's present password"},
    {"cannot connect to server",
     unavailable,
     "the pooler cannot reach its database",
     "check that the database behind the pooler runs, and see the pooler's log"},
});

struct known_code
{
    std::string_view sqlstate;
    std::string_view what;
};

/// SQLSTATEs whose sentence differs when they come from a login.
constexpr auto by_code = std::to_array<known_code>({
    {"28000", "the server does not let this user in"},
    {"3D000", "the database does not exist"},
    {"53300", "the server has no free connection"},
    {"57P03", "the server is starting up or shutting down"},
    {"57P01", "the server is shutting down"},
});

/// What to do about a tenant that Supavisor does not know; the user's name tells which half is missing.
std::string tenant_hint(const target& to)
{
    const auto [role, tenant] = split_user(to.user);
    const bool cloud = kind_of_host(to.host) == host_kind::cloud_pooler;
    if (cloud && tenant.empty())
        return "use the user " + role + ".<project-ref>, as shown under Connect in the Supabase dashboard";
    if (cloud)
        return "copy host and user from Connect in the dashboard: the region and the number in the host (aws-0, aws-1) "
               "must be the project's own; a paused project must be restored first";
    if (tenant.empty())
        return "name the tenant after a dot: user " + role +
               ".TENANT, where TENANT is POOLER_TENANT_ID in the .env of a self-hosted stack (cloud: "
               "postgres.<project-ref>)";
    return "compare the part after the dot with POOLER_TENANT_ID in the stack's .env; the pooler keeps the value of "
           "its first start (cloud: postgres.<project-ref>, and the host of the project's region)";
}

/// What a wrong password may come from, beyond the password.
std::string password_hint(const target& to)
{
    const auto& password = to.password.reveal();
    if (password.size() > 2 && password.front() == '[' && password.back() == ']')
        return "leave the square brackets out: they only mark the place of the password";
    std::string hint = "check user and password";
    switch (kind_of_host(to.host)) {
    case host_kind::cloud_direct:
    case host_kind::cloud_pooler:
        return hint + "; reset it under Database > Settings in the dashboard";
    default:
        return hint + "; POSTGRES_PASSWORD in a stack's .env counts at the first start only, later changes need alter "
                      "role (utils/db-passwd.sh); behind the pooler the user is ROLE.TENANT";
    }
}

} // namespace

error login_refusal(const target& to, std::string_view sqlstate, std::string_view message)
{
    auto e = to_error({.severity = "FATAL", .sqlstate = std::string(sqlstate), .message = std::string(message)});
    const auto cannot = "cannot connect to " + describe(to) + ": ";
    if (message.contains("enant or user not found")) {
        e.code = not_found;
        e.message = cannot + "the Supabase pooler knows no such tenant or user";
        e.hint = tenant_hint(to);
        return e;
    }
    // PgBouncer has no code of its own for it.
    if (sqlstate == "28P01" || message.contains("SASL authentication failed") ||
        message.contains("password authentication failed"))
    {
        e.code = denied;
        e.message = cannot + "the password of the user is wrong";
        e.hint = password_hint(to);
        return e;
    }
    const auto* known =
        std::ranges::find_if(by_words, [&](const known_refusal& k) { return message.contains(k.words); });
    if (known != by_words.end()) {
        e.code = known->means;
        e.message = cannot + std::string(known->what);
        e.hint = known->hint;
        return e;
    }
    const auto* code = std::ranges::find(by_code, sqlstate, &known_code::sqlstate);
    e.message = cannot + (code != by_code.end() ? std::string(code->what) : "the server refused the login");
    return e;
}

} // namespace basekeeper::pg
