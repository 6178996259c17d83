// The tool of the advisors.
#pragma once

#include "features/advisors/engine.hpp"
#include "mcp/registry.hpp"

#include <cstddef>

namespace basekeeper::advisors::tools {

/// `page_bytes`: how long the findings of one page may be together.
mcp::tool get_advisors(engine& lints, std::size_t page_bytes);

/// Adds the whole group; `lints` must outlive the registry.
void add_all(mcp::registry& to, engine& lints, std::size_t page_bytes);

} // namespace basekeeper::advisors::tools
