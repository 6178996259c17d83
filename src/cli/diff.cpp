// basekeeper diff: the statements that make one schema of another, as a script on standard output.
#include "cli/commands.hpp"
#include "json/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::cli {
namespace {

boost::json::array statements(const std::vector<schema_diff::step>& steps)
{
    boost::json::array out;
    for (const auto& s : steps)
        out.push_back(boost::json::object{{"object", s.object}, {"sql", s.sql}, {"note", s.note}});
    return out;
}

void show_plan(const schema_diff::plan& found, presentation show)
{
    if (show.format == output::json) {
        boost::json::array notes;
        for (const auto& note : found.notes)
            notes.emplace_back(note);
        show.screen.print(json::to_text(boost::json::object{
            {"equal", found.empty()},
            {"steps", statements(found.steps)},
            {"held_back", statements(found.held_back)},
            {"notes", std::move(notes)},
        }));
        return;
    }
    // The script may be piped into psql: everything else goes to standard error.
    if (!found.steps.empty())
        show.screen.print(schema_diff::to_script(found));
    if (found.empty())
        show.screen.say("no differences");
    if (!found.held_back.empty()) {
        show.screen.say(fmt::format("held back, because they lose data or objects ({}):", found.held_back.size()));
        for (const auto& s : found.held_back)
            show.screen.say("  " + printable(s.sql));
        show.screen.say("  next: repeat with --destructive to have them in the script");
    }
    for (const auto& note : found.notes)
        show.screen.say("note: " + printable(note));
}

} // namespace

io::task<int> diff(diff_command what, diff_services with, presentation show)
{
    const bool instance = with.names.find(what.to) != nullptr;
    std::error_code none;
    const bool folder = !instance && std::filesystem::is_directory(what.to, none);
    if (!instance && !folder)
        co_return report(
            show.screen,
            {condition::not_found,
             fmt::format("{} is neither an instance nor a folder", printable(what.to)),
             "basekeeper instance list shows the instances"}
        );
    schema_diff::diff_request request{
        .from = what.from,
        .to = instance ? what.to : std::string(),
        .folder = folder ? std::filesystem::path(what.to) : std::filesystem::path(),
        .schemas = what.schemas,
        .destructive =
            what.destructive ? schema_diff::destructive_steps::included : schema_diff::destructive_steps::held_back,
    };
    recorded_command record(with.book, "diff", what.from, {{"to", what.to}});
    const auto found = co_await with.compare.diff(std::move(request), io::deadline::after(with.longest));
    const auto recorded = record.end(found ? result<>{} : result<>(std::unexpected(found.error())));
    if (!recorded)
        co_return report(show.screen, recorded.error());
    show_plan(*found, show);
    co_return 0;
}

} // namespace basekeeper::cli
