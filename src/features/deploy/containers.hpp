// The containers of a stack: which there are, how they are, and why one is not well.
#pragma once

#include "clients/dokploy/compose.hpp"
#include "clients/dokploy/containers.hpp"
#include "features/deploy/deploying.hpp"
#include "stack/validate.hpp"

#include <boost/describe/enum.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::deploy {

enum class container_condition
{
    healthy,   ///< runs, and its health check, if it has one, says so
    starting,  ///< runs, the health check has not decided yet
    unhealthy, ///< runs, the health check fails
    stopped,   ///< does not run
    missing    ///< there is none for this service
};
BOOST_DESCRIBE_ENUM(container_condition, healthy, starting, unhealthy, stopped, missing)

struct container_report
{
    std::string service;
    container_condition condition = container_condition::missing;
    std::string status; ///< as Docker says it: `Up 3 minutes (healthy)`
    std::string id;     ///< empty when it is missing
    std::string reason; ///< why it is not healthy; empty unless it was asked for

    static constexpr auto fields = std::tuple{
        json::required("service", &container_report::service),
        json::required("condition", &container_report::condition),
        json::required("status", &container_report::status),
        json::optional("reason", &container_report::reason),
    };
};

/// `shop-ab12cd-kong-1` of the application `shop-ab12cd` is `kong`; what does not fit stays as it is.
std::string service_of(std::string_view container_name, std::string_view app_name);

/// A container that a compose file asks for.
struct wanted_container
{
    std::string service;
    std::string named; ///< by `container_name`; empty: by Docker, see `service_of`
};

/// In the order of the file; `env` is its env text, to which names may refer.
std::vector<wanted_container> containers_in(std::string_view compose, std::string_view env);

/// One report for each of `wanted`, in that order, and for containers beyond them; one call.
io::task<result<std::vector<container_report>>>
look_at_containers(server& on, std::string app_name, std::vector<wanted_container> wanted, io::deadline until);

/// What containers run with, of those that can be inspected; one call each, side by side.
io::task<std::vector<stack::inspected_container>>
inspect_containers(server& on, const std::vector<container_report>& which, io::deadline until);

/// Fills in the reasons of those that are not healthy: what their state, health check and last log lines say, without
/// secrets. Two calls each, for at most five of them.
io::task<> explain(server& on, std::string compose_id, std::vector<container_report>& all, io::deadline until);

/// The line of a log that most likely says why, from known faults of these services and the level of the lines. Pure.
std::string telling_line(std::string_view log);

/// Waits until every service has a healthy container. Fails with timeout after `patience`, or at once when a container
/// has stopped for good, with the reasons in the message; see `explain`.
io::task<result<>> wait_until_healthy(
    server& on, const dokploy::compose& of, std::chrono::milliseconds patience, tell told, io::deadline until
);

} // namespace basekeeper::deploy
