// The list of these tools.
#include "features/migrations/tools/tools.hpp"

namespace basekeeper::migrations::tools {

void add_all(mcp::registry& to, engine& of)
{
    to.add(list_migrations(of));
    to.add(apply_migration(of));
    to.add(rollback_migration(of));
}

} // namespace basekeeper::migrations::tools
