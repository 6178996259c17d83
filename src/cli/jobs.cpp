// basekeeper jobs list, show, watch, cancel, resume: long operations of this state folder, whoever works on them.
#include "cli/commands.hpp"
#include "cli/job_progress.hpp"
#include "cli/render.hpp"
#include "json/text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace basekeeper::cli {
namespace {

result<const mcp::tool*> tool_named(const job_services& with, std::string_view name)
{
    if (const auto* tool = with.calls.offers.find_tool(name))
        return tool;
    return fail(
        condition::not_found, "the tools of the group jobs are switched off here", "add jobs to the setting features"
    );
}

io::task<result<std::string>> ask_tool(
    std::string_view name,
    boost::json::object arguments,
    const jobs_command& what,
    const job_services& with,
    presentation show
)
{
    const auto* tool = CO_TRY(tool_named(with, name));
    co_return co_await call_tool(*tool, std::move(arguments), what.agreed, with.calls, show.screen);
}

boost::json::object with_id(const jobs_command& what)
{
    return {{"id", what.id}};
}

/// What of a job a line of the list has room for.
boost::json::object line_of(const boost::json::object& job)
{
    boost::json::object out;
    for (const auto* name : {"id", "status"})
        out[name] = job.at(name);
    const auto share = job.at("fraction").to_number<double>();
    out["done"] = fmt::format("{:.0f} %", std::floor(share * 100));
    const auto* instance = job.if_contains("instance");
    out["instance"] = instance == nullptr ? boost::json::value("") : *instance;
    out["title"] = job.at("title");
    out["updated_at"] = job.at("updated_at").as_string().subview(0, 19);
    return out;
}

void show_list(const boost::json::value& page, presentation show)
{
    boost::json::array lines;
    for (const auto& job : page.at("jobs").as_array())
        lines.emplace_back(line_of(job.as_object()));
    if (lines.empty())
        show.screen.say("no jobs");
    else
        show.screen.print(render(lines));
    if (const auto* next = page.as_object().if_contains("next"))
        show.screen.say(printable(std::string_view(next->as_string())));
}

void show_one(const std::string& structured, presentation show)
{
    const auto tree = json::read(structured);
    show.screen.print(show.format == output::json || !tree ? structured : render(*tree));
}

io::task<result<>> list(const jobs_command& what, const job_services& with, presentation show)
{
    boost::json::object arguments{{"limit", what.limit}};
    if (!what.status.empty())
        arguments["status"] = what.status;
    if (!what.before.empty())
        arguments["before"] = what.before;
    const auto text = CO_TRY(co_await ask_tool("list_jobs", std::move(arguments), what, with, show));
    const auto tree = show.format == output::json ? result<boost::json::value>(fail(condition::internal, ""))
                                                  : json::read(text, {.max_bytes = text.size() + 1, .max_depth = 64});
    if (tree)
        show_list(*tree, show);
    else
        show.screen.print(text);
    co_return result<>{};
}

/// Begins to go on or back; in the place of the tool, whose answer comes with the end of the job.
io::task<result<>> begin(jobs::engine& of, const jobs_command& what)
{
    if (what.back)
        CO_TRY(co_await of.undo(what.id));
    else
        CO_TRY(co_await of.resume(what.id));
    co_return result<>{};
}

io::task<result<int>> resume(const jobs_command& what, const job_services& with, presentation show)
{
    // Its limits to one instance are the tool's own.
    CO_TRY(co_await ask_tool("get_job", with_id(what), what, with, show));
    auto arguments = with_id(what);
    arguments["direction"] = what.back ? "undo" : "forward";
    const auto* tool = CO_TRY(tool_named(with, "resume_job"));
    const auto work = [&](mcp::call&) { return begin(with.engine, what); };
    CO_TRY(co_await do_as_tool(*tool, std::move(arguments), what.agreed, with.calls, show.screen, work));
    co_return show_end(CO_TRY(co_await follow_on_terminal(with.engine, what.id, show)), show);
}

io::task<result<int>> run(jobs_command what, job_services with, presentation show)
{
    switch (what.action) {
    case jobs_action::list:
        CO_TRY(co_await list(what, with, show));
        co_return 0;
    case jobs_action::show:
        show_one(CO_TRY(co_await ask_tool("get_job", with_id(what), what, with, show)), show);
        co_return 0;
    case jobs_action::cancel:
        show_one(CO_TRY(co_await ask_tool("cancel_job", with_id(what), what, with, show)), show);
        co_return 0;
    case jobs_action::watch:
        CO_TRY(co_await ask_tool("get_job", with_id(what), what, with, show));
        co_return show_end(
            CO_TRY(co_await follow_on_terminal(with.engine, what.id, show, interruption::ends_watching)), show
        );
    case jobs_action::resume:
        break;
    }
    co_return co_await resume(what, with, show);
}

} // namespace

io::task<int> jobs(jobs_command what, job_services with, presentation show)
{
    const auto done = co_await run(std::move(what), std::move(with), show);
    co_return done ? *done : report(show.screen, done.error());
}

} // namespace basekeeper::cli
