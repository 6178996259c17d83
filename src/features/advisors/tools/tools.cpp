// The list of this group's tools.
#include "features/advisors/tools/tools.hpp"

namespace basekeeper::advisors::tools {

void add_all(mcp::registry& to, engine& lints, std::size_t page_bytes)
{
    to.add(get_advisors(lints, page_bytes));
}

} // namespace basekeeper::advisors::tools
