// settings.*, and what is there of other servers: none.
#include "features/rehearsal/world.hpp"

namespace basekeeper::rehearsal {
namespace {

using boost::json::array;
using enum procedure_kind;

outcome own_health(incoming&)
{
    return row{{"status", "ok"}};
}

outcome version_of(incoming& what)
{
    return bare(dokploy::to_string(what.on.how.version));
}

outcome release_tag(incoming&)
{
    return "latest";
}

outcome address(incoming& what)
{
    return bare(what.on.how.server_address);
}

outcome is_cloud(incoming&)
{
    return false;
}

outcome infrastructure_health(incoming&)
{
    return row{{"postgres", row{{"status", "healthy"}}}, {"traefik", row{{"status", "healthy"}}}};
}

outcome web_server_settings(incoming& what)
{
    return row{
        {"id", "web-server-settings"},
        {"serverIp", what.on.how.server_address},
        {"certificateType", "letsencrypt"},
        {"https", false},
        {"host", nullptr},
        {"letsEncryptEmail", "admin@example.com"},
        {"sshPrivateKey", nullptr},
        {"enableDockerCleanup", true},
        {"buildsConcurrency", 1},
        {"remoteServersOnly", false},
        {"metricsConfig", row{}},
        {"createdAt", nullptr},
    };
}

outcome update_data(incoming&)
{
    return row{{"latestVersion", nullptr}, {"updateAvailable", false}};
}

outcome no_rows(incoming&)
{
    return array{};
}

/// Not a swarm: nothing is answered.
outcome no_nodes(incoming&)
{
    return nothing();
}

outcome no_certificate(incoming&)
{
    return not_found("Certificate not found");
}

} // namespace

std::vector<procedure> settings_procedures()
{
    return {
        {"settings.health", query, "", own_health, audience::everyone},
        {"settings.getDokployVersion", query, "", version_of, audience::everyone, dokploy::version{}},
        {"settings.getReleaseTag", query, "", release_tag, audience::everyone},
        {"settings.getIp", query, "", address, audience::everyone},
        {"settings.isCloud", query, "", is_cloud, audience::everyone},
        {"settings.checkInfrastructureHealth", query, "", infrastructure_health},
        {"settings.getWebServerSettings", query, "", web_server_settings},
        {"settings.getUpdateData", mutation, "", update_data},
        {"server.all", query, "", no_rows},
        {"swarm.getNodes", query, "serverId:text", no_nodes},
        {"certificates.all", query, "", no_rows},
        {"certificates.remove", mutation, "certificateId!:text(1)", no_certificate},
    };
}

} // namespace basekeeper::rehearsal
