// The schema_diff tools: generate_diff.
#pragma once

#include "features/schema_diff/engine.hpp"
#include "mcp/registry.hpp"

#include <cstddef>
#include <string>

namespace basekeeper::schema_diff::tools {

/// What bounds a call besides its deadline.
struct limits
{
    std::size_t result_bytes = 262'144;
    std::string pinned_instance{}; ///< the only one that may be named; empty: any
};

mcp::tool generate_diff(engine& with, limits caps);

/// Adds the group; `with` must outlive the registry.
void add_all(mcp::registry& to, engine& with, limits caps);

} // namespace basekeeper::schema_diff::tools
