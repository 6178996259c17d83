// Containers as the Docker of a Dokploy server shows them, and the health of that server.
#pragma once

#include "clients/dokploy/call.hpp"

#include <boost/describe/enum.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::dokploy {

struct container
{
    std::string id;
    std::string name;
    std::string image;
    std::string state;  ///< running, exited, restarting …
    std::string status; ///< `Up 3 minutes (healthy)`

    static constexpr auto fields = std::tuple{
        json::required("containerId", &container::id),
        json::optional("name", &container::name),
        json::optional("image", &container::image),
        json::optional("state", &container::state),
        json::optional("status", &container::status),
    };
};

enum class container_health
{
    none, ///< it has no health check
    starting,
    healthy,
    unhealthy
};
BOOST_DESCRIBE_ENUM(container_health, none, starting, healthy, unhealthy)

/// What the status text says about health.
container_health health_of(std::string_view status) noexcept;

/// All containers of a compose service: those of its project in Docker. Empty also when Docker failed.
io::task<result<std::vector<container>>> list_containers(caller& on, std::string app_name, io::deadline until);

/// All containers of the server but Dokploy's own.
io::task<result<std::vector<container>>> list_all_containers(caller& on, io::deadline until);

struct health_check
{
    std::int64_t exit_code = 0;
    std::string output;
    std::string ended_at;

    static constexpr auto fields = std::tuple{
        json::optional("ExitCode", &health_check::exit_code),
        json::optional("Output", &health_check::output),
        json::optional("End", &health_check::ended_at),
    };
};

struct health_state
{
    std::string status;
    std::int64_t failing_streak = 0;
    std::vector<health_check> log{}; ///< the last five

    static constexpr auto fields = std::tuple{
        json::optional("Status", &health_state::status),
        json::optional("FailingStreak", &health_state::failing_streak),
        json::optional("Log", &health_state::log),
    };
};

struct container_state
{
    std::string status;
    bool running = false;
    bool out_of_memory = false;
    std::int64_t exit_code = 0;
    std::string error;
    std::string started_at;
    std::string finished_at;
    std::optional<health_state> health{};

    static constexpr auto fields = std::tuple{
        json::optional("Status", &container_state::status),
        json::optional("Running", &container_state::running),
        json::optional("OOMKilled", &container_state::out_of_memory),
        json::optional("ExitCode", &container_state::exit_code),
        json::optional("Error", &container_state::error),
        json::optional("StartedAt", &container_state::started_at),
        json::optional("FinishedAt", &container_state::finished_at),
        json::optional("Health", &container_state::health),
    };
};

struct container_settings
{
    std::string image;
    std::vector<crypto::secret<>> env{}; ///< `NAME=VALUE`

    static constexpr auto fields = std::tuple{
        json::optional("Image", &container_settings::image),
        json::optional("Env", &container_settings::env),
    };
};

/// Of `docker inspect`: what is needed, with its environment as secrets.
struct container_details
{
    std::string id;
    std::string name; ///< with a slash before it
    std::int64_t restarts = 0;
    container_state state{};
    container_settings config{};

    static constexpr auto fields = std::tuple{
        json::required("Id", &container_details::id),
        json::optional("Name", &container_details::name),
        json::optional("RestartCount", &container_details::restarts),
        json::optional("State", &container_details::state),
        json::optional("Config", &container_details::config),
    };
};

io::task<result<container_details>> inspect_container(caller& on, std::string id, io::deadline until);

enum class container_action
{
    start,
    stop,
    restart
};

/// Not sent twice: after a lost answer look at the container.
io::task<result<>> act_on_container(caller& on, std::string id, container_action what, io::deadline until);

struct container_usage
{
    std::string name;
    std::string processor; ///< `1.00%`
    std::string memory;    ///< `10MiB / 1GiB`
    std::string memory_share;
    std::string network;
    std::string block;

    static constexpr auto fields = std::tuple{
        json::required("Name", &container_usage::name),
        json::optional("CPUPerc", &container_usage::processor),
        json::optional("MemUsage", &container_usage::memory),
        json::optional("MemPerc", &container_usage::memory_share),
        json::optional("NetIO", &container_usage::network),
        json::optional("BlockIO", &container_usage::block),
    };
};

/// Of all running containers of the server.
io::task<result<std::vector<container_usage>>> list_container_usage(caller& on, io::deadline until);

} // namespace basekeeper::dokploy
