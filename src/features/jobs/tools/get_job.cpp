// get_job: how far one job is; on request it is followed for a while first.
#include "features/jobs/tools/following.hpp"
#include "features/jobs/tools/reach.hpp"

namespace basekeeper::jobs::tools {
namespace {

struct args
{
    std::string id;
    int wait_seconds = 0;

    static constexpr auto fields = std::tuple{
        json::required("id", &args::id, "", {1, 32}),
        json::optional("wait_seconds", &args::wait_seconds, "Follow it so long, or to its end.", {0, 60}),
    };
};

io::task<result<job_output>> run(services s, args in, mcp::call& c)
{
    auto job = CO_TRY(co_await find(s, in.id, mcp::effect::reads, c));
    if (in.wait_seconds > 0 && !job.rests())
        job = CO_TRY(co_await look_in_call(s.of, in.id, c, c.deadline().capped(std::chrono::seconds{in.wait_seconds})));
    co_return job_output{report_of(job)};
}

} // namespace

mcp::tool get_job(services s)
{
    return mcp::make_tool<args, job_output>(
        {.name = "get_job",
         .group = std::string(group_name),
         .about = mcp::subject::server,
         .description = "Shows how far a job is, why it stopped, and what to do next."},
        [s](args in, mcp::call& c) { return run(s, std::move(in), c); }
    );
}

} // namespace basekeeper::jobs::tools
