// deployment.* of the API.
#include "clients/dokploy/deployments.hpp"

#include <algorithm>

namespace basekeeper::dokploy {

io::task<result<std::vector<deployment>>> list_deployments(caller& on, std::string compose_id, io::deadline until)
{
    co_return co_await fetch_rows<deployment>(on, query("deployment.allByCompose", {{"composeId", compose_id}}), until);
}

io::task<result<std::vector<queued_deployment>>> list_queue(caller& on, io::deadline until)
{
    co_return co_await fetch_rows<queued_deployment>(on, query("deployment.queueList"), until);
}

io::task<result<std::string>> read_deployment_log(caller& on, std::string deployment_id, int lines, io::deadline until)
{
    const auto tail = std::to_string(std::clamp(lines, 1, 10'000));
    auto what = query("deployment.readLogs", {{"deploymentId", deployment_id}, {"tail", tail}});
    co_return co_await fetch_text(on, std::move(what), until);
}

io::task<result<>> remove_deployment(caller& on, std::string deployment_id, io::deadline until)
{
    co_return co_await remove_row(on, mutation("deployment.removeDeployment", "deploymentId", deployment_id), until);
}

} // namespace basekeeper::dokploy
