// basekeeper block list, add, remove: addresses that the server does not answer over HTTP.
#include "access/address.hpp"
#include "base/duration.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/render.hpp"
#include "json/text.hpp"
#include "state/blocked_addresses.hpp"

#include <fmt/format.h>

namespace basekeeper::cli {
namespace {

boost::json::object row_of(const state::blocked_address& block)
{
    return {
        {"address", block.address},
        {"until", block.until ? boost::json::value(to_rfc3339(*block.until)) : boost::json::value(nullptr)},
        {"reason", block.reason},
        {"since", to_rfc3339(block.created_at)},
    };
}

result<> list(state::blocked_address_table& table, presentation show)
{
    boost::json::array all;
    for (const auto& one : TRY(table.list(system_clock().wall())))
        all.push_back(row_of(one));
    if (show.format == output::json)
        show.screen.print(json::to_text(all));
    else
        show.screen.print(all.empty() ? "no address is blocked" : render(all));
    return {};
}

result<> add(const block_command& what, state::blocked_address_table& table, presentation show)
{
    const auto now = system_clock().wall();
    state::blocked_address made{
        .address = TRY(access::parse_address(what.address)), .reason = "by hand", .created_at = now
    };
    if (!what.how_long.empty()) {
        const auto span = parse_duration(what.how_long);
        if (!span || span->count() == 0)
            return fail(
                condition::invalid_argument,
                fmt::format("--for: \"{}\" is not a span of time", utf8_prefix(what.how_long, 60)),
                "write for example 1h, 30m or 7d; leave it out to block until it is removed"
            );
        made.until = now + *span;
    }
    TRY(table.put(made));
    show.screen.print(
        show.format == output::json ? json::to_text(row_of(made))
                                    : fmt::format(
                                          "blocked {} {}; servers follow within seconds",
                                          made.address,
                                          made.until ? "until " + to_rfc3339(*made.until) : "until it is removed"
                                      )
    );
    return {};
}

result<> remove(const block_command& what, state::blocked_address_table& table, presentation show)
{
    const auto address = TRY(access::parse_address(what.address));
    TRY(table.remove(address));
    show.screen.print(
        show.format == output::json ? json::to_text(boost::json::object{{"address", address}, {"outcome", "removed"}})
                                    : fmt::format("{} is no longer blocked; servers follow within seconds", address)
    );
    return {};
}

result<> run(const block_command& what, const config::settings& settings, const bookkeeping& book, presentation show)
{
    auto table = TRY(state::blocked_address_table::open(*settings.state_dir));
    switch (what.action) {
    case block_action::list:
        return list(table, show);
    case block_action::add:
        return recorded_command(
                   book, "block add", {}, {{"address", what.address}, {"for", what.how_long}}
        ).end(add(what, table, show));
    case block_action::remove:
        return recorded_command(book, "block remove", {}, {{"address", what.address}}).end(remove(what, table, show));
    }
    return {};
}

} // namespace

int block(const block_command& what, const config::settings& settings, const bookkeeping& book, presentation show)
{
    const auto done = run(what, settings, book, show);
    return done ? 0 : report(show.screen, done.error());
}

} // namespace basekeeper::cli
