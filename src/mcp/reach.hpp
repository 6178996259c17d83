// Which instances a call may touch, for tools that learn only from their arguments which one it is about.
#pragma once

#include "base/result.hpp"
#include "mcp/call.hpp"

#include <string_view>

namespace basekeeper::mcp {

/// What decides besides the caller.
struct reach
{
    std::string_view group;    ///< of the tool
    std::string_view pinned{}; ///< the only instance of this server; empty: any
};

/// True when the caller's limits and rights let them do this; `instance` empty: to what is of no instance.
bool reaches(const call& c, const reach& of, effect what, std::string_view instance);

/// Fails with denied, naming the scope, when they do not. The audit trail then names the instance.
result<> require_reach(call& c, const reach& of, effect what, std::string_view instance);

} // namespace basekeeper::mcp
