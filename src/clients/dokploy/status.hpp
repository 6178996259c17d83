// The states of services and deployments as Dokploy names them.
#pragma once

#include <boost/describe/enum.hpp>

namespace basekeeper::dokploy {

/// While a deployment waits in the queue a service still shows its old state.
enum class service_status
{
    unknown,
    idle,    ///< new, stopped, or cleaned up by a restart of Dokploy
    running, ///< a deployment is under way
    done,    ///< `docker compose up` worked: not that it is healthy
    error
};
BOOST_DESCRIBE_ENUM(service_status, unknown, idle, running, done, error)

enum class deployment_status
{
    unknown,
    running,
    done,
    error,
    cancelled
};
BOOST_DESCRIBE_ENUM(deployment_status, unknown, running, done, error, cancelled)

} // namespace basekeeper::dokploy
