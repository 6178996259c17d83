// The list of this group's tools.
#include "features/instances/tools/tools.hpp"

namespace basekeeper::instances::tools {

void add_all(mcp::registry& to, services s)
{
    to.add(list_instances(s));
    to.add(get_instance(s));
    to.add(test_connection(s));
    to.add(instance_card());
}

} // namespace basekeeper::instances::tools
