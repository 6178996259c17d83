// Which jobs a caller may see and change: by the instance that each is about.
#pragma once

#include "features/jobs/tools/tools.hpp"
#include "mcp/call.hpp"

#include <string_view>

namespace basekeeper::jobs::tools {

inline constexpr std::string_view group_name = "jobs";

/// True when the caller's limits and rights let them do this to a job of that instance; empty: of none.
bool reaches(const services& s, const mcp::call& c, mcp::effect what, std::string_view instance);

/// The job, if the caller may do this to it. not_found as for one that does not exist when they may not even see it,
/// denied when they may only see it. The audit trail then names its instance.
io::task<result<view>> find(services s, std::string id, mcp::effect what, mcp::call& c);

} // namespace basekeeper::jobs::tools
