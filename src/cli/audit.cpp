// basekeeper audit list, verify, export.
#include "cli/commands.hpp"
#include "cli/render.hpp"
#include "json/text.hpp"

#include <fmt/format.h>

#include <charconv>

namespace basekeeper::cli {
namespace {

std::unexpected<error> bad_since(std::string_view given)
{
    return fail(
        condition::invalid_argument,
        fmt::format("--since: \"{}\" is neither a time nor a duration", printable(given)),
        "write 2026-11-20T09:00:00Z, or 30m, 24h, 7d for back from now"
    );
}

/// `7d`, `24h`, `30m`, or a UTC time `YYYY-MM-DD[THH:MM:SS[Z]]`.
result<wall_time> read_since(std::string_view given, wall_time now)
{
    int n = 0;
    const auto read = std::from_chars(given.data(), given.data() + given.size(), n);
    if (read.ec == std::errc{} && read.ptr + 1 == given.data() + given.size()) {
        switch (*read.ptr) {
        case 'm':
            return now - std::chrono::minutes{n};
        case 'h':
            return now - std::chrono::hours{n};
        case 'd':
            return now - std::chrono::days{n};
        default:
            return bad_since(given);
        }
    }
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
    const std::string text(given);
    // NOLINTNEXTLINE(cert-err34-c): the number of fields read is the check
    const int fields =
        std::sscanf(text.c_str(), "%4d-%2u-%2uT%2u:%2u:%2u", &year, &month, &day, &hour, &minute, &second);
    const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
    if ((fields != 3 && fields != 6) || !date.ok() || hour > 23 || minute > 59 || second > 59)
        return bad_since(given);
    return std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
           std::chrono::seconds{second};
}

result<> list(state::audit_trail& trail, const state::audit_filter& filter, presentation show)
{
    boost::json::array all;
    for (const auto& r : TRY(trail.list(filter))) {
        if (show.format == output::json) {
            show.screen.print(state::to_json(r));
            continue;
        }
        all.push_back(boost::json::object{
            {"id", r.id},
            {"time", to_rfc3339(r.entry.time)},
            {"principal", r.entry.principal},
            {"instance", r.entry.instance},
            {"tool", r.entry.tool},
            {"decision", r.entry.decision},
            {"outcome", r.entry.outcome},
            {"rows", r.entry.rows},
            {"ms", static_cast<double>(r.entry.duration.count()) / 1'000},
        });
    }
    if (show.format == output::table)
        show.screen.print(all.empty() ? "no entries" : render(all));
    return {};
}

result<> verify(state::audit_trail& trail, presentation show)
{
    const auto v = TRY(trail.verify());
    if (v.broken_id)
        return fail(
            condition::conflict,
            fmt::format("the audit trail is broken at entry {}: {}", *v.broken_id, v.finding),
            "keep the state folder as it is and find out who changed it; entries before it are intact"
        );
    show.screen.print(
        show.format == output::json
            ? json::to_text(boost::json::object{{"intact", true}, {"checked", v.checked}, {"pruned", v.pruned}})
            : fmt::format("intact: {} entries checked, {} removed by retention before them", v.checked, v.pruned)
    );
    return {};
}

result<> run(const audit_command& what, const config::settings& settings, presentation show)
{
    state::audit_filter filter{.tool = what.tool, .instance = what.instance, .principal = {}, .limit = what.limit};
    if (!what.since.empty())
        filter.since = TRY(read_since(what.since, system_clock().wall()));
    auto trail = TRY(state::audit_trail::open(*settings.state_dir));
    switch (what.action) {
    case audit_action::list:
        return list(trail, filter, show);
    case audit_action::verify:
        return verify(trail, show);
    case audit_action::export_lines: {
        filter.limit = 0;
        const auto print = [&](std::string_view line) -> result<> {
            show.screen.print(line);
            return {};
        };
        TRY(trail.export_lines(filter, print));
        return {};
    }
    }
    return {};
}

} // namespace

int audit(audit_command what, const config::settings& settings, presentation show)
{
    const auto done = run(what, settings, show);
    return done ? 0 : report(show.screen, done.error());
}

} // namespace basekeeper::cli
