// The list of this group's tools.
#include "features/schema_diff/tools/tools.hpp"

#include <utility>

namespace basekeeper::schema_diff::tools {

void add_all(mcp::registry& to, engine& with, limits caps)
{
    to.add(generate_diff(with, std::move(caps)));
}

} // namespace basekeeper::schema_diff::tools
