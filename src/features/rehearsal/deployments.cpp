// deployment.*: rows, logs that grow, and the queue.
#include "features/rehearsal/world.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::rehearsal {
namespace {

using boost::json::array;
using enum procedure_kind;

array newest_first(std::vector<row*> rows)
{
    std::ranges::reverse(rows);
    array out;
    for (const auto* one : rows)
        out.emplace_back(*one);
    return out;
}

outcome by_compose(incoming& what)
{
    if (what.on.composes.find(what.text("composeId")) == nullptr)
        return not_found("Compose not found");
    return newest_first(what.on.deployments.where("composeId", what.text("composeId")));
}

outcome by_type(incoming& what)
{
    const auto type = what.text("type");
    const auto column = type == "compose" ? "composeId" : type == "schedule" ? "scheduleId" : type + "Id";
    return newest_first(what.on.deployments.where(column, what.text("id")));
}

outcome of_application(incoming&)
{
    return not_found("Application not found");
}

outcome all(incoming& what)
{
    return newest_first(what.on.deployments.all());
}

/// The lines that are written by now, of them the last.
outcome read_logs(incoming& what)
{
    auto& in = what.on;
    const auto id = what.text("deploymentId");
    if (in.deployments.find(id) == nullptr)
        return not_found("Deployment not found");
    const auto log = in.logs.find(id);
    if (log == in.logs.end())
        return "";
    std::vector<std::string_view> lines;
    for (const auto& [when, line] : log->second)
        if (when <= in.now)
            lines.push_back(line);
    const auto most = static_cast<std::size_t>(number_of(what.input, "tail").value_or(100));
    std::string out;
    for (auto i = lines.size() - std::min(lines.size(), most); i < lines.size(); ++i)
        out += std::string(lines[i]) + "\n";
    return bare(out);
}

std::int64_t milliseconds_of(wall_time t)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(t.time_since_epoch()).count();
}

outcome queue_list(incoming& what)
{
    array out;
    for (const auto& one : what.on.queue) {
        const auto* service = what.on.composes.find(one.compose_id);
        row shown{
            {"id", fmt::format("job-{}", one.number)},
            {"name", "deployments"},
            {"data",
             row{{"composeId", one.compose_id},
                 {"titleLog", one.title},
                 {"descriptionLog", one.description},
                 {"type", one.again ? "redeploy" : "deploy"},
                 {"applicationType", "compose"},
                 {"server", false}}},
            {"timestamp", milliseconds_of(one.queued_at)},
            {"state", one.began_at ? "active" : "waiting"},
            {"servicePath",
             row{{"href", "/dashboard/project"},
                 {"label", service == nullptr ? std::string{} : text_of(*service, "name")}}},
        };
        if (one.began_at)
            shown["processedOn"] = milliseconds_of(*one.began_at);
        out.emplace_back(std::move(shown));
    }
    return out;
}

/// Deployments of compose have no process id that could be killed.
outcome kill_process(incoming& what)
{
    if (what.on.deployments.find(what.text("deploymentId")) == nullptr)
        return not_found("Deployment not found");
    return bad_request("Deployment is not running");
}

outcome remove(incoming& what)
{
    auto gone = what.on.deployments.take(what.text("deploymentId"));
    if (!gone)
        return not_found("Deployment not found");
    what.on.logs.erase(what.text("deploymentId"));
    return *std::move(gone);
}

} // namespace

std::vector<procedure> deployment_procedures()
{
    return {
        {"deployment.allByCompose", query, "composeId!:text(1)", by_compose},
        {"deployment.allByType",
         query,
         "id!:text(1) type!:{application,compose,server,schedule,previewDeployment,backup,volumeBackup}",
         by_type},
        {"deployment.all", query, "applicationId!:text(1)", of_application},
        {"deployment.allCentralized", query, "", all},
        {"deployment.readLogs",
         query,
         "deploymentId!:text(1) tail:integer(1,10000)",
         read_logs,
         audience::managers,
         {0, 29, 5}},
        {"deployment.queueList", query, "", queue_list, audience::managers, {0, 28, 3}},
        {"deployment.killProcess", mutation, "deploymentId!:text(1)", kill_process},
        {"deployment.removeDeployment", mutation, "deploymentId!:text(1)", remove},
    };
}

} // namespace basekeeper::rehearsal
