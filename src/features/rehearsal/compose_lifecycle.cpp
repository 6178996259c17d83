// compose.deploy, .redeploy, .stop, .start and the queue of one service.
#include "features/rehearsal/world.hpp"

namespace basekeeper::rehearsal {
namespace {

using enum procedure_kind;

enum class deploy_kind
{
    first,
    again
};

outcome enqueue(incoming& what, deploy_kind how)
{
    auto& in = what.on;
    const auto id = what.text("composeId");
    if (in.composes.find(id) == nullptr)
        return not_found("Compose not found");
    const bool again = how == deploy_kind::again;
    auto title = what.text("title");
    if (title.empty())
        title = again ? "Rebuild deployment" : "Manual deployment";
    in.queue.push_back({
        .number = ++in.jobs,
        .compose_id = id,
        .title = std::move(title),
        .description = what.text("description"),
        .again = again,
        .queued_at = in.now,
    });
    return row{
        {"success", true},
        {"message", again ? "Redeployment queued" : "Deployment queued"},
        {"composeId", id},
    };
}

outcome deploy(incoming& what)
{
    return enqueue(what, deploy_kind::first);
}

outcome redeploy(incoming& what)
{
    return enqueue(what, deploy_kind::again);
}

outcome stop(incoming& what)
{
    auto& in = what.on;
    auto* service = in.composes.find(what.text("composeId"));
    if (service == nullptr)
        return not_found("Compose not found");
    const auto stack = in.docker.stacks().find(text_of(*service, "appName"));
    if (stack == in.docker.stacks().end() || !stack->second.deployed_file) {
        (*service)["composeStatus"] = "error";
        return thrown("spawn /bin/sh ENOENT");
    }
    docker_host::stop(stack->second, in.now);
    (*service)["composeStatus"] = "idle";
    return true;
}

outcome start(incoming& what)
{
    auto& in = what.on;
    auto* service = in.composes.find(what.text("composeId"));
    if (service == nullptr)
        return not_found("Compose not found");
    const auto found = in.docker.stacks().find(text_of(*service, "appName"));
    if (found == in.docker.stacks().end() || !found->second.deployed_file) {
        (*service)["composeStatus"] = "idle";
        return thrown("spawn /bin/sh ENOENT");
    }
    // The files of the last deployment, whatever the row says by now.
    std::vector<service_definition> as_before;
    as_before.reserve(found->second.containers.size());
    for (const auto& one : found->second.containers)
        as_before.push_back(one.of);
    const auto came = in.docker.up(found->second, as_before, in.now, in.faults, in.chance);
    (*service)["composeStatus"] = came.worked ? "done" : "idle";
    if (!came.worked)
        return thrown("Command execution failed: " + came.lines.rbegin()->second);
    return true;
}

/// Those that wait; what runs goes on.
outcome clean_queues(incoming& what)
{
    const auto id = what.text("composeId");
    if (what.on.composes.find(id) == nullptr)
        return not_found("Compose not found");
    std::erase_if(what.on.queue, [&](const job& j) { return j.compose_id == id && !j.began_at; });
    return row{{"success", true}, {"message", "Queues cleaned successfully"}};
}

/// The logs go, the rows stay.
outcome clear_deployments(incoming& what)
{
    const auto id = what.text("composeId");
    if (what.on.composes.find(id) == nullptr)
        return not_found("Compose not found");
    for (const auto* one : what.on.deployments.where("composeId", id))
        what.on.logs.erase(text_of(*one, "deploymentId"));
    return true;
}

outcome cancel_deployment(incoming& what)
{
    if (what.on.composes.find(what.text("composeId")) == nullptr)
        return not_found("Compose not found");
    return bad_request("Deployment cancellation only available in cloud version");
}

} // namespace

std::vector<procedure> compose_lifecycle_procedures()
{
    return {
        {"compose.deploy", mutation, "composeId!:text(1) title description", deploy},
        {"compose.redeploy", mutation, "composeId!:text(1) title description", redeploy},
        {"compose.stop", mutation, "composeId!:text(1)", stop},
        {"compose.start", mutation, "composeId!:text(1)", start},
        {"compose.cleanQueues", mutation, "composeId!:text(1)", clean_queues},
        {"compose.clearDeployments", mutation, "composeId!:text(1)", clear_deployments},
        {"compose.cancelDeployment", mutation, "composeId!:text(1)", cancel_deployment},
    };
}

} // namespace basekeeper::rehearsal
