// dokploy_regenerate_keys: new API keys for a stack, put back when it works worse with them.
#include "features/deploy/tools/changing.hpp"

#include <fmt/format.h>

namespace basekeeper::deploy::tools {
namespace {

struct args
{
    std::string name;
    std::string server;
    jwt_secret secret = jwt_secret::renewed;
    bool dry_run = false;

    static constexpr auto fields = std::tuple{
        json::required("name", &args::name, "The stack.", {1, 200}),
        json::optional("server", &args::server),
        json::optional("jwt_secret", &args::secret, "kept: users stay logged in; not after a leak."),
        json::optional("dry_run", &args::dry_run, "Show what would change."),
    };
};

mcp::plan plan_of(const args& in)
{
    if (in.dry_run)
        return {mcp::effect::reads};
    return {
        mcp::effect::destroys,
        fmt::format(
            "makes new API keys for \"{}\": applications must be given the new ones{}; its services restart",
            in.name,
            in.secret == jwt_secret::renewed ? ", and all users are logged out" : ""
        )
    };
}

io::task<result<proposed_change>> propose(services s, const args& in, mcp::call& c)
{
    CO_TRY(check_reach(s, c, plan_of(in).does, in.name));
    co_return co_await s.of.propose_keys({in.server, in.name}, in.secret, c.deadline());
}

io::task<result<>> look_first(services s, const args& in, mcp::call& c)
{
    CO_TRY(co_await propose(s, in, c));
    co_return result<>{};
}

io::task<result<untold<change_result>>> run(services s, args in, mcp::call& c)
{
    auto what = CO_TRY(co_await propose(s, in, c));
    co_return co_await carry_out(s, std::move(what), in.dry_run ? manner::dry_run : manner::apply, c);
}

} // namespace

mcp::tool dokploy_regenerate_keys(services s)
{
    return mcp::make_tool<args, untold<change_result>>(
        {.name = "dokploy_regenerate_keys",
         .group = std::string(group_name),
         .worst = mcp::effect::destroys,
         .about = mcp::subject::server,
         .description = "Makes new API keys for a stack, proves that it works, else puts the old ones back.",
         .as_task = mcp::task_support::optional},
        [s](args in, mcp::call& c) { return run(s, std::move(in), c); },
        mcp::tool_hooks<args>{
            .assess = [](const args& in) { return plan_of(in); },
            .rehearse = [s](const args& in, mcp::call& c) { return look_first(s, in, c); },
        }
    );
}

} // namespace basekeeper::deploy::tools
