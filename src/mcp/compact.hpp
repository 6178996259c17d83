// Compact mode: three tools in the place of all, for models that should not have to read the whole list.
#pragma once

#include "mcp/policy.hpp"
#include "mcp/registry.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string_view>

namespace basekeeper::mcp {

/// What `tools/list` shows.
enum class tool_display
{
    full,
    compact ///< `search_tools`, `describe_tool` and `call_tool`; the others are found and called through them
};

/// The three tools. They belong to no group: everybody may search, and sees what they may call. `all` and `rules` must
/// outlive the registry.
registry compact_tools(const registry& all, const policy& rules);

/// A call that was wrapped into `call_tool`.
struct unwrapped_call
{
    const tool* what = nullptr;
    boost::json::object arguments;
};

/// Takes the inner call out of the arguments of `call_tool`, leaving them unusable. From there on it is a call of that
/// tool like any other, under the same rules and in the audit trail under its own name. Nothing, with the arguments
/// left as they are, when they name no tool or are malformed: then `call_tool` itself, when run, says what is wrong.
std::optional<unwrapped_call> unwrap_call(const registry& all, boost::json::object& arguments);

/// The name of the tool that wraps the others.
inline constexpr std::string_view wrapping_tool = "call_tool";

} // namespace basekeeper::mcp
