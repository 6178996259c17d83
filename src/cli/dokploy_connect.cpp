// basekeeper dokploy connect and disconnect: a server is tried before it is kept.
#include "cli/commands.hpp"
#include "features/deploy/engine.hpp"
#include "features/deploy/stored_servers.hpp"
#include "json/text.hpp"

#include <fmt/format.h>

namespace basekeeper::cli {
namespace {

constexpr std::chrono::seconds patience_of_a_person{30};

constexpr std::size_t longest_key = 4'096;

/// Typed without being shown, or the first line of standard input.
result<crypto::secret<>> api_key(terminal& screen)
{
    auto typed = screen.ask_secret("API key (Dokploy: Settings > Profile > API/CLI Keys):");
    if (!typed) {
        const auto all = screen.read_input(longest_key);
        typed = crypto::secret<>(all.substr(0, all.find_first_of("\r\n")));
    }
    if (typed->empty())
        return fail(
            condition::invalid_argument, "there is no API key", "type it at a terminal, or give it on standard input"
        );
    return *std::move(typed);
}

io::task<result<>> connect(const dokploy_command& what, const dokploy_services& with, presentation show)
{
    CO_TRY(state::check_instance_name(what.name));
    config::dokploy_settings how;
    how.url.value = what.url;
    how.pin.value = what.pin;
    how.api_key.value = config::secret_text(CO_TRY(api_key(show.screen)).reveal());
    const auto seen =
        CO_TRY(co_await with.stacks.try_server(what.name, how, io::deadline::after(patience_of_a_person)));
    how.url.value = seen.url;
    CO_TRY(deploy::store_server(with.store, what.name, how));
    if (show.format == output::json) {
        show.screen.print(json::to_text(
            boost::json::object{{"name", what.name}, {"url", seen.url}, {"version", seen.version}, {"role", seen.role}}
        ));
        co_return result<>{};
    }
    show.screen.print(fmt::format("connected to {} ({}), as {}", seen.url, seen.version, seen.role));
    if (!seen.may_deploy)
        show.screen.say(fmt::format(
            "a {} sees and changes only what was given to them; deployments need an owner or "
            "admin",
            seen.role
        ));
    show.screen.print("  next: basekeeper dokploy list\n        basekeeper dokploy setup");
    co_return result<>{};
}

result<> disconnect(const dokploy_command& what, const dokploy_services& with, presentation show)
{
    TRY(deploy::forget_server(with.store, what.name));
    if (show.format == output::json)
        show.screen.print(json::to_text(boost::json::object{{"name", what.name}, {"outcome", "forgotten"}}));
    else
        show.screen.print(fmt::format("forgot {}: its stacks are not touched", what.name));
    return {};
}

} // namespace

io::task<int> connect_dokploy(dokploy_command what, dokploy_services with, presentation show)
{
    const bool comes = what.action == dokploy_action::connect;
    recorded_command recorded(
        with.book, comes ? "dokploy connect" : "dokploy disconnect", what.name, {{"name", what.name}, {"url", what.url}}
    );
    auto done = comes ? co_await connect(what, with, show) : disconnect(what, with, show);
    done = recorded.end(std::move(done));
    co_return done ? 0 : report(show.screen, done.error());
}

} // namespace basekeeper::cli
