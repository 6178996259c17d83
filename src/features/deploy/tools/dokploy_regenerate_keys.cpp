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

} // namespace

mcp::tool dokploy_regenerate_keys(services s)
{
    return make_change_tool<args>(
        "dokploy_regenerate_keys",
        "Makes new API keys for a stack, proves that it works, else puts the old ones back.",
        s,
        {.assess = plan_of, .propose = propose}
    );
}

} // namespace basekeeper::deploy::tools
