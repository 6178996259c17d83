// dokploy_deploy_supabase: a new stack with all answers at once, without questions.
#include "features/deploy/tools/deploying.hpp"
#include "features/deploy/tools/requests.hpp"

#include <fmt/format.h>

namespace basekeeper::deploy::tools {
namespace {

struct args : stack_arguments
{
    bool dry_run = false;

    static constexpr auto fields =
        std::tuple_cat(stack_fields<args>(), std::tuple{json::optional("dry_run", &args::dry_run)});
};

mcp::plan plan_of(const args& in)
{
    return {
        in.dry_run ? mcp::effect::reads : mcp::effect::writes,
        fmt::format("makes a Supabase \"{}\" at https://{}", in.name, in.domain)
    };
}

io::task<result<>> look_first(services s, const args& in, mcp::call& c)
{
    CO_TRY(check_reach(s, c, plan_of(in).does, in.name));
    CO_TRY(request_of(s, in));
    co_return result<>{};
}

io::task<result<untold<deployment_result>>> run(services s, args in, mcp::call& c)
{
    CO_TRY(co_await look_first(s, in, c));
    auto what = CO_TRY(request_of(s, in));
    auto out = CO_TRY(co_await deploy_stack(s, std::move(what), in.dry_run ? manner::dry_run : manner::apply, c));
    co_return untold<deployment_result>{std::move(out)};
}

} // namespace

mcp::tool dokploy_deploy_supabase(services s)
{
    return mcp::make_tool<args, untold<deployment_result>>(
        {.name = "dokploy_deploy_supabase",
         .group = std::string(group_name),
         .worst = mcp::effect::writes,
         .about = mcp::subject::server,
         .description = "Deploys a new Supabase on Dokploy with own secrets, domain and certificate, and proves that "
                        "it works. A job: it can be resumed or taken back.",
         .as_task = mcp::task_support::preferred},
        [s](args in, mcp::call& c) { return run(s, std::move(in), c); },
        mcp::tool_hooks<args>{
            .assess = [](const args& in) { return plan_of(in); },
            .rehearse = [s](const args& in, mcp::call& c) { return look_first(s, in, c); },
        }
    );
}

} // namespace basekeeper::deploy::tools
