// The list of the group.
#include "features/deploy/tools/tools.hpp"

namespace basekeeper::deploy::tools {

void add_all(mcp::registry& to, const services& s)
{
    to.add(dokploy_setup_wizard(s));
    to.add(dokploy_deploy_supabase(s));
    to.add(dokploy_list_instances(s));
    to.add(dokploy_validate_config(s));
    to.add(dokploy_regenerate_keys(s));
    to.add(dokploy_update_env(s));
    to.add(dokploy_monitor_health(s));
    to.add(dokploy_get_logs(s));
    to.add(dokploy_manage_domain(s));
    to.add(dokploy_rollback(s));
    to.add(dokploy_clone_instance(s));
}

} // namespace basekeeper::deploy::tools
