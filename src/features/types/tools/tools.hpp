// The development group: what programs need of a database before they run.
#pragma once

#include "features/types/engine.hpp"
#include "mcp/registry.hpp"

namespace basekeeper::types::tools {

mcp::tool generate_typescript_types(engine& types);

/// Adds the whole group; `types` must outlive the registry.
void add_all(mcp::registry& to, engine& types);

} // namespace basekeeper::types::tools
