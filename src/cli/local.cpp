// basekeeper local up, down, list, env, destroy: a local server is also an instance, ready for query_database.
#include "cli/commands.hpp"
#include "cli/render.hpp"
#include "features/database/harden.hpp"
#include "json/fields.hpp"

#include <boost/describe/enum_to_string.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace basekeeper::cli {
namespace {

constexpr std::string_view anon_key_secret = "anon_key";
constexpr std::string_view service_role_key_secret = "service_role_key";
constexpr std::string_view jwt_secret_secret = "jwt_secret";

io::deadline patience()
{
    return io::deadline::after(std::chrono::seconds{120});
}

/// Remembers where the server is now: its port may have changed.
result<> remember(const local::local_instance& server, state::store& store)
{
    const state::instance_record record{.name = server.name, .kind = "local", .settings = {}};
    state::instance_secrets secrets;
    secrets.emplace(instances::database_url_secret, server.database_url);
    secrets.emplace(anon_key_secret, server.anon_key);
    secrets.emplace(service_role_key_secret, server.service_role_key);
    secrets.emplace(jwt_secret_secret, server.jwt_secret);
    if (store.get_instance(server.name))
        return store.update_instance(record, secrets);
    return store.add_instance(record, secrets);
}

io::task<result<>> up(std::string name, local::engine& servers, instance_services with, presentation show)
{
    show.screen.progress("starting " + name);
    const auto server = CO_TRY(co_await servers.up(name, patience()));
    CO_TRY(remember(server, with.store));
    CO_TRY(co_await with.names.refresh());
    const auto known = CO_TRY(co_await with.names.unlock(name));
    if (!known.read_only || server.outcome == local::up_outcome::created)
        CO_TRY(co_await database::harden(with.names, with.open, name, patience()));
    if (show.format == output::json) {
        show.screen.print(json::to_text(boost::json::object{
            {"name", name},
            {"outcome", boost::describe::enum_to_string(server.outcome, "")},
            {"host", "127.0.0.1"},
            {"port", server.port},
            {"server_version", server.server_version},
            {"data_dir", server.data_dir.string()},
        }));
        co_return result<>{};
    }
    show.screen.print(fmt::format(
        "{} is up: PostgreSQL {} on 127.0.0.1:{}, data in {}",
        name,
        server.server_version,
        server.port,
        server.data_dir.string()
    ));
    if (!server.missing_extensions.empty())
        show.screen.print(
            fmt::format("without {}: not installed on this machine", fmt::join(server.missing_extensions, ", "))
        );
    show.screen.print(fmt::format(
        "  next: basekeeper call list_tables --arg instance={}\n        basekeeper local env {}    (connection URL and "
        "keys)",
        name,
        name
    ));
    co_return result<>{};
}

result<> env(const std::string& name, state::store& store, presentation show)
{
    boost::json::object out;
    const auto add = [&](std::string_view variable, std::string_view secret) -> result<> {
        out[variable] = TRY(store.get_instance_secret(name, secret)).reveal();
        return {};
    };
    TRY(add("DATABASE_URL", instances::database_url_secret));
    TRY(add("SUPABASE_ANON_KEY", anon_key_secret));
    TRY(add("SUPABASE_SERVICE_ROLE_KEY", service_role_key_secret));
    TRY(add("SUPABASE_JWT_SECRET", jwt_secret_secret));
    if (show.format == output::json) {
        show.screen.print(json::to_text(out));
        return {};
    }
    for (const auto& [variable, value] : out)
        show.screen.print(fmt::format("{}='{}'", std::string(variable), std::string(value.as_string())));
    return {};
}

io::task<result<>> list(local::engine& servers, presentation show)
{
    boost::json::array all;
    for (const auto& s : CO_TRY(co_await servers.list()))
        all.push_back(boost::json::object{
            {"name", s.name},
            {"state", boost::describe::enum_to_string(s.state, "")},
            {"port", s.port},
            {"version", s.server_version},
            {"size_bytes", s.size_bytes},
            {"data_dir", s.data_dir.string()},
        });
    if (show.format == output::json)
        show.screen.print(json::to_text(all));
    else
        show.screen.print(all.empty() ? "no local instances yet\n  next: basekeeper local up dev" : render(all));
    co_return result<>{};
}

bool agrees_to_destroy(const local_command& what, presentation show)
{
    if (what.agreed == consent::given)
        return true;
    const auto said = show.screen.ask(fmt::format("Delete local instance \"{}\" and all its data? [y/N]", what.name));
    return said == "y" || said == "yes";
}

io::task<result<>> destroy(local_command what, local::engine& servers, instance_services with, presentation show)
{
    CO_TRY(co_await servers.destroy(what.name, patience()));
    auto forgotten = with.store.remove_instance(what.name);
    if (!forgotten && forgotten.error().code != condition::not_found)
        co_return forgotten;
    if (show.format == output::json)
        show.screen.print(json::to_text(boost::json::object{{"name", what.name}, {"outcome", "destroyed"}}));
    else
        show.screen.print(fmt::format("{} is gone", what.name));
    co_return result<>{};
}

io::task<result<>> down(std::string name, local::engine& servers, presentation show)
{
    const auto outcome = CO_TRY(co_await servers.down(name, patience()));
    if (show.format == output::json)
        show.screen.print(json::to_text(
            boost::json::object{{"name", name}, {"outcome", boost::describe::enum_to_string(outcome, "")}}
        ));
    else
        show.screen.print(outcome == local::down_outcome::stopped ? name + " is stopped" : name + " was not running");
    co_return result<>{};
}

std::string_view name_of(local_action action)
{
    switch (action) {
    case local_action::up:
        return "local up";
    case local_action::down:
        return "local down";
    case local_action::env:
        return "local env";
    case local_action::destroy:
        return "local destroy";
    case local_action::list:
        break;
    }
    return "local list";
}

/// What changes a server or shows its secrets.
io::task<result<>> work(local_command what, local::engine& servers, instance_services with, presentation show)
{
    recorded_command recorded(with.book, std::string(name_of(what.action)), what.name, {{"name", what.name}});
    if (what.action == local_action::up)
        co_return recorded.end(co_await up(what.name, servers, with, show));
    if (what.action == local_action::down)
        co_return recorded.end(co_await down(what.name, servers, show));
    if (what.action == local_action::env)
        co_return recorded.end(env(what.name, with.store, show));
    if (!agrees_to_destroy(what, show)) {
        recorded.declined();
        co_return recorded.end(fail(condition::denied, "not confirmed, nothing was changed", "add --yes if you agree"));
    }
    recorded.confirmed();
    co_return recorded.end(co_await destroy(std::move(what), servers, with, show));
}

} // namespace

io::task<int> local(local_command what, local::engine& servers, instance_services with, presentation show)
{
    result<> done;
    if (what.action == local_action::list)
        done = co_await list(servers, show);
    else
        done = co_await work(std::move(what), servers, with, show);
    co_return done ? 0 : report(show.screen, done.error());
}

} // namespace basekeeper::cli
