// The machines of a Dokploy: remote servers, swarm nodes, and how the one it runs on is doing.
#pragma once

#include "clients/dokploy/call.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace basekeeper::dokploy {

struct remote_server
{
    std::string id;
    std::string name;
    std::string address;
    std::string status;
    std::string type; ///< deploy, build

    static constexpr auto fields = std::tuple{
        json::required("serverId", &remote_server::id),
        json::optional("name", &remote_server::name),
        json::optional("ipAddress", &remote_server::address),
        json::optional("serverStatus", &remote_server::status),
        json::optional("serverType", &remote_server::type),
    };
};

io::task<result<std::vector<remote_server>>> list_servers(caller& on, io::deadline until);

struct swarm_node
{
    std::string id;
    std::string host_name;
    std::string status;
    std::string availability;

    static constexpr auto fields = std::tuple{
        json::optional("ID", &swarm_node::id),
        json::optional("Hostname", &swarm_node::host_name),
        json::optional("Status", &swarm_node::status),
        json::optional("Availability", &swarm_node::availability),
    };
};

/// Empty when the server is no swarm.
io::task<result<std::vector<swarm_node>>> list_swarm_nodes(caller& on, io::deadline until);

struct server_resources
{
    std::int64_t memory_bytes = 0;
    std::int64_t memory_used_bytes = 0;
    std::int64_t processors = 0;

    static constexpr auto fields = std::tuple{
        json::optional("memTotalBytes", &server_resources::memory_bytes),
        json::optional("memUsedBytes", &server_resources::memory_used_bytes),
        json::optional("cpuCount", &server_resources::processors),
    };
};

struct server_disk
{
    std::int64_t bytes = 0;
    std::int64_t used_bytes = 0;

    static constexpr auto fields = std::tuple{
        json::optional("totalBytes", &server_disk::bytes),
        json::optional("usedBytes", &server_disk::used_bytes),
    };
};

struct server_health
{
    server_resources resources{};
    server_disk disk{};

    static constexpr auto fields = std::tuple{
        json::optional("resources", &server_health::resources),
        json::optional("disk", &server_health::disk),
    };
};

/// From v0.30 on: `feature::server_health`.
io::task<result<server_health>> read_server_health(caller& on, io::deadline until);

/// A certificate that somebody uploaded; those of Let's Encrypt are not listed anywhere.
struct uploaded_certificate
{
    std::string id;
    std::string name;
    crypto::secret<> private_key;
    std::string certificate;

    static constexpr auto fields = std::tuple{
        json::required("certificateId", &uploaded_certificate::id),
        json::optional("name", &uploaded_certificate::name),
        json::optional("privateKey", &uploaded_certificate::private_key),
        json::optional("certificateData", &uploaded_certificate::certificate),
    };
};

io::task<result<std::vector<uploaded_certificate>>> list_certificates(caller& on, io::deadline until);
io::task<result<>> remove_certificate(caller& on, std::string id, io::deadline until);

/// A service of any kind, as the overview of the whole organisation lists it.
struct overview_service
{
    std::string id;
    std::string name;
    std::string app_name;
    std::string type;
    std::string status;
    std::string project_id;
    std::string environment_id;
    std::string last_deployed_at;

    static constexpr auto fields = std::tuple{
        json::required("id", &overview_service::id),
        json::optional("name", &overview_service::name),
        json::optional("appName", &overview_service::app_name),
        json::optional("type", &overview_service::type),
        json::optional("status", &overview_service::status),
        json::optional("projectId", &overview_service::project_id),
        json::optional("environmentId", &overview_service::environment_id),
        json::optional("lastDeployAt", &overview_service::last_deployed_at),
    };
};

/// From v0.30 on: `feature::server_health`.
io::task<result<std::vector<overview_service>>> list_all_services(caller& on, io::deadline until);

} // namespace basekeeper::dokploy
