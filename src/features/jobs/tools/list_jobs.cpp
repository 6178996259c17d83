// list_jobs: long operations, newest first, those that the caller may see.
#include "features/jobs/tools/reach.hpp"

#include <fmt/format.h>

namespace basekeeper::jobs::tools {
namespace {

constexpr std::uint32_t looked_at_once = 100;

struct args
{
    std::optional<report_status> status;
    std::string instance;
    std::string before;
    std::uint32_t limit = 20;

    static constexpr auto fields = std::tuple{
        json::optional("status", &args::status),
        json::optional("instance", &args::instance, "Only jobs of this instance."),
        json::optional("before", &args::before, "For the next page: the last id.", {0, 32}),
        json::optional("limit", &args::limit, "", {1, 100}),
    };
};

struct listing
{
    std::vector<report> jobs;
    std::optional<std::string> next;

    static constexpr auto fields = std::tuple{
        json::required("jobs", &listing::jobs),
        json::optional("next", &listing::next),
    };
};

/// Its members are told in docs/jobs.md and not in the list of tools.
struct listing_output
{
    listing found;

    static boost::json::object json_schema() { return {{"type", "object"}}; }

    void write_json(std::string& out) const { json::encode(out, found); }
};

io::task<result<listing_output>> run(services s, args in, mcp::call& c)
{
    if (!in.before.empty())
        CO_TRY(co_await find(s, in.before, mcp::effect::reads, c));
    c.select_instance({}); // the page is about no one instance
    listing_output out;
    auto& jobs = out.found.jobs;
    // The table knows neither rights nor who is interrupted: it is searched page by page.
    for (state::job_filter page{.instance = in.instance, .before = in.before, .limit = looked_at_once};;) {
        const auto some = CO_TRY(co_await s.of.list(page));
        for (const auto& job : some) {
            const bool wanted =
                reaches(s, c, mcp::effect::reads, job.record.instance) && (!in.status || status_of(job) == *in.status);
            if (!wanted)
                continue;
            if (jobs.size() == in.limit) {
                out.found.next = fmt::format("there are older ones: repeat with before={}", jobs.back().id);
                c.tally() = {.rows = jobs.size(), .truncated = true};
                co_return out;
            }
            jobs.push_back(report_of(job));
        }
        if (some.size() < page.limit)
            break;
        page.before = some.back().record.id;
    }
    c.tally().rows = jobs.size();
    co_return out;
}

} // namespace

mcp::tool list_jobs(services s)
{
    return mcp::make_tool<args, listing_output>(
        {.name = "list_jobs",
         .group = std::string(group_name),
         .about = mcp::subject::server,
         .description = "Lists long operations (jobs), newest first: running, done, failed, interrupted."},
        [s](args in, mcp::call& c) { return run(s, std::move(in), c); }
    );
}

} // namespace basekeeper::jobs::tools
