// The list of the inspection tools.
#include "features/inspection/tools/tools.hpp"

namespace basekeeper::inspection::tools {

void add_all(mcp::registry& to, engine& db)
{
    to.add(monitor_connections(db));
    to.add(inspect_database(db));
    to.add(advise_indexes(db));
}

} // namespace basekeeper::inspection::tools
