// dokploy_update_env: variables of a stack set, made anew, removed, and defects mended.
#include "features/deploy/tools/changing.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace basekeeper::deploy::tools {
namespace {

struct args
{
    std::string name;
    std::string server;
    bool dry_run = false;

    std::vector<std::string> set;
    std::vector<std::string> generate;
    std::vector<std::string> remove;
    std::vector<std::string> mend;

    static constexpr auto fields = std::tuple{
        json::required("name", &args::name, "The stack.", {1, 200}),
        json::optional("server", &args::server),
        json::optional("set", &args::set, "NAME=VALUE each.", {0, 200}),
        json::optional("generate", &args::generate, "Secrets to be made anew, by name.", {0, 50}),
        json::optional("remove", &args::remove, "Names.", {0, 200}),
        json::optional("mend", &args::mend, "Ids of findings of dokploy_validate_config.", {0, 50}),
        json::optional("dry_run", &args::dry_run, "Show what would change."),
    };
};

std::vector<std::string_view> names_in(const args& in)
{
    std::vector<std::string_view> out;
    out.reserve(in.set.size() + in.generate.size() + in.remove.size() + in.mend.size());
    for (const auto& one : in.set)
        out.push_back(std::string_view(one).substr(0, one.find('=')));
    for (const auto* list : {&in.generate, &in.remove, &in.mend})
        out.insert(out.end(), list->begin(), list->end());
    return out;
}

mcp::plan plan_of(const args& in)
{
    if (in.dry_run)
        return {mcp::effect::reads};
    return {
        mcp::effect::destroys,
        fmt::format(
            "changes {} of \"{}\" and restarts the services that use them; what is there now is kept",
            fmt::join(names_in(in), ", "),
            in.name
        )
    };
}

io::task<result<proposed_change>> propose(services s, const args& in, mcp::call& c)
{
    CO_TRY(check_reach(s, c, plan_of(in).does, in.name));
    if (in.set.empty() && in.generate.empty() && in.remove.empty() && in.mend.empty())
        co_return fail(
            condition::invalid_argument,
            "nothing is to be changed: set, generate, remove and mend are empty",
            "give one of them, such as set=[\"SITE_URL=https://shop.example.com\"]"
        );
    co_return co_await s.of.propose_variables(
        {in.server, in.name},
        {.set = in.set, .generate = in.generate, .remove = in.remove, .mend = in.mend},
        c.deadline()
    );
}

} // namespace

mcp::tool dokploy_update_env(services s)
{
    return make_change_tool<args>(
        "dokploy_update_env",
        "Changes variables of a stack or mends findings: restarts what needs it, proves that nothing "
        "is worse, else puts it back.",
        s,
        {.assess = plan_of, .propose = propose}
    );
}

} // namespace basekeeper::deploy::tools
