// dokploy_list_instances: the Supabase stacks on all configured Dokploy servers.
#include "features/deploy/tools/changing.hpp"
#include "mcp/reach.hpp"

#include <algorithm>

namespace basekeeper::deploy::tools {
namespace {

struct args
{
    std::string server;

    static constexpr auto fields = std::tuple{
        json::optional("server", &args::server, "Only this Dokploy server."),
    };
};

io::task<result<untold<stack_list>>> run(services s, args in, mcp::call& c)
{
    auto out = CO_TRY(co_await s.of.list(std::move(in.server), c.deadline()));
    std::erase_if(out.stacks, [&](const listed_stack& one) {
        return !mcp::reaches(c, {.group = group_name, .pinned = s.pinned}, mcp::effect::reads, one.name);
    });
    c.tally().rows = out.stacks.size();
    co_return untold<stack_list>{std::move(out)};
}

} // namespace

mcp::tool dokploy_list_instances(services s)
{
    return mcp::make_tool<args, untold<stack_list>>(
        {.name = "dokploy_list_instances",
         .group = std::string(group_name),
         .about = mcp::subject::server,
         .description = "Lists the Supabase stacks on the Dokploy servers: URL, status, health."},
        [s](args in, mcp::call& c) { return run(s, std::move(in), c); }
    );
}

} // namespace basekeeper::deploy::tools
