// A change that fails leaves nothing behind.
#include "features/deploy/tools/changing.hpp"

#include "features/jobs/tools/following.hpp"
#include "mcp/reach.hpp"

#include <fmt/format.h>

namespace basekeeper::deploy::tools {
namespace {

change_result shown(const proposed_change& what)
{
    change_result out{
        .differences = what.differences, .restarts = what.touches.by_deployment, .also_deployed = what.also_deployed
    };
    out.restarts.insert(out.restarts.end(), what.touches.by_restart.begin(), what.touches.by_restart.end());
    return out;
}

} // namespace

std::string_view instance_of(std::string_view name)
{
    const auto slash = name.rfind('/');
    return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

result<> check_reach(const services& s, mcp::call& c, mcp::effect what, std::string_view name)
{
    return mcp::require_reach(c, {.group = group_name, .pinned = s.pinned}, what, instance_of(name));
}

io::task<result<untold<change_result>>> carry_out(services s, proposed_change what, manner how, mcp::call& c)
{
    // An id or a part of a path may have named a stack that is called otherwise.
    CO_TRY(check_reach(s, c, how == manner::dry_run ? mcp::effect::reads : mcp::effect::destroys, what.what.name));
    auto out = shown(what);
    if (how == manner::dry_run) {
        out.next = "nothing was changed: repeat it without dry_run";
        co_return untold<change_result>{std::move(out)};
    }
    const auto name = what.what.name;
    const auto begun = CO_TRY(co_await s.of.begin(std::move(what.what), c.who().id));
    const auto id = begun.record.id;
    const auto end = CO_TRY(co_await jobs::tools::follow_in_call(s.of.jobs(), id, c, jobs::tools::outcome::failure));
    if (auto why = jobs::why_taken_back(end))
        co_return std::unexpected(*std::move(why));
    out.job = jobs::report_of(end);
    out.next = end.worked_on ? fmt::format("it goes on: get_job {}", id)
                             : fmt::format("done and proven; back to before with dokploy_rollback of {}", name);
    co_return untold<change_result>{std::move(out)};
}

} // namespace basekeeper::deploy::tools
