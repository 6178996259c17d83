// The rules that mcp::policy has for instances, for jobs: a job is known only when it has been read.
#include "features/jobs/tools/reach.hpp"

#include "base/text.hpp"
#include "mcp/reach.hpp"

#include <fmt/format.h>

namespace basekeeper::jobs::tools {

bool reaches(const services& s, const mcp::call& c, mcp::effect what, std::string_view instance)
{
    return mcp::reaches(c, {.group = group_name, .pinned = s.pinned}, what, instance);
}

io::task<result<view>> find(services s, std::string id, mcp::effect what, mcp::call& c)
{
    auto found = CO_TRY(co_await s.of.get(id));
    if (!reaches(s, c, mcp::effect::reads, found.record.instance))
        co_return fail(
            condition::not_found, fmt::format("there is no job `{}`", utf8_prefix(id, 64)), "run `basekeeper jobs list`"
        );
    CO_TRY(mcp::require_reach(c, {.group = group_name, .pinned = s.pinned}, what, found.record.instance));
    co_return found;
}

} // namespace basekeeper::jobs::tools
