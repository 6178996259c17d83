// Building what sessions share.
#include "mcp/server.hpp"

#include "base/version.hpp"

namespace basekeeper::mcp {

server::server(
    const registry& offers,
    policy& rules,
    const instance_catalog& instances,
    const clock& time,
    server_settings settings
)
    : offers_(offers), rules_(rules), time_(time), settings_(std::move(settings)),
      compact_(settings_.tools == tool_display::compact ? compact_tools(offers, rules) : registry{}),
      tools_(settings_.tools == tool_display::compact ? compact_ : offers, rules, instances),
      states_(settings_.state_key, time),
      tasks_(settings_.tasks, time, news_, [this](std::string_view what) { report_bug(what); }),
      legacy_{
          legacy_codec(protocol_version::v2024_11_05),
          legacy_codec(protocol_version::v2025_03_26),
          legacy_codec(protocol_version::v2025_06_18),
          legacy_codec(protocol_version::v2025_11_25)
      },
      modern_(server_info(traits_of(newest)))
{}

const codec& server::speaking(protocol_version v) const
{
    if (v == newest)
        return modern_;
    return legacy_[static_cast<std::size_t>(v)];
}

const tool* server::find_tool(std::string_view name) const
{
    if (const auto* one = compact_.find_tool(name))
        return one;
    return offers_.find_tool(name);
}

std::string server::server_info(const version_traits& knows) const
{
    std::string info = "{";
    write_text_member(info, "name", product_name);
    if (knows.structured_content)
        write_text_member(info, "title", settings_.title);
    write_text_member(info, "version", product_version);
    if (knows.server_description)
        write_text_member(info, "description", settings_.description);
    info += '}';
    return info;
}

void server::report_bug(std::string_view what) const
{
    if (settings_.report_bug)
        settings_.report_bug(what);
}

} // namespace basekeeper::mcp
