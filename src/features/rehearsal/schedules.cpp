// schedule.*: commands that are run in a container, the only way to run one over this API.
#include "features/rehearsal/command_run.hpp"
#include "features/rehearsal/listing.hpp"
#include "features/rehearsal/world.hpp"

#include <fmt/format.h>

namespace basekeeper::rehearsal {
namespace {

using boost::json::array;
using enum procedure_kind;

outcome create(incoming& what)
{
    auto& in = what.on;
    const auto id = what.text("composeId");
    if (!id.empty() && in.composes.find(id) == nullptr)
        return not_found("Compose not found");
    row all{
        {"name", ""},
        {"description", nullptr},
        {"cronExpression", ""},
        {"appName", "schedule-" + in.chance.word() + "-" + in.chance.suffix()},
        {"serviceName", nullptr},
        {"shellType", "bash"},
        {"scheduleType", "application"},
        {"command", ""},
        {"script", nullptr},
        {"applicationId", nullptr},
        {"composeId", nullptr},
        {"serverId", nullptr},
        {"enabled", true},
        {"timezone", nullptr},
        {"createdAt", time_text(in.now)},
    };
    auto columns = what.input;
    columns.erase("scheduleId");
    overwrite(all, columns);
    return in.schedules.insert(std::move(all), in.chance);
}

outcome list(incoming& what)
{
    array out;
    const auto column = what.text("scheduleType") == "compose" ? "composeId" : "applicationId";
    for (const auto* one : what.on.schedules.where(column, what.text("id")))
        out.emplace_back(*one);
    return out;
}

outcome one(incoming& what)
{
    const auto* found = what.on.schedules.find(what.text("scheduleId"));
    if (found == nullptr)
        return not_found("Schedule not found");
    return *found;
}

outcome update(incoming& what)
{
    auto* found = what.on.schedules.find(what.text("scheduleId"));
    if (found == nullptr)
        return not_found("Schedule not found");
    overwrite(*found, what.input);
    return *found;
}

outcome remove(incoming& what)
{
    if (!what.on.schedules.take(what.text("scheduleId")))
        return not_found("Schedule not found");
    return true;
}

/// Runs the command to its end; what it printed is the log of a deployment of the schedule.
outcome run(incoming& what)
{
    auto& in = what.on;
    const auto* schedule = in.schedules.find(what.text("scheduleId"));
    if (schedule == nullptr)
        return not_found("Schedule not found");
    const auto* service = in.composes.find(text_of(*schedule, "composeId"));
    const auto app = service == nullptr ? std::string{} : text_of(*service, "appName");
    const auto came = run_command(in, app, text_of(*schedule, "serviceName"), text_of(*schedule, "command"));
    const auto log_path =
        fmt::format("/etc/dokploy/schedules/{}/{}.log", text_of(*schedule, "appName"), time_text(in.now));
    const auto& made = add_deployment(
        in,
        {{"title", "Schedule"},
         {"description", "Schedule"},
         {"status", came.worked ? "done" : "error"},
         {"logPath", log_path},
         {"pid", nullptr},
         {"composeId", nullptr},
         {"scheduleId", what.text("scheduleId")},
         {"createdAt", time_text(in.now)},
         {"startedAt", time_text(in.now)},
         {"finishedAt", time_text(in.now)},
         {"errorMessage", nullptr}}
    );
    const auto id = text_of(made, "deploymentId");
    auto& log = in.logs[id];
    log.emplace(in.now, "Running command in container");
    for (const auto& line : came.output)
        log.emplace(in.now, line);
    if (!came.worked)
        return thrown("Command execution failed: " + (came.output.empty() ? std::string{} : came.output.back()));
    log.emplace(in.now, "✅ Command executed successfully");
    return row{{"status", "done"}, {"deploymentId", id}, {"logPath", log_path}};
}

} // namespace

std::vector<procedure> schedule_procedures()
{
    return {
        {"schedule.create",
         mutation,
         "scheduleId name! description:text? cronExpression! appName serviceName:text? shellType:{bash,sh} "
         "scheduleType:{application,compose,server,dokploy-server} command! script:text? applicationId:text? "
         "composeId:text? serverId:text? organizationId:text? enabled:truth timezone:text? createdAt",
         create},
        {"schedule.list", query, "id! scheduleType!:{application,compose,server,dokploy-server}", list},
        {"schedule.one", query, "scheduleId!", one},
        {"schedule.update",
         mutation,
         "scheduleId!:text(1) name! description:text? cronExpression! serviceName:text? shellType:{bash,sh} command! "
         "script:text? enabled:truth timezone:text?",
         update},
        {"schedule.runManually", mutation, "scheduleId!:text(1)", run},
        {"schedule.delete", mutation, "scheduleId!", remove},
    };
}

} // namespace basekeeper::rehearsal
