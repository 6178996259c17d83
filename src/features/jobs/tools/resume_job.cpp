// resume_job: goes on with a job that stopped, or takes back what it did; followed to its end.
#include "features/jobs/tools/following.hpp"
#include "features/jobs/tools/reach.hpp"

#include <fmt/format.h>

namespace basekeeper::jobs::tools {
namespace {

enum class way
{
    forward,
    undo
};
BOOST_DESCRIBE_ENUM(way, forward, undo)

struct args
{
    std::string id;
    way direction = way::forward;

    static constexpr auto fields = std::tuple{
        json::required("id", &args::id, "", {1, 32}),
        json::optional("direction", &args::direction, "undo takes back what its steps did."),
    };
};

mcp::effect effect_of(const args& in)
{
    return in.direction == way::undo ? mcp::effect::destroys : mcp::effect::writes;
}

mcp::plan plan_of(const args& in)
{
    return {
        effect_of(in),
        in.direction == way::undo ? fmt::format("takes back everything that the steps of job {} made or changed", in.id)
                                  : fmt::format("goes on with job {}", in.id)
    };
}

/// Nobody is asked about a job that is over, or that somebody works on.
io::task<result<>> look_first(services s, const args& in, mcp::call& c)
{
    const auto job = CO_TRY(co_await find(s, in.id, effect_of(in), c));
    const bool nothing_to_do = in.direction == way::forward ? state::is_over(job.record.status)
                                                            : job.record.status == state::job_status::undone;
    if (job.worked_on || nothing_to_do)
        co_return fail(
            condition::conflict,
            fmt::format("the job {} is {}", in.id, job.worked_on ? "being worked on" : "over"),
            fmt::format("look at it with get_job, or `basekeeper jobs show {}`", in.id)
        );
    co_return result<>{};
}

io::task<result<job_output>> run(services s, args in, mcp::call& c)
{
    CO_TRY(co_await look_first(s, in, c));
    CO_TRY(co_await (in.direction == way::undo ? s.of.undo(in.id) : s.of.resume(in.id)));
    co_return job_output{report_of(CO_TRY(co_await follow_in_call(s.of, in.id, c, outcome::failure)))};
}

} // namespace

mcp::tool resume_job(services s)
{
    return mcp::make_tool<args, job_output>(
        {.name = "resume_job",
         .group = std::string(group_name),
         .worst = mcp::effect::destroys,
         .about = mcp::subject::server,
         .description = "Goes on with a failed, cancelled or interrupted job where it stopped, or takes it back.",
         .as_task = mcp::task_support::optional},
        [s](args in, mcp::call& c) { return run(s, std::move(in), c); },
        mcp::tool_hooks<args>{
            .assess = [](const args& in) { return plan_of(in); },
            .rehearse = [s](const args& in, mcp::call& c) { return look_first(s, in, c); },
        }
    );
}

} // namespace basekeeper::jobs::tools
