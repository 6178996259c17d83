// dokploy_validate_config: what is wrong with a stack, each finding with the command that mends it.
#include "features/deploy/tools/changing.hpp"

namespace basekeeper::deploy::tools {
namespace {

enum class look
{
    everything,
    configuration
};
BOOST_DESCRIBE_ENUM(look, everything, configuration)

struct args
{
    std::string name;
    std::string server;
    look at = look::everything;

    static constexpr auto fields = std::tuple{
        json::required("name", &args::name, "The stack.", {1, 200}),
        json::optional("server", &args::server),
        json::optional("look_at", &args::at, "configuration: do not ask the running stack."),
    };
};

io::task<result<untold<validation>>> run(services s, args in, mcp::call& c)
{
    CO_TRY(check_reach(s, c, mcp::effect::reads, in.name));
    const auto how = in.at == look::everything ? looks::at_everything : looks::at_configuration;
    auto out = CO_TRY(co_await s.of.validate({in.server, in.name}, how, c.deadline()));
    CO_TRY(check_reach(s, c, mcp::effect::reads, out.name));
    c.tally().rows = out.findings.size();
    co_return untold<validation>{std::move(out)};
}

} // namespace

mcp::tool dokploy_validate_config(services s)
{
    return mcp::make_tool<args, untold<validation>>(
        {.name = "dokploy_validate_config",
         .group = std::string(group_name),
         .about = mcp::subject::server,
         .description = "Finds what is wrong with a stack on Dokploy: keys, URLs, variables, mail, containers, and "
                        "whether each service answers; with the command that mends it."},
        [s](args in, mcp::call& c) { return run(s, std::move(in), c); }
    );
}

} // namespace basekeeper::deploy::tools
