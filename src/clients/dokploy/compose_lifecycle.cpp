// compose.deploy and what else works on a compose service that exists.
#include "clients/dokploy/compose_lifecycle.hpp"

#include "clients/dokploy/answer.hpp"
#include "clients/dokploy/deployments.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::dokploy {
namespace {

/// Docker pulls nothing here, but it waits for containers to stop and for those that others depend on.
constexpr std::chrono::minutes docker_patience{5};

struct deploy_request
{
    std::string id;
    std::string title;
    std::string description;

    static constexpr auto fields = std::tuple{
        json::required("composeId", &deploy_request::id),
        json::required("title", &deploy_request::title),
        json::required("description", &deploy_request::description),
    };
};

/// The deployments of that title: those that run or ended, and those that wait. An older Dokploy lists no queue; what
/// waits there is not found, and a second deployment of the same files follows the first, which does no harm.
io::task<result<std::vector<std::string>>>
deployments_titled(caller& on, std::string compose_id, std::string title, io::deadline until)
{
    std::vector<std::string> out;
    auto queue = co_await list_queue(on, until);
    if (!queue && queue.error().code != condition::not_found)
        co_return fail(std::move(queue).error());
    if (queue && std::ranges::any_of(*queue, [&](const auto& q) {
            return q.work.title == title && q.work.compose_id == compose_id;
        }))
        co_return std::vector<std::string>{title};
    for (auto& one : CO_TRY(co_await list_deployments(on, compose_id, until)))
        if (one.title == title)
            out.push_back(std::move(one.id));
    co_return out;
}

call with_docker(std::string procedure, std::string_view id)
{
    auto out = mutation(std::move(procedure), "composeId", id);
    out.on_500 = server_failure::final;
    out.patience = docker_patience;
    return out;
}

} // namespace

io::task<result<came_through>> deploy_compose(
    caller& on, std::string id, std::string title, std::string description, io::deadline until, looked before
)
{
    const deploy_request body{.id = id, .title = title, .description = std::move(description)};
    creation how{
        .what = mutation("compose.deploy", body),
        .look = [&on, id, title, until] { return deployments_titled(on, id, title, until); },
        .named = fmt::format("a deployment titled \"{}\"", title)
    };
    if (before == looked::there_is_none)
        how.before.emplace();
    const auto made = CO_TRY(co_await create_once(on, std::move(how), until));
    co_return made.found_id.empty() ? came_through::answered : came_through::found_after_lost_answer;
}

io::task<result<>> clear_queue(caller& on, std::string id, io::deadline until)
{
    co_return co_await carry_out(on, mutation("compose.cleanQueues", "composeId", id), until);
}

io::task<result<>> clear_deployment_logs(caller& on, std::string id, io::deadline until)
{
    co_return co_await carry_out(on, mutation("compose.clearDeployments", "composeId", id), until);
}

io::task<result<>> stop_compose(caller& on, std::string id, io::deadline until)
{
    co_return co_await carry_out(on, with_docker("compose.stop", id), until);
}

io::task<result<>> start_compose(caller& on, std::string id, io::deadline until)
{
    co_return co_await carry_out(on, with_docker("compose.start", id), until);
}

io::task<result<std::vector<std::string>>>
list_services(caller& on, std::string id, services_from source, io::deadline until)
{
    auto what = query("compose.loadServices", {{"composeId", id}, {"type", ""}});
    what.query.back().second = source == services_from::compose_file ? "fetch" : "cache";
    what.on_500 = server_failure::final;
    const auto answer = CO_TRY(co_await on.send(std::move(what), until));
    std::vector<std::string> out;
    if (answer.is_null())
        co_return out;
    if (!answer.is_array())
        co_return fail(unexpected_answer("compose.loadServices", "something that is no list"));
    for (const auto& one : answer.get_array())
        if (auto name = text_of(one))
            out.push_back(*std::move(name));
    co_return out;
}

io::task<result<crypto::secret<>>> preview_deployment(caller& on, std::string id, io::deadline until)
{
    auto what = query("compose.getConvertedCompose", {{"composeId", id}});
    what.on_500 = server_failure::final;
    co_return crypto::secret<>(CO_TRY(co_await fetch_text(on, std::move(what), until)));
}

io::task<result<std::string>> read_command(caller& on, std::string id, io::deadline until)
{
    co_return co_await fetch_text(on, query("compose.getDefaultCommand", {{"composeId", id}}), until);
}

io::task<result<std::vector<volume_mount>>>
list_volume_mounts(caller& on, std::string id, std::string service, io::deadline until)
{
    auto what = query("compose.loadMountsByService", {{"composeId", id}, {"serviceName", service}});
    co_return co_await fetch_rows<volume_mount>(on, std::move(what), until);
}

io::task<result<std::string>> read_container_log(caller& on, log_request what, io::deadline until)
{
    const bool searched = !what.containing.empty();
    auto one = query(
        "compose.readLogs",
        {{"composeId", what.compose_id},
         {"containerId", what.container_id},
         {"tail", std::to_string(std::clamp(what.lines, 1, 10'000))},
         {"since", what.since},
         {"search", what.containing}}
    );
    one.on_500 = server_failure::final;
    auto text = co_await fetch_text(on, std::move(one), until);
    // grep ends with a failure when no line matches, and Dokploy passes that on as its own.
    if (!text && searched && text.error().http_status == 500 &&
        text.error().server_text.contains("Command execution failed"))
        co_return std::string{};
    co_return text;
}

} // namespace basekeeper::dokploy
