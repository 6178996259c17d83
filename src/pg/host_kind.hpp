// What the name of a host tells: a name inside a Docker network, Supabase's cloud, its pooler, this machine.
#pragma once

#include <boost/describe/enum.hpp>

#include <string>
#include <string_view>

namespace basekeeper::pg {

enum class host_kind
{
    socket,         ///< the directory of a Unix socket
    this_machine,   ///< localhost and its addresses
    docker_name,    ///< a service of a compose stack (`db`, `supabase-pooler`): known inside its network only
    docker_gateway, ///< the same, of the HTTP gateway (`kong`), where no PostgreSQL listens
    docker_host,    ///< `host.docker.internal`: this machine, seen from a container
    cloud_pooler,   ///< `aws-0-REGION.pooler.supabase.com`
    cloud_direct,   ///< `db.REF.supabase.co`
    elsewhere
};
BOOST_DESCRIBE_ENUM(
    host_kind, socket, this_machine, docker_name, docker_gateway, docker_host, cloud_pooler, cloud_direct, elsewhere
)

/// By the name alone; nothing is looked up.
host_kind kind_of_host(std::string_view host);

/// The project reference in `db.REF.supabase.co`; empty for other hosts.
std::string project_of_host(std::string_view host);

/// `ROLE.TENANT`, as Supavisor wants its users; `tenant` is empty when the name has no dot.
struct pooler_user
{
    std::string role;
    std::string tenant;
};

pooler_user split_user(std::string_view user);

/// The reverse.
std::string join_user(std::string_view role, std::string_view tenant);

} // namespace basekeeper::pg
