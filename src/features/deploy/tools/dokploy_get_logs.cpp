// dokploy_get_logs: the logs of all services of a stack as one, in the order of time.
#include "features/deploy/tools/changing.hpp"

#include <fmt/format.h>

namespace basekeeper::deploy::tools {
namespace {

struct args
{
    std::string name;
    std::string server;
    std::vector<std::string> services;
    log_level level = log_level::debug;
    std::string since;
    std::string until;
    std::string contains;
    std::uint32_t limit = 200;

    static constexpr auto fields = std::tuple{
        json::required("name", &args::name, "The stack.", {1, 200}),
        json::optional("server", &args::server),
        json::optional("services", &args::services, "Such as auth; empty: all.", {0, 50}),
        json::optional("level", &args::level, "The least."),
        json::optional("since", &args::since, "RFC 3339, or back from now as 15m.", {0, 40}),
        json::optional("until", &args::until, "", {0, 40}),
        json::optional("contains", &args::contains, "", {0, 200}),
        json::optional("limit", &args::limit, "The newest lines.", {1, 5000}),
    };
};

io::task<result<untold<log_page>>> run(services s, args in, mcp::call& c)
{
    CO_TRY(check_reach(s, c, mcp::effect::reads, in.name));
    const auto now = s.time.wall();
    log_question what{
        .which =
            {.services = std::move(in.services),
             .least = in.level,
             .since = CO_TRY(moment(in.since, "since", now)),
             .until = CO_TRY(moment(in.until, "until", now)),
             .contains = std::move(in.contains)},
        .newest = in.limit,
        .most_bytes = s.result_bytes / 2
    };
    auto out = CO_TRY(co_await s.of.logs({in.server, in.name}, std::move(what), c.deadline()));
    c.tally() = {.rows = out.lines.size(), .truncated = out.older_left};
    co_return untold<log_page>{std::move(out)};
}

} // namespace

mcp::tool dokploy_get_logs(services s)
{
    return mcp::make_tool<args, untold<log_page>>(
        {.name = "dokploy_get_logs",
         .group = std::string(group_name),
         .about = mcp::subject::server,
         .description = "The newest log lines of all services of a stack in the order of time, filtered."},
        [s](args in, mcp::call& c) { return run(s, std::move(in), c); }
    );
}

} // namespace basekeeper::deploy::tools
