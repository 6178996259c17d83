// Apps: pages that a host shows beside a conversation, with the results of tools in them (MCP Apps, 2026-01-26).
#pragma once

#include "mcp/registry.hpp"

#include <string>
#include <string_view>

namespace basekeeper::mcp {

/// The media type of such a page.
inline constexpr std::string_view app_mime_type = "text/html;profile=mcp-app";

/// What is published about a page.
struct app_description
{
    std::string uri; ///< `ui://basekeeper/…`, which tools name in tool_description::app
    std::string name;
    std::string title;
    std::string description;
    std::string group; ///< the feature group whose read scope it needs
};

/// The resource of a page that may reach no network, holds everything it needs, and asks for no permission.
/// @param html  UTF-8; must outlive the registry, as a literal does
resource make_app(app_description about, std::string_view html);

} // namespace basekeeper::mcp
