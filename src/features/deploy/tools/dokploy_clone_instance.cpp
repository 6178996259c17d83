// dokploy_clone_instance: a second stack like one that is there, with secrets of its own.
#include "features/deploy/tools/deploying.hpp"

#include <fmt/format.h>

namespace basekeeper::deploy::tools {
namespace {

struct args
{
    std::string name;
    std::string server;
    std::string new_name;
    std::string domain;
    std::string project;
    std::string environment;
    bool dry_run = false;

    static constexpr auto fields = std::tuple{
        json::required("name", &args::name, "The stack to be like.", {1, 200}),
        json::required("new_name", &args::new_name, "", {1, 200}),
        json::required("domain", &args::domain, "Of the new one.", {1, 253}),
        json::optional("server", &args::server),
        json::optional("project", &args::project),
        json::optional("environment", &args::environment),
        json::optional("dry_run", &args::dry_run),
    };
};

mcp::plan plan_of(const args& in)
{
    return {
        in.dry_run ? mcp::effect::reads : mcp::effect::writes,
        fmt::format("makes a Supabase \"{}\" at https://{} like \"{}\"", in.new_name, in.domain, in.name)
    };
}

io::task<result<untold<deployment_result>>> run(services s, args in, mcp::call& c)
{
    CO_TRY(check_reach(s, c, mcp::effect::reads, in.name));
    CO_TRY(check_reach(s, c, plan_of(in).does, in.new_name));
    auto what = CO_TRY(co_await s.of.like({in.server, in.name}, in.new_name, in.domain, c.deadline()));
    what.project = in.project;
    what.environment = in.environment;
    auto out = CO_TRY(co_await deploy_stack(s, std::move(what), in.dry_run ? manner::dry_run : manner::apply, c));
    co_return untold<deployment_result>{std::move(out)};
}

} // namespace

mcp::tool dokploy_clone_instance(services s)
{
    return mcp::make_tool<args, untold<deployment_result>>(
        {.name = "dokploy_clone_instance",
         .group = std::string(group_name),
         .worst = mcp::effect::writes,
         .about = mcp::subject::server,
         .description =
             "Deploys a copy of a stack as it is configured, with domain and secrets of its own and an empty "
             "database.",
         .as_task = mcp::task_support::preferred},
        [s](args in, mcp::call& c) { return run(s, std::move(in), c); },
        mcp::tool_hooks<args>{.assess = [](const args& in) { return plan_of(in); }}
    );
}

} // namespace basekeeper::deploy::tools
