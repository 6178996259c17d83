// The tools that are always there: which instances exist, what one is, and whether the way in works.
#pragma once

#include "features/instances/probe.hpp"
#include "mcp/registry.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace basekeeper::instances::tools {

/// What the tools of this group use; all of it must outlive the registry.
struct services
{
    directory& names;
    connections& open;
    io::executor where;
    io::offload_pool& threads;
    /// Asks something of an instance that only a gateway leads to.
    std::function<io::task<result<>>(std::string instance, io::deadline until)> ask_gateway{};
};

mcp::tool list_instances(services s);
mcp::tool get_instance(services s);
mcp::tool test_connection(services s);

/// `ui://basekeeper/instance-card`: shows one instance as a card (MCP Apps).
mcp::resource instance_card();
inline constexpr std::string_view instance_card_uri = "ui://basekeeper/instance-card";

/// Adds the whole group.
void add_all(mcp::registry& to, services s);

} // namespace basekeeper::instances::tools
