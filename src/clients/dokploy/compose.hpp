// Compose services: what they hold, creating, changing, removing them.
#pragma once

#include "clients/dokploy/backups.hpp"
#include "clients/dokploy/call.hpp"
#include "clients/dokploy/create_once.hpp"
#include "clients/dokploy/deployments.hpp"
#include "clients/dokploy/domains.hpp"
#include "clients/dokploy/mounts.hpp"
#include "clients/dokploy/projects.hpp"
#include "clients/dokploy/status.hpp"

#include <optional>
#include <string>
#include <vector>

namespace basekeeper::dokploy {

/// Dokploy writes a compose file through one argument of a shell: a longer one fails the deployment without a reason.
inline constexpr std::size_t most_compose_bytes = std::size_t{90} << 10U;

/// Where the service lies, as compose.one tells.
struct compose_place
{
    std::string id;
    std::string name;
    std::string project_id;
    std::optional<project> in_project{};

    static constexpr auto fields = std::tuple{
        json::optional("environmentId", &compose_place::id),
        json::optional("name", &compose_place::name),
        json::optional("projectId", &compose_place::project_id),
        json::optional("project", &compose_place::in_project),
    };
};

struct compose
{
    std::string id;
    std::string name;
    std::string app_name; ///< of its project in Docker and its folder on the server; Dokploy adds a random suffix
    std::string description;
    crypto::secret<> env;
    crypto::secret<> file;          ///< the compose file
    crypto::secret<> refresh_token; ///< who knows it can deploy
    std::string source_type;        ///< raw, git, github …
    std::string type;               ///< docker-compose, stack
    std::string path;
    std::string command;
    std::string suffix;
    service_status status = service_status::unknown;
    std::string environment_id;
    std::string created_at;
    std::optional<std::string> server_id{}; ///< nothing: the machine of Dokploy itself
    bool randomize = false;
    bool isolated = false;
    bool isolated_volumes = false;
    bool auto_deploy = false;
    std::optional<bool> creates_env_file{}; ///< nothing before v0.30

    // With read_compose only:
    std::optional<compose_place> place{};
    std::vector<deployment> deployments{}; ///< in no order
    std::vector<mount> mounts{};
    std::vector<domain> domains{};
    std::vector<backup> backups{};

    static constexpr auto fields = std::tuple{
        json::required("composeId", &compose::id),
        json::optional("name", &compose::name),
        json::optional("appName", &compose::app_name),
        json::optional("description", &compose::description),
        json::optional("env", &compose::env),
        json::optional("composeFile", &compose::file),
        json::optional("refreshToken", &compose::refresh_token),
        json::optional("sourceType", &compose::source_type),
        json::optional("composeType", &compose::type),
        json::optional("composePath", &compose::path),
        json::optional("command", &compose::command),
        json::optional("suffix", &compose::suffix),
        json::optional("composeStatus", &compose::status),
        json::optional("environmentId", &compose::environment_id),
        json::optional("createdAt", &compose::created_at),
        json::optional("serverId", &compose::server_id),
        json::optional("randomize", &compose::randomize),
        json::optional("isolatedDeployment", &compose::isolated),
        json::optional("isolatedDeploymentsVolume", &compose::isolated_volumes),
        json::optional("autoDeploy", &compose::auto_deploy),
        json::optional("createEnvFile", &compose::creates_env_file),
        json::optional("environment", &compose::place),
        json::optional("deployments", &compose::deployments),
        json::optional("mounts", &compose::mounts),
        json::optional("domains", &compose::domains),
        json::optional("backups", &compose::backups),
    };
};

io::task<result<compose>> read_compose(caller& on, std::string id, io::deadline until);

struct new_compose
{
    std::string name;
    std::string environment_id;
    std::optional<std::string> description{};
    std::optional<std::string> app_name{}; ///< at most 63 of letters, digits, dots, hyphens and underscores
    std::optional<std::string> server_id{};
    std::optional<std::string> source_type = "raw"; ///< before v0.30 ignored: set it with an update
    std::optional<crypto::secret<>> file{};

    static constexpr auto fields = std::tuple{
        json::required("name", &new_compose::name),
        json::required("environmentId", &new_compose::environment_id),
        json::optional("description", &new_compose::description),
        json::optional("appName", &new_compose::app_name),
        json::optional("serverId", &new_compose::server_id),
        json::optional("sourceType", &new_compose::source_type),
        json::optional("composeFile", &new_compose::file),
    };
};

/// Deploys nothing. Fails with conflict when the environment has a service of that name: Dokploy would make a second
/// one, and a creation whose answer was lost could not be found again.
io::task<result<created<compose>>> create_compose(caller& on, new_compose what, io::deadline until);

/// What is to be replaced, each as a whole. There is no check that nobody else changed it meanwhile.
struct compose_change
{
    std::string id;
    std::optional<std::string> name{};
    std::optional<std::string> description{};
    std::optional<crypto::secret<>> env{};
    std::optional<crypto::secret<>> file{};
    std::optional<std::string> source_type{};
    std::optional<bool> isolated{};
    std::optional<bool> auto_deploy{};
    std::optional<std::string> command{};

    static constexpr auto fields = std::tuple{
        json::required("composeId", &compose_change::id),
        json::optional("name", &compose_change::name),
        json::optional("description", &compose_change::description),
        json::optional("env", &compose_change::env),
        json::optional("composeFile", &compose_change::file),
        json::optional("sourceType", &compose_change::source_type),
        json::optional("isolatedDeployment", &compose_change::isolated),
        json::optional("autoDeploy", &compose_change::auto_deploy),
        json::optional("command", &compose_change::command),
    };
};

/// Deploys nothing. Fails with invalid_argument above `most_compose_bytes`, with not_found when there is no such
/// service.
io::task<result<compose>> update_compose(caller& on, compose_change to, io::deadline until);

/// Its env text alone. From v0.29 on: `feature::save_environment`.
io::task<result<>> save_environment(caller& on, std::string compose_id, crypto::secret<> env, io::deadline until);

enum class named_volumes
{
    kept,
    removed
};

/// Stops it and removes it with its folder on the server: everything under `../files`, which for a template is the
/// database, goes whatever `volumes` says.
io::task<result<>> remove_compose(caller& on, std::string id, named_volumes volumes, io::deadline until);

io::task<result<compose>> move_compose(caller& on, std::string id, std::string to_environment_id, io::deadline until);

/// A new secret for its webhook.
io::task<result<>> renew_webhook(caller& on, std::string id, io::deadline until);

} // namespace basekeeper::dokploy
