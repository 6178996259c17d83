// Beginning a deployment and telling how it went, for every tool that makes a stack.
#pragma once

#include "features/deploy/tools/changing.hpp"

namespace basekeeper::deploy::tools {

/// `review` of a dry run, `job` of a deployment.
struct deployment_result
{
    std::optional<deployment_review> review;
    std::optional<jobs::report> job;
    std::string url;
    std::string next;

    static constexpr auto fields = std::tuple{
        json::optional("review", &deployment_result::review),
        json::optional("job", &deployment_result::job),
        json::optional("url", &deployment_result::url),
        json::required("next", &deployment_result::next),
    };
};

/// Shows what it would be, or begins it and follows it. A deployment that fails stays as it is, to be resumed or taken
/// back: its containers say why.
io::task<result<deployment_result>> deploy_stack(services s, stack_request what, manner how, mcp::call& c);

/// The rest of it, for a job that was begun already.
io::task<result<deployment_result>> follow_deployment(services s, jobs::view begun, std::string url, mcp::call& c);

} // namespace basekeeper::deploy::tools
