// dokploy_monitor_health: containers, resources and certificate of a stack; the last known state while Dokploy is away.
#include "features/deploy/tools/changing.hpp"

namespace basekeeper::deploy::tools {
namespace {

struct args
{
    std::string name;
    std::string server;

    static constexpr auto fields = std::tuple{
        json::required("name", &args::name, "The stack.", {1, 200}),
        json::optional("server", &args::server),
    };
};

io::task<result<untold<health_report>>> run(services s, args in, mcp::call& c)
{
    CO_TRY(check_reach(s, c, mcp::effect::reads, in.name));
    auto out = CO_TRY(co_await s.of.health({in.server, in.name}, c.deadline()));
    CO_TRY(check_reach(s, c, mcp::effect::reads, out.name));
    if (out.alert)
        c.client().log(
            mcp::log_level::alert, "dokploy", "a Dokploy server has not answered for more than five minutes"
        );
    co_return untold<health_report>{std::move(out)};
}

} // namespace

mcp::tool dokploy_monitor_health(services s)
{
    return mcp::make_tool<args, untold<health_report>>(
        {.name = "dokploy_monitor_health",
         .group = std::string(group_name),
         .about = mcp::subject::server,
         .description = "Containers of a stack and why one is not well, what they use, certificates; the last known "
                        "state while Dokploy is away."},
        [s](args in, mcp::call& c) { return run(s, std::move(in), c); }
    );
}

} // namespace basekeeper::deploy::tools
