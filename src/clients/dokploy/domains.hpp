// Domains of compose services: rows that become labels of a container with the next deployment.
#pragma once

#include "clients/dokploy/call.hpp"
#include "clients/dokploy/create_once.hpp"

#include <boost/describe/enum.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::dokploy {

enum class certificate_type
{
    unknown,
    none,
    letsencrypt,
    custom
};
BOOST_DESCRIBE_ENUM(certificate_type, unknown, none, letsencrypt, custom)

struct domain
{
    std::string id;
    std::string host;
    std::string path = "/";
    std::int64_t port = 3000;
    bool https = false;
    certificate_type certificate = certificate_type::unknown;
    std::string certificate_resolver;
    std::string service_name;
    std::string type; ///< compose, application
    std::string internal_path;
    bool strip_path = false;
    bool enabled = true;
    std::string unique_key; ///< part of the names of its routers
    std::string compose_id;

    static constexpr auto fields = std::tuple{
        json::required("domainId", &domain::id),
        json::optional("host", &domain::host),
        json::optional("path", &domain::path),
        json::optional("port", &domain::port),
        json::optional("https", &domain::https),
        json::optional("certificateType", &domain::certificate),
        json::optional("customCertResolver", &domain::certificate_resolver),
        json::optional("serviceName", &domain::service_name),
        json::optional("domainType", &domain::type),
        json::optional("internalPath", &domain::internal_path),
        json::optional("stripPath", &domain::strip_path),
        json::optional("enabled", &domain::enabled),
        json::optional("uniqueConfigKey", &domain::unique_key),
        json::optional("composeId", &domain::compose_id),
    };
};

/// What a domain is to be. Dokploy checks neither that the host is free nor that the service exists.
struct domain_settings
{
    std::string host; ///< letters, digits, hyphens, dots; no scheme, no port
    std::string service_name;
    std::int64_t port = 8000;
    std::string path = "/";
    bool https = true;
    certificate_type certificate = certificate_type::letsencrypt;
    std::optional<std::string> certificate_resolver{}; ///< of certificate_type::custom
};

/// Fails with conflict when the service has a domain of that host and path.
io::task<result<created<domain>>>
create_domain(caller& on, std::string compose_id, domain_settings what, io::deadline until);

io::task<result<>> update_domain(caller& on, std::string id, domain_settings to, io::deadline until);
io::task<result<>> remove_domain(caller& on, std::string id, io::deadline until);
io::task<result<domain>> read_domain(caller& on, std::string id, io::deadline until);
io::task<result<std::vector<domain>>> list_domains(caller& on, std::string compose_id, io::deadline until);

/// A name at sslip.io (before v0.29.3 at traefik.me) that leads to the server without any DNS; for http. Saves nothing.
io::task<result<std::string>> generate_domain(caller& on, std::string app_name, io::deadline until);

struct domain_validity
{
    bool valid = false;
    std::string resolved_ip;
    std::string cdn_provider; ///< a domain behind one counts as valid
    std::string error;

    static constexpr auto fields = std::tuple{
        json::optional("isValid", &domain_validity::valid),
        json::optional("resolvedIp", &domain_validity::resolved_ip),
        json::optional("cdnProvider", &domain_validity::cdn_provider),
        json::optional("error", &domain_validity::error),
    };
};

/// Resolves A records on the side of Dokploy. `server_address` empty: only that it resolves.
io::task<result<domain_validity>>
validate_domain(caller& on, std::string host, std::string server_address, io::deadline until);

} // namespace basekeeper::dokploy
