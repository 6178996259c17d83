// The inspection tools, part of the group "database": connections, reports, index advice.
#pragma once

#include "features/inspection/engine.hpp"
#include "mcp/registry.hpp"

namespace basekeeper::inspection::tools {

mcp::tool monitor_connections(engine& db);
mcp::tool inspect_database(engine& db);
mcp::tool advise_indexes(engine& db);

/// Adds all of them; `db` must outlive the registry.
void add_all(mcp::registry& to, engine& db);

} // namespace basekeeper::inspection::tools
