// Deployments: the queue, the rows, their logs.
#pragma once

#include "clients/dokploy/call.hpp"
#include "clients/dokploy/status.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace basekeeper::dokploy {

/// The row appears when the deployment leaves the queue; some ten are kept per service.
struct deployment
{
    std::string id;
    std::string title;
    std::string description;
    deployment_status status = deployment_status::unknown;
    std::string log_path;
    std::string compose_id;
    std::string created_at;
    std::string started_at;
    std::string finished_at;
    std::string error_message; ///< mostly empty: the reason stands in the log

    static constexpr auto fields = std::tuple{
        json::required("deploymentId", &deployment::id),
        json::optional("title", &deployment::title),
        json::optional("description", &deployment::description),
        json::optional("status", &deployment::status),
        json::optional("logPath", &deployment::log_path),
        json::optional("composeId", &deployment::compose_id),
        json::optional("createdAt", &deployment::created_at),
        json::optional("startedAt", &deployment::started_at),
        json::optional("finishedAt", &deployment::finished_at),
        json::optional("errorMessage", &deployment::error_message),
    };
};

struct queued_work
{
    std::string compose_id;
    std::string title;
    std::string type;

    static constexpr auto fields = std::tuple{
        json::optional("composeId", &queued_work::compose_id),
        json::optional("titleLog", &queued_work::title),
        json::optional("type", &queued_work::type),
    };
};

/// A deployment that waits or runs; when it has ended it is gone from here.
struct queued_deployment
{
    std::string id;
    std::string state; ///< waiting, active
    queued_work work{};
    std::int64_t queued_at_ms = 0;

    static constexpr auto fields = std::tuple{
        json::required("id", &queued_deployment::id),
        json::optional("state", &queued_deployment::state),
        json::optional("data", &queued_deployment::work),
        json::optional("timestamp", &queued_deployment::queued_at_ms),
    };
};

/// The newest first.
io::task<result<std::vector<deployment>>> list_deployments(caller& on, std::string compose_id, io::deadline until);

/// From v0.28.3 on: `feature::queue_list`.
io::task<result<std::vector<queued_deployment>>> list_queue(caller& on, io::deadline until);

/// The last `lines` (1 to 10,000); empty when the file is gone. From v0.29.5 on: `feature::deployment_logs`.
io::task<result<std::string>> read_deployment_log(caller& on, std::string deployment_id, int lines, io::deadline until);

io::task<result<>> remove_deployment(caller& on, std::string deployment_id, io::deadline until);

} // namespace basekeeper::dokploy
