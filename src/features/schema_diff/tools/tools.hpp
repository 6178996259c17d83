// The schema_diff tools: generate_diff.
#pragma once

#include "features/schema_diff/engine.hpp"
#include "mcp/registry.hpp"

#include <cstddef>

namespace basekeeper::schema_diff::tools {

/// Pages have about `result_bytes` at most.
mcp::tool generate_diff(engine& with, std::size_t result_bytes);

/// Adds the group; `with` must outlive the registry.
void add_all(mcp::registry& to, engine& with, std::size_t result_bytes);

} // namespace basekeeper::schema_diff::tools
