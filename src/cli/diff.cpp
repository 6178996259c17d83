// basekeeper diff: the statements that make one schema of another, as a script on standard output.
#include "cli/commands.hpp"
#include "json/text.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace basekeeper::cli {
namespace {

constexpr std::string_view tool_name = "generate_diff";

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

/// Which of the two TO means; an instance that the configuration knows comes first.
result<boost::json::object> arguments_of(const diff_command& what, const instances::directory& names)
{
    boost::json::object out{{"instance", what.from}};
    std::error_code none;
    if (names.find(what.to) != nullptr)
        out["to"] = what.to;
    else if (std::filesystem::is_directory(what.to, none))
        out["folder"] = what.to;
    else
        return fail(
            condition::not_found,
            fmt::format("{} is neither an instance nor a folder", printable(what.to)),
            "basekeeper instance list shows the instances"
        );
    if (!what.schemas.empty())
        out["schemas"] = boost::json::array(what.schemas.begin(), what.schemas.end());
    if (what.destructive)
        out["include_destructive"] = true;
    return out;
}

io::task<result<>>
compare(schema_diff::engine& by, schema_diff::diff_request what, mcp::call& c, schema_diff::plan& into)
{
    what.from = c.instance();
    into = CO_TRY(co_await by.diff(std::move(what), c.deadline()));
    co_return result<>{};
}

io::task<result<>> run(diff_command what, diff_services with, presentation show)
{
    const auto* tool = with.calls.offers.find_tool(tool_name);
    if (tool == nullptr)
        co_return fail(
            condition::not_found,
            "the tools of the group database are switched off here",
            "add database to the setting features"
        );
    auto arguments = CO_TRY(arguments_of(what, with.names));
    const bool folder = arguments.contains("folder");
    const schema_diff::diff_request request{
        .from = {},
        .to = folder ? std::string() : what.to,
        .folder = folder ? std::filesystem::path(what.to) : std::filesystem::path(),
        .schemas = what.schemas,
        .destructive =
            what.destructive ? schema_diff::destructive_steps::included : schema_diff::destructive_steps::held_back,
    };
    // A script for psql is whole: pages of the tool would each be compared anew.
    schema_diff::plan found;
    const auto work = [&](mcp::call& c) { return compare(with.compare, request, c, found); };
    CO_TRY(co_await do_as_tool(*tool, std::move(arguments), what.agreed, with.calls, show.screen, work));
    show_plan(found, show);
    co_return result<>{};
}

} // namespace

io::task<int> diff(diff_command what, diff_services with, presentation show)
{
    const auto done = co_await run(std::move(what), std::move(with), show);
    co_return done ? 0 : report(show.screen, done.error());
}

} // namespace basekeeper::cli
