// docker.* and swarm.getContainerStats of the API.
#include "clients/dokploy/containers.hpp"

namespace basekeeper::dokploy {

container_health health_of(std::string_view status) noexcept
{
    if (status.contains("(healthy)"))
        return container_health::healthy;
    if (status.contains("(unhealthy)"))
        return container_health::unhealthy;
    if (status.contains("(health: starting)"))
        return container_health::starting;
    return container_health::none;
}

io::task<result<std::vector<container>>> list_containers(caller& on, std::string app_name, io::deadline until)
{
    auto what = query("docker.getContainersByAppNameMatch", {{"appName", app_name}, {"appType", "docker-compose"}});
    co_return co_await fetch_rows<container>(on, std::move(what), until);
}

io::task<result<std::vector<container>>> list_all_containers(caller& on, io::deadline until)
{
    co_return co_await fetch_rows<container>(on, query("docker.getContainers"), until);
}

io::task<result<container_details>> inspect_container(caller& on, std::string id, io::deadline until)
{
    co_return co_await fetch_row<container_details>(on, query("docker.getConfig", {{"containerId", id}}), until);
}

io::task<result<>> act_on_container(caller& on, std::string id, container_action what, io::deadline until)
{
    const auto* procedure = what == container_action::start  ? "docker.startContainer"
                            : what == container_action::stop ? "docker.stopContainer"
                                                             : "docker.restartContainer";
    auto one = mutation(procedure, "containerId", id);
    one.unanswered = when_unanswered::tell;
    one.on_500 = server_failure::final;
    one.patience = std::chrono::minutes{2}; // Docker waits for a container to stop
    co_return co_await carry_out(on, std::move(one), until);
}

io::task<result<std::vector<container_usage>>> list_container_usage(caller& on, io::deadline until)
{
    co_return co_await fetch_rows<container_usage>(on, query("swarm.getContainerStats"), until);
}

} // namespace basekeeper::dokploy
