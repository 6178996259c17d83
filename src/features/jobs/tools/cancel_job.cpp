// cancel_job: asks whoever works on a job to stop between two steps.
#include "features/jobs/tools/reach.hpp"

#include <fmt/format.h>

namespace basekeeper::jobs::tools {
namespace {

struct args
{
    std::string id;

    static constexpr auto fields = std::tuple{json::required("id", &args::id, "", {1, 32})};
};

io::task<result<job_output>> run(services s, args in, mcp::call& c)
{
    CO_TRY(co_await find(s, in.id, mcp::effect::writes, c));
    const auto asked = CO_TRY(co_await s.of.cancel(in.id));
    job_output out{report_of(asked)};
    if (!asked.rests())
        out.job.next = fmt::format("it stops at its next step: call get_job with id={} and wait_seconds", in.id);
    co_return out;
}

} // namespace

mcp::tool cancel_job(services s)
{
    return mcp::make_tool<args, job_output>(
        {.name = "cancel_job",
         .group = std::string(group_name),
         .worst = mcp::effect::writes,
         .about = mcp::subject::server,
         .description = "Stops a job between two steps. What is done stays; resume_job goes on or takes it back."},
        [s](args in, mcp::call& c) { return run(s, std::move(in), c); }
    );
}

} // namespace basekeeper::jobs::tools
