// server.*, swarm.getNodes, docker.getServerHealth, certificates.* and overview.* of the API.
#include "clients/dokploy/servers.hpp"

namespace basekeeper::dokploy {

io::task<result<std::vector<remote_server>>> list_servers(caller& on, io::deadline until)
{
    co_return co_await fetch_rows<remote_server>(on, query("server.all"), until);
}

io::task<result<std::vector<swarm_node>>> list_swarm_nodes(caller& on, io::deadline until)
{
    co_return co_await fetch_rows<swarm_node>(on, query("swarm.getNodes"), until);
}

io::task<result<server_health>> read_server_health(caller& on, io::deadline until)
{
    co_return co_await fetch_row<server_health>(on, query("docker.getServerHealth"), until);
}

io::task<result<std::vector<uploaded_certificate>>> list_certificates(caller& on, io::deadline until)
{
    co_return co_await fetch_rows<uploaded_certificate>(on, query("certificates.all"), until);
}

io::task<result<>> remove_certificate(caller& on, std::string id, io::deadline until)
{
    co_return co_await remove_row(on, mutation("certificates.remove", "certificateId", id), until);
}

io::task<result<std::vector<overview_service>>> list_all_services(caller& on, io::deadline until)
{
    co_return co_await fetch_rows<overview_service>(on, query("overview.services"), until);
}

} // namespace basekeeper::dokploy
