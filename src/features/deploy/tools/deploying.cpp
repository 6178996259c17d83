// The job says everything; here is the next step.
#include "features/deploy/tools/deploying.hpp"

#include "features/jobs/tools/following.hpp"

#include <fmt/format.h>

namespace basekeeper::deploy::tools {

io::task<result<deployment_result>> deploy_stack(services s, stack_request what, manner how, mcp::call& c)
{
    auto url = "https://" + what.domain;
    if (how == manner::dry_run) {
        deployment_result out;
        out.review = CO_TRY(co_await s.of.review(std::move(what), c.deadline()));
        out.url = out.review->url;
        out.next = "nothing was made: repeat it without dry_run";
        co_return out;
    }
    auto begun = CO_TRY(co_await s.of.deploy(std::move(what), c.who().id, c.deadline()));
    co_return co_await follow_deployment(s, std::move(begun), std::move(url), c);
}

io::task<result<deployment_result>> follow_deployment(services s, jobs::view begun, std::string url, mcp::call& c)
{
    const auto end =
        CO_TRY(co_await jobs::tools::follow_in_call(s.of.jobs(), begun.record.id, c, jobs::tools::outcome::failure));
    deployment_result out{.job = jobs::report_of(end), .url = std::move(url)};
    out.next = end.worked_on ? fmt::format("it goes on: get_job {}", end.record.id)
                             : fmt::format(
                                   "\"{}\" is now an instance: its keys are in Dokploy under Environment; try "
                                   "execute_sql",
                                   begun.record.instance
                               );
    co_return out;
}

} // namespace basekeeper::deploy::tools
