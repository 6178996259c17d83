// The tools for Supabase on Dokploy: deploying, checking, mending, watching.
#pragma once

#include "config/settings.hpp"
#include "features/deploy/drafts.hpp"
#include "features/deploy/engine.hpp"
#include "mcp/registry.hpp"

#include <string>

namespace basekeeper::deploy::tools {

inline constexpr std::string_view group_name = "dokploy";

/// What the tools of this group use; references outlive the registry.
struct services
{
    engine& of;
    drafts& unfinished; ///< of the wizard
    const clock& time;
    const config::smtp_settings& smtp; ///< that new stacks send by, unless a call names another
    std::string pinned{};              ///< the only instance of this server; empty: any
    std::size_t result_bytes = 262'144;
};

mcp::tool dokploy_setup_wizard(services s);
mcp::tool dokploy_deploy_supabase(services s);
mcp::tool dokploy_list_instances(services s);
mcp::tool dokploy_validate_config(services s);
mcp::tool dokploy_regenerate_keys(services s);
mcp::tool dokploy_update_env(services s);
mcp::tool dokploy_monitor_health(services s);
mcp::tool dokploy_get_logs(services s);
mcp::tool dokploy_manage_domain(services s);
mcp::tool dokploy_rollback(services s);
mcp::tool dokploy_clone_instance(services s);

/// Adds them all.
void add_all(mcp::registry& to, const services& s);

} // namespace basekeeper::deploy::tools
