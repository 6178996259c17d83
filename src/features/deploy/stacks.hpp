// Finding the Supabase stacks on a Dokploy by the names that people give them.
#pragma once

#include "clients/dokploy/compose.hpp"
#include "features/deploy/servers.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::deploy {

/// A compose service and where it lies.
struct placed_service
{
    std::string id;
    std::string name;
    std::string project;
    std::string environment;
    dokploy::service_status status = dokploy::service_status::unknown;
};

/// Every compose service that the key of the server may see; one call, and one for the version when it is not known.
io::task<result<std::vector<placed_service>>> list_services(server& on, io::deadline until);

/// The service that `name` means: a name, `PROJECT/NAME`, `PROJECT/ENVIRONMENT/NAME`, or an id. not_found with the
/// names that there are; conflict with the full names when several are meant.
result<placed_service> pick(const std::vector<placed_service>& all, std::string_view name, std::string_view server);

/// `pick` of what `list_services` gives, and the whole row; two calls. not_found when it is no Supabase; fails as
/// `check_is_text`.
io::task<result<dokploy::compose>> find_stack(server& on, std::string name, io::deadline until);

/// What Dokploy fetches from elsewhere, or gives to Swarm, is not decided by the text that it holds: neither can it be
/// told from that how the stack runs, nor may it be written. Fails with conflict.
result<> check_is_text(const dokploy::compose& row);

/// True for a compose file with the services that make a Supabase: auth behind a gateway.
bool is_supabase(std::string_view compose);

} // namespace basekeeper::deploy
