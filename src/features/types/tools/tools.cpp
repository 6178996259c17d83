// The list of this group's tools.
#include "features/types/tools/tools.hpp"

namespace basekeeper::types::tools {

void add_all(mcp::registry& to, engine& types)
{
    to.add(generate_typescript_types(types));
}

} // namespace basekeeper::types::tools
