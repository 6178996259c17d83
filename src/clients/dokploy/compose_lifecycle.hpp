// Running a compose service: deploy, stop, start, what would be deployed, logs of its containers.
#pragma once

#include "clients/dokploy/call.hpp"
#include "clients/dokploy/create_once.hpp"
#include "io/runtime.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::dokploy {

/// Whether the caller has looked for deployments of that title.
enum class looked
{
    not_yet,
    there_is_none
};

/// Puts a deployment into the queue and returns; Dokploy tells no id. `title` must be unique: by it the deployment is
/// found in the queue and among the deployments, also here when the answer was lost. A restart of Dokploy forgets what
/// is queued.
io::task<result<came_through>> deploy_compose(
    caller& on,
    std::string id,
    std::string title,
    std::string description,
    io::deadline until,
    looked before = looked::not_yet
);

/// Takes waiting deployments of the service out of the queue; a running one cannot be cancelled.
io::task<result<>> clear_queue(caller& on, std::string id, io::deadline until);

/// Deletes the logs of its deployments; the rows stay.
io::task<result<>> clear_deployment_logs(caller& on, std::string id, io::deadline until);

/// Waits until Docker is through.
io::task<result<>> stop_compose(caller& on, std::string id, io::deadline until);

/// With the files of the last deployment, not with what was changed since.
io::task<result<>> start_compose(caller& on, std::string id, io::deadline until);

enum class services_from
{
    last_deployment, ///< not_found before the first
    compose_file
};

io::task<result<std::vector<std::string>>>
list_services(caller& on, std::string id, services_from source, io::deadline until);

/// The compose file with labels and networks as it would be deployed: the dry run. What is wrong with it is in
/// `server_text` of the failure.
io::task<result<crypto::secret<>>> preview_deployment(caller& on, std::string id, io::deadline until);

/// The command that a deployment runs.
io::task<result<std::string>> read_command(caller& on, std::string id, io::deadline until);

struct volume_mount
{
    std::string name;
    std::string source;
    std::string destination;

    static constexpr auto fields = std::tuple{
        json::optional("Name", &volume_mount::name),
        json::optional("Source", &volume_mount::source),
        json::optional("Destination", &volume_mount::destination),
    };
};

/// Of the running container of a service.
io::task<result<std::vector<volume_mount>>>
list_volume_mounts(caller& on, std::string id, std::string service, io::deadline until);

struct log_request
{
    std::string compose_id;
    std::string container_id;
    int lines = 100;           ///< 1 to 10,000
    std::string since = "all"; ///< `all`, or a number with s, m, h or d
    std::string containing{};  ///< letters, digits, blanks, dots, hyphens, underscores; upper and lower case alike
};

/// Lines that begin with their time (RFC 3339), output and errors together, colours kept; empty when none contains the
/// text. From v0.29 on: `feature::container_logs`.
io::task<result<std::string>> read_container_log(caller& on, log_request what, io::deadline until);

class api;

/// The same over the WebSocket that every version has. It tells of no end: what comes within half a second of what came
/// before belongs to it.
io::task<result<std::string>>
listen_to_container_log(api& on, io::offload_pool& threads, log_request what, io::deadline until);

} // namespace basekeeper::dokploy
