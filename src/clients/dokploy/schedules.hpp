// Commands that Dokploy runs in a container of a compose service: the only way to run one there over its API.
#pragma once

#include "clients/dokploy/call.hpp"
#include "clients/dokploy/create_once.hpp"

#include <string>
#include <vector>

namespace basekeeper::dokploy {

struct schedule
{
    std::string id;
    std::string name;
    std::string cron;
    std::string service_name;
    bool enabled = true;

    static constexpr auto fields = std::tuple{
        json::required("scheduleId", &schedule::id),
        json::optional("name", &schedule::name),
        json::optional("cronExpression", &schedule::cron),
        json::optional("serviceName", &schedule::service_name),
        json::optional("enabled", &schedule::enabled),
    };
};

struct new_schedule
{
    std::string compose_id;
    std::string service_name;
    std::string name;
    std::string cron = "0 0 1 1 *";
    crypto::secret<> command; ///< of `sh -c`
    bool enabled = false;     ///< false: runs only when told to
};

/// Fails with conflict when the service has one of that name.
io::task<result<created<schedule>>> create_schedule(caller& on, new_schedule what, io::deadline until);

struct schedule_run
{
    std::string status;
    std::string deployment_id; ///< its log is what the command printed

    static constexpr auto fields = std::tuple{
        json::optional("status", &schedule_run::status),
        json::optional("deploymentId", &schedule_run::deployment_id),
    };
};

/// Waits for the command. Not sent twice: after a lost answer look at the deployments of the schedule.
io::task<result<schedule_run>> run_schedule(caller& on, std::string id, io::deadline until);
io::task<result<>> remove_schedule(caller& on, std::string id, io::deadline until);
io::task<result<schedule>> read_schedule(caller& on, std::string id, io::deadline until);
io::task<result<std::vector<schedule>>> list_schedules(caller& on, std::string compose_id, io::deadline until);

} // namespace basekeeper::dokploy
