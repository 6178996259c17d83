// The list of this group's tools.
#include "features/schema_diff/tools/tools.hpp"

namespace basekeeper::schema_diff::tools {

void add_all(mcp::registry& to, engine& with, std::size_t result_bytes)
{
    to.add(generate_diff(with, result_bytes));
}

} // namespace basekeeper::schema_diff::tools
