// What the tools that change a stack have in common: shown first, begun as a job, followed within the call.
#pragma once

#include "features/deploy/tools/tools.hpp"
#include "jobs/report.hpp"
#include "mcp/call.hpp"

#include <optional>
#include <string>
#include <vector>

namespace basekeeper::deploy::tools {

/// What a change does, or did. `job` is left out of a dry run.
struct change_result
{
    std::vector<difference> differences;
    std::vector<std::string> restarts;      ///< services whose containers are made anew or restarted
    std::vector<std::string> also_deployed; ///< variables that were changed in Dokploy and never deployed
    std::optional<jobs::report> job;
    std::string next;

    static constexpr auto fields = std::tuple{
        json::required("differences", &change_result::differences),
        json::required("restarts", &change_result::restarts),
        json::required("also_deployed", &change_result::also_deployed),
        json::optional("job", &change_result::job),
        json::required("next", &change_result::next),
    };
};

/// Its members are told in docs/dokploy.md and not in the list of tools.
template <class T>
struct untold
{
    T value;

    static boost::json::object json_schema() { return {{"type", "object"}}; }

    void write_json(std::string& out) const { json::encode(out, value); }
};

/// Whether a change is made or only shown.
enum class manner
{
    apply,
    dry_run
};

/// Shows the change, or begins it as a job and follows that. A change that fails is taken back by its job, so that the
/// stack is as it was; then this fails with why.
io::task<result<untold<change_result>>> carry_out(services s, proposed_change what, manner how, mcp::call& c);

/// How a tool with the argument `dry_run` thinks out its change; both as in mcp::tool_hooks, free functions.
template <class Args>
struct change_thoughts
{
    mcp::plan (*assess)(const Args&);
    io::task<result<proposed_change>> (*propose)(services, const Args&, mcp::call&); ///< also checks who may
};

template <class Args>
io::task<result<>> think_first(services s, change_thoughts<Args> how, const Args& in, mcp::call& c)
{
    CO_TRY(co_await how.propose(s, in, c));
    co_return result<>{};
}

template <class Args>
io::task<result<untold<change_result>>> think_and_change(services s, change_thoughts<Args> how, Args in, mcp::call& c)
{
    auto what = CO_TRY(co_await how.propose(s, in, c));
    co_return co_await carry_out(s, std::move(what), in.dry_run ? manner::dry_run : manner::apply, c);
}

/// A tool whose every call is one change of a stack: thought out before anybody is asked, shown or made.
template <class Args>
mcp::tool make_change_tool(std::string name, std::string description, services s, change_thoughts<Args> how)
{
    return mcp::make_tool<Args, untold<change_result>>(
        {.name = std::move(name),
         .group = std::string(group_name),
         .worst = mcp::effect::destroys,
         .about = mcp::subject::server,
         .description = std::move(description),
         .as_task = mcp::task_support::optional},
        [s, how](Args in, mcp::call& c) { return think_and_change(s, how, std::move(in), c); },
        mcp::tool_hooks<Args>{
            .assess = how.assess,
            .rehearse = [s, how](const Args& in, mcp::call& c) { return think_first(s, how, in, c); },
        }
    );
}

/// Fails with denied when the caller may not do this to the stack of that name.
result<> check_reach(const services& s, mcp::call& c, mcp::effect what, std::string_view name);

/// The last part of `PROJECT/ENVIRONMENT/NAME`: the name of the instance.
std::string_view instance_of(std::string_view name);

} // namespace basekeeper::deploy::tools
