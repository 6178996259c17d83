// The rules that mcp::policy has for instances, for jobs: a job is known only when it has been read.
#include "features/jobs/tools/reach.hpp"

#include "base/text.hpp"
#include "mcp/policy.hpp"

#include <fmt/format.h>

namespace basekeeper::jobs::tools {

bool reaches(const services& s, const mcp::call& c, mcp::effect what, std::string_view instance)
{
    const auto& only = s.pinned.empty() ? c.sees().instance : s.pinned;
    if (!only.empty() && instance != only)
        return false;
    const auto& rights = c.who().rights;
    return !rights || rights->allows(group_name, what, instance.empty() ? mcp::every_instance : instance);
}

io::task<result<view>> find(services s, std::string id, mcp::effect what, mcp::call& c)
{
    auto found = CO_TRY(co_await s.of.get(id));
    if (!reaches(s, c, mcp::effect::reads, found.record.instance))
        co_return fail(
            condition::not_found, fmt::format("there is no job `{}`", utf8_prefix(id, 64)), "run `basekeeper jobs list`"
        );
    c.select_instance(found.record.instance);
    if (reaches(s, c, what, found.record.instance))
        co_return found;
    auto scope = mcp::scope_name(group_name, what);
    auto message = found.record.instance.empty()
                       ? fmt::format("this needs the scope {} on all instances", scope)
                       : fmt::format("this needs the scope {} on instance \"{}\"", scope, found.record.instance);
    c.lacks_scope(std::move(scope));
    co_return fail(condition::denied, std::move(message), "use a credential that was granted it");
}

} // namespace basekeeper::jobs::tools
