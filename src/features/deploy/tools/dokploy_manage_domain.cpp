// dokploy_manage_domain: the domains of a stack; https and the public URLs stay in step.
#include "features/deploy/tools/changing.hpp"

#include <fmt/format.h>

namespace basekeeper::deploy::tools {
namespace {

enum class action
{
    list,
    set,
    remove
};
BOOST_DESCRIBE_ENUM(action, list, set, remove)

struct args
{
    std::string name;
    std::string server;
    action what = action::list;
    std::string host;
    std::string service;
    std::uint16_t port = 0;
    bool dry_run = false;

    static constexpr auto fields = std::tuple{
        json::required("name", &args::name, "The stack.", {1, 200}),
        json::optional("server", &args::server),
        json::optional("action", &args::what),
        json::optional("host", &args::host, "Such as db.example.com.", {0, 253}),
        json::optional("service", &args::service, "Default: the gateway.", {0, 63}),
        json::optional("port", &args::port, "Of the service; default 8000."),
        json::optional("dry_run", &args::dry_run),
    };
};

struct domain_result
{
    std::optional<std::vector<reported_domain>> domains;
    std::optional<change_result> changed;

    static constexpr auto fields = std::tuple{
        json::optional("domains", &domain_result::domains),
        json::optional("changed", &domain_result::changed),
    };
};

mcp::plan plan_of(const args& in)
{
    if (in.dry_run || in.what == action::list)
        return {mcp::effect::reads};
    return {
        mcp::effect::destroys,
        in.what == action::set
            ? fmt::format("lets \"{}\" answer at https://{} and restarts its services", in.name, in.host)
            : fmt::format("takes the domain {} from \"{}\"", in.host, in.name)
    };
}

io::task<result<proposed_change>> propose(services s, const args& in, mcp::call& c)
{
    if (in.host.empty())
        co_return fail(condition::invalid_argument, "host: it is missing", "give the domain, such as db.example.com");
    if (in.what == action::remove)
        co_return co_await s.of.propose_domain_removal({in.server, in.name}, in.host, c.deadline());
    co_return co_await s.of.propose_domain(
        {in.server, in.name}, {.host = in.host, .service = in.service, .port = in.port}, c.deadline()
    );
}

io::task<result<>> look_first(services s, const args& in, mcp::call& c)
{
    CO_TRY(check_reach(s, c, plan_of(in).does, in.name));
    if (in.what != action::list)
        CO_TRY(co_await propose(s, in, c));
    co_return result<>{};
}

io::task<result<untold<domain_result>>> run(services s, args in, mcp::call& c)
{
    CO_TRY(check_reach(s, c, plan_of(in).does, in.name));
    domain_result out;
    if (in.what == action::list)
        out.domains = CO_TRY(co_await s.of.domains({in.server, in.name}, c.deadline()));
    else {
        auto what = CO_TRY(co_await propose(s, in, c));
        const auto how = in.dry_run ? manner::dry_run : manner::apply;
        out.changed = CO_TRY(co_await carry_out(s, std::move(what), how, c)).value;
    }
    co_return untold<domain_result>{std::move(out)};
}

} // namespace

mcp::tool dokploy_manage_domain(services s)
{
    return mcp::make_tool<args, untold<domain_result>>(
        {.name = "dokploy_manage_domain",
         .group = std::string(group_name),
         .worst = mcp::effect::destroys,
         .about = mcp::subject::server,
         .description = "Lists the domains of a stack, gives it one (https, certificate and public URLs in step), or "
                        "takes one away.",
         .as_task = mcp::task_support::optional},
        [s](args in, mcp::call& c) { return run(s, std::move(in), c); },
        mcp::tool_hooks<args>{
            .assess = [](const args& in) { return plan_of(in); },
            .rehearse = [s](const args& in, mcp::call& c) { return look_first(s, in, c); },
        }
    );
}

} // namespace basekeeper::deploy::tools
