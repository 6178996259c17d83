// The job says everything; here is the next step.
#include "features/deploy/tools/deploying.hpp"

#include "features/jobs/tools/following.hpp"

#include <fmt/format.h>

namespace basekeeper::deploy::tools {

io::task<result<deployment_result>> deploy_stack(services s, stack_request what, manner how, mcp::call& c)
{
    deployment_result out;
    if (how == manner::dry_run) {
        out.review = CO_TRY(co_await s.of.review(std::move(what), c.deadline()));
        out.url = out.review->url;
        out.next = "nothing was made: repeat it without dry_run";
        co_return out;
    }
    const auto name = what.name;
    out.url = "https://" + what.domain;
    const auto begun = CO_TRY(co_await s.of.deploy(std::move(what), c.who().id, c.deadline()));
    const auto end =
        CO_TRY(co_await jobs::tools::follow_in_call(s.of.jobs(), begun.record.id, c, jobs::tools::outcome::failure));
    out.job = jobs::report_of(end);
    out.next = end.worked_on
                   ? fmt::format("it goes on: get_job {}", end.record.id)
                   : fmt::format(
                         "\"{}\" is now an instance: its keys are in Dokploy under Environment; try execute_sql", name
                     );
    co_return out;
}

} // namespace basekeeper::deploy::tools
