// basekeeper rehearse: a simulated Dokploy on this machine, and what to set so that it is used.
#include "cli/commands.hpp"
#include "features/rehearsal/server.hpp"
#include "features/rehearsal/simulated_front.hpp"
#include "io/signals.hpp"
#include "json/text.hpp"

#include <boost/json/object.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace basekeeper::cli {
namespace {

result<rehearsal::server_settings> settings_of(const rehearse_command& what)
{
    const auto version = dokploy::parse_version(what.version);
    if (!version)
        return fail(condition::invalid_argument, "--version is no version of Dokploy", "write it as v0.30.2");
    rehearsal::server_settings out{.port = what.port, .speed = what.speed, .faults = what.faults};
    out.of.version = *version;
    out.of.seed = what.seed;
    out.front = rehearsal::simulated_front(system_clock());
    if (what.catalogue == "old-keys")
        out.of.blueprint = rehearsal::blueprint_choice::old_keys;
    return out;
}

/// As soon in simulated time as a real one is asked: where time flies nobody waits a second.
int poll_interval_ms(double speed)
{
    return std::clamp(static_cast<int>(1'000 / speed), 10, 1'000);
}

void tell(const rehearsal::access_facts& facts, double speed, presentation show)
{
    if (show.format == output::json) {
        show.screen.print(json::to_text(boost::json::object{
            {"url", facts.url},
            {"key", facts.key},
            {"member_key", facts.member_key},
            {"stacks", facts.stacks},
            {"plain_stacks", facts.plain_stacks},
            {"authority_file", facts.authority_file},
            {"templates_url", facts.url + "/templates"},
            {"poll_interval_ms", poll_interval_ms(speed)},
        }));
        return;
    }
    show.screen.print(fmt::format("export DOKPLOY_URL={}", facts.url));
    show.screen.print(fmt::format("export DOKPLOY_API_KEY={}", facts.key));
    show.screen.print(fmt::format("export BASEKEEPER_DOKPLOY_REACH={}", facts.stacks));
    show.screen.print(fmt::format("export BASEKEEPER_DOKPLOY_CA_FILE={}", facts.authority_file));
    show.screen.print(fmt::format("export BASEKEEPER_DOKPLOY_TEMPLATES_URL={}/templates", facts.url));
    show.screen.print(fmt::format("export BASEKEEPER_DOKPLOY_POLL_INTERVAL_MS={}", poll_interval_ms(speed)));
    show.screen.say("a simulated Dokploy is running; Ctrl-C ends it and everything in it");
}

io::task<int> serve(io::runtime& on, rehearsal::server_settings how, presentation show)
{
    io::signal_stream ends(on.executor(), {SIGTERM, SIGINT});
    const auto speed = how.speed;
    rehearsal::server serving(on.executor(), system_clock(), std::move(how));
    const auto facts = serving.start();
    if (facts) {
        tell(*facts, speed, show);
        static_cast<void>(co_await ends.next());
    }
    co_await serving.stop();
    co_return facts ? 0 : report(show.screen, facts.error());
}

} // namespace

int rehearse(const rehearse_command& what, presentation show)
{
    auto how = settings_of(what);
    if (!how)
        return report(show.screen, how.error());
    io::runtime on;
    return on.run_main(serve(on, *std::move(how), show));
}

} // namespace basekeeper::cli
