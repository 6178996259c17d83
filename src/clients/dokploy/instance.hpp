// The Dokploy itself: who the key is, what the server is like, keys.
#pragma once

#include "clients/dokploy/call.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::dokploy {

/// An API key as it is listed.
struct listed_key
{
    std::string id;
    std::string name;
    bool enabled = true;
    std::optional<std::string> expires_at{};

    static constexpr auto fields = std::tuple{
        json::required("id", &listed_key::id),
        json::optional("name", &listed_key::name),
        json::optional("enabled", &listed_key::enabled),
        json::optional("expiresAt", &listed_key::expires_at),
    };
};

struct key_owner
{
    std::string id;
    std::string email;
    std::vector<listed_key> keys{};

    static constexpr auto fields = std::tuple{
        json::optional("id", &key_owner::id),
        json::optional("email", &key_owner::email),
        json::optional("apiKeys", &key_owner::keys),
    };
};

/// Who the key speaks for.
struct membership
{
    std::string role; ///< owner, admin, member, or a name of theirs
    std::string organization_id;
    key_owner user{};

    static constexpr auto fields = std::tuple{
        json::required("role", &membership::role),
        json::optional("organizationId", &membership::organization_id),
        json::optional("user", &membership::user),
    };

    /// Owners and admins may do everything.
    bool may_do_everything() const { return role == "owner" || role == "admin"; }
};

struct part_health
{
    std::string status; ///< healthy, unhealthy
    std::string message;

    static constexpr auto fields = std::tuple{
        json::optional("status", &part_health::status),
        json::optional("message", &part_health::message),
    };
};

struct infrastructure_health
{
    part_health postgres{};
    part_health traefik{};

    static constexpr auto fields = std::tuple{
        json::optional("postgres", &infrastructure_health::postgres),
        json::optional("traefik", &infrastructure_health::traefik),
    };
};

struct web_server_settings
{
    std::string server_ip;
    std::string host;
    bool https = false;
    std::string certificate_type;
    std::string lets_encrypt_email; ///< empty: no certificate can be issued
    std::int64_t concurrent_builds = 1;
    bool remote_servers_only = false;

    static constexpr auto fields = std::tuple{
        json::optional("serverIp", &web_server_settings::server_ip),
        json::optional("host", &web_server_settings::host),
        json::optional("https", &web_server_settings::https),
        json::optional("certificateType", &web_server_settings::certificate_type),
        json::optional("letsEncryptEmail", &web_server_settings::lets_encrypt_email),
        json::optional("buildsConcurrency", &web_server_settings::concurrent_builds),
        json::optional("remoteServersOnly", &web_server_settings::remote_servers_only),
    };
};

struct update_state
{
    std::string latest_version;
    bool available = false;

    static constexpr auto fields = std::tuple{
        json::optional("latestVersion", &update_state::latest_version),
        json::optional("updateAvailable", &update_state::available),
    };
};

struct organization
{
    std::string id;
    std::string name;

    static constexpr auto fields = std::tuple{
        json::required("id", &organization::id),
        json::optional("name", &organization::name),
    };
};

/// A key that was just made; Dokploy shows it this once.
struct new_key
{
    std::string id;
    crypto::secret<> key;

    static constexpr auto fields = std::tuple{
        json::required("id", &new_key::id),
        json::required("key", &new_key::key),
    };
};

io::task<result<membership>> read_membership(caller& on, io::deadline until);
io::task<result<infrastructure_health>> read_infrastructure_health(caller& on, io::deadline until);
io::task<result<web_server_settings>> read_web_server_settings(caller& on, io::deadline until);

/// The address of the server as Dokploy knows it; empty when it does not.
io::task<result<std::string>> read_server_address(caller& on, io::deadline until);

/// True for the hosted Dokploy, where deployments are queued elsewhere and can be cancelled.
io::task<result<bool>> is_hosted(caller& on, io::deadline until);

/// `latest`, `canary` …
io::task<result<std::string>> read_release_tag(caller& on, io::deadline until);

/// Needs the internet on the side of Dokploy.
io::task<result<update_state>> read_update_state(caller& on, io::deadline until);
io::task<result<std::vector<organization>>> list_organizations(caller& on, io::deadline until);

/// Makes a key without a limit of calls: with the limit that the API gives by default it would answer five a day.
io::task<result<new_key>> create_key(caller& on, std::string name, std::string organization_id, io::deadline until);
io::task<result<>> delete_key(caller& on, std::string id, io::deadline until);

} // namespace basekeeper::dokploy
