// dokploy_rollback: earlier configurations of a stack: listed, compared, put back.
#include "features/deploy/tools/changing.hpp"

#include <fmt/format.h>

namespace basekeeper::deploy::tools {
namespace {

enum class action
{
    list,
    compare,
    restore
};
BOOST_DESCRIBE_ENUM(action, list, compare, restore)

struct args
{
    std::string name;
    std::string server;
    action what = action::list;
    std::string id;
    bool dry_run = false;

    static constexpr auto fields = std::tuple{
        json::required("name", &args::name, "The stack.", {1, 200}),
        json::optional("server", &args::server),
        json::optional("action", &args::what),
        json::optional("id", &args::id, "Of the list; without one the newest that differs.", {0, 64}),
        json::optional("dry_run", &args::dry_run),
    };
};

struct rollback_result
{
    std::optional<std::vector<kept_setup>> configurations;
    std::optional<std::vector<difference>> differences;
    std::optional<change_result> restored;

    static constexpr auto fields = std::tuple{
        json::optional("configurations", &rollback_result::configurations),
        json::optional("differences", &rollback_result::differences),
        json::optional("restored", &rollback_result::restored),
    };
};

mcp::plan plan_of(const args& in)
{
    if (in.dry_run || in.what != action::restore)
        return {mcp::effect::reads};
    return {
        mcp::effect::destroys,
        fmt::format(
            "replaces the configuration of \"{}\" by {}; the one of now is kept, its services restart",
            in.name,
            in.id.empty() ? std::string("the one before") : in.id
        )
    };
}

io::task<result<>> look_first(services s, const args& in, mcp::call& c)
{
    CO_TRY(check_reach(s, c, plan_of(in).does, in.name));
    if (in.what == action::restore)
        CO_TRY(co_await s.of.propose_rollback({in.server, in.name}, in.id, c.deadline()));
    co_return result<>{};
}

io::task<result<untold<rollback_result>>> run(services s, args in, mcp::call& c)
{
    CO_TRY(check_reach(s, c, plan_of(in).does, in.name));
    const stack_name which{in.server, in.name};
    rollback_result out;
    switch (in.what) {
    case action::list:
        out.configurations = CO_TRY(co_await s.of.kept(which, c.deadline()));
        c.tally().rows = out.configurations->size();
        break;
    case action::compare:
        out.differences = CO_TRY(co_await s.of.propose_rollback(which, in.id, c.deadline())).differences;
        break;
    case action::restore:
        auto what = CO_TRY(co_await s.of.propose_rollback(which, in.id, c.deadline()));
        const auto how = in.dry_run ? manner::dry_run : manner::apply;
        out.restored = CO_TRY(co_await carry_out(s, std::move(what), how, c)).value;
        break;
    }
    co_return untold<rollback_result>{std::move(out)};
}

} // namespace

mcp::tool dokploy_rollback(services s)
{
    return mcp::make_tool<args, untold<rollback_result>>(
        {.name = "dokploy_rollback",
         .group = std::string(group_name),
         .worst = mcp::effect::destroys,
         .about = mcp::subject::server,
         .description = "Lists earlier configurations of a stack, compares one with what is there, or restores it.",
         .as_task = mcp::task_support::optional},
        [s](args in, mcp::call& c) { return run(s, std::move(in), c); },
        mcp::tool_hooks<args>{
            .assess = [](const args& in) { return plan_of(in); },
            .rehearse = [s](const args& in, mcp::call& c) { return look_first(s, in, c); },
        }
    );
}

} // namespace basekeeper::deploy::tools
