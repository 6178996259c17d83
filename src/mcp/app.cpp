// Pages as resources.
#include "mcp/app.hpp"

namespace basekeeper::mcp {
namespace {

/// No domains at all: the host's policy for the frame then lets nothing in or out.
constexpr std::string_view closed_page =
    R"({"csp":{"connectDomains":[],"resourceDomains":[],"frameDomains":[],"baseUriDomains":[]},"prefersBorder":true})";

io::task<result<resource_body>> read(std::string_view html)
{
    co_return resource_body{.text = std::string(html)};
}

} // namespace

resource make_app(app_description about, std::string_view html)
{
    return {
        .uri = std::move(about.uri),
        .name = std::move(about.name),
        .title = std::move(about.title),
        .description = std::move(about.description),
        .mime_type = std::string(app_mime_type),
        .group = std::move(about.group),
        .words = origin::ours,
        .read = [html](template_variables, call&) { return read(html); },
        .complete = {},
        .ui = std::string(closed_page),
    };
}

} // namespace basekeeper::mcp
