// What a deployment does: checks, files, `docker compose up`, and the log of it all.
#include "features/rehearsal/converted_compose.hpp"
#include "features/rehearsal/env_references.hpp"
#include "features/rehearsal/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace basekeeper::rehearsal {
namespace {

using namespace std::chrono_literals;

/// A longer file does not fit one argument of a shell, in base64 with all around it.
constexpr std::size_t most_compose_bytes = 95'000;

struct run
{
    world& in;
    row& service;
    timed_lines& log;
    wall_time at;

    void say(std::chrono::milliseconds after, std::string line) { log.emplace(at + after, std::move(line)); }

    /// Ends with an error whose reason stands in the log, where there is one.
    wall_time give_up(std::string_view why)
    {
        const auto end = log.rbegin()->first + 500ms;
        if (!why.empty())
            log.emplace(end, std::string(why));
        log.emplace(end, "Error occurred ❌, check the logs for details.");
        return end;
    }
};

/// The variables of .env as the containers can see them.
result<env_text::values> resolved_env(world& in, const row& service)
{
    const auto* environment = in.environments.find(text_of(service, "environmentId"));
    const auto* project = environment == nullptr ? nullptr : in.projects.find(text_of(*environment, "projectId"));
    return resolve_references({
        .service = text_of(service, "env"),
        .environment = environment == nullptr ? std::string{} : text_of(*environment, "env"),
        .project = project == nullptr ? std::string{} : text_of(*project, "env"),
    });
}

/// What another stack holds already, as Docker would complain; empty when nothing.
std::string taken_by_others(docker_host& docker, const std::string& app, const std::vector<service_definition>& wanted)
{
    for (const auto& [other, of] : docker.stacks()) {
        if (other == app)
            continue;
        for (const auto& c : of.containers) {
            const auto same_name = std::ranges::find(wanted, c.name, &service_definition::container_name);
            if (same_name != wanted.end())
                return fmt::format(
                    "Error response from daemon: Conflict. The container name \"/{}\" is already in use by container "
                    "\"{}\". You have to remove (or rename) that container to be able to reuse that name.",
                    c.name,
                    c.id
                );
            for (const auto& one : wanted)
                for (const auto& port : one.published)
                    if (!c.stopped_at && std::ranges::find(c.of.published, port) != c.of.published.end())
                        return fmt::format(
                            "Error response from daemon: Bind for 0.0.0.0:{} failed: port is already allocated", port
                        );
        }
    }
    return {};
}

std::vector<route> routes_of(const std::vector<row*>& domains)
{
    std::vector<route> out;
    out.reserve(domains.size());
    for (const auto* one : domains)
        if (truth_of(*one, "enabled"))
            out.push_back({
                .host = text_of(*one, "host"),
                .path = text_of(*one, "path"),
                .service = text_of(*one, "serviceName"),
                .port = static_cast<int>(number_of(*one, "port").value_or(3000)),
                .https = truth_of(*one, "https"),
                .has_resolver = text_of(*one, "certificateType") != "none",
            });
    return out;
}

/// Containers, with the lines of docker compose; the time of the end and whether it worked.
bring_up start_containers(run& r, const std::vector<service_definition>& services, stack_on_host& stack)
{
    auto came = r.in.docker.up(stack, services, r.at + 3s, r.in.faults, r.in.chance);
    for (auto& [when, line] : came.lines)
        r.log.emplace(when, std::move(line));
    return came;
}

wall_time deploy(run& r, bool& worked)
{
    worked = false;
    const auto app = text_of(r.service, "appName");
    const auto file = text_of(r.service, "composeFile");
    r.say(0ms, "Initializing deployment");
    if (file.size() > most_compose_bytes)
        return r.give_up(""); // the shell does not even start
    if (text_of(r.service, "sourceType") != "raw")
        return r.give_up("Error: no repository is configured for this service");
    const auto domains = r.in.domains.where("composeId", text_of(r.service, "composeId"));
    const auto converted = converted_compose(r.service, domains);
    if (!converted)
        return r.give_up("Error: " + converted.error().message);
    auto env = resolved_env(r.in, r.service);
    if (!env)
        return r.give_up("Error: " + env.error().message);
    r.say(200ms, "Building Docker Compose: " + app);
    r.say(
        300ms, fmt::format("Command: docker compose -p {} -f docker-compose.yml up -d --build --remove-orphans", app)
    );
    variables values{{"APP_NAME", app}, {"COMPOSE_PROJECT_NAME", app}, {"DOCKER_CONFIG", "/root/.docker"}};
    for (const auto& [name, value] : *env)
        values.insert_or_assign(name, value.reveal());
    const auto wanted = read_definitions(*converted, values);
    if (!wanted)
        return r.give_up(wanted.error().message);
    for (const auto& name : wanted->unset)
        r.say(
            500ms,
            fmt::format(
                "time=\"{}\" level=warning msg=\"The \\\"{}\\\" variable is not set. Defaulting to a blank string.\"",
                time_text(r.at),
                name
            )
        );
    auto& stack = r.in.docker.stack(app);
    stack.deployed_file = file;
    stack.variables = *std::move(env);
    if (const auto taken = taken_by_others(r.in.docker, app, wanted->services); !taken.empty()) {
        r.say(2s, " Network " + app + "  Created");
        return r.give_up(taken);
    }
    stack.routes = routes_of(domains);
    const auto came = start_containers(r, wanted->services, stack);
    if (!came.worked)
        return r.give_up("Error: Command execution failed: docker compose up ended with exit code 1");
    if (r.in.faults.deployment_fails())
        return r.give_up("Error response from daemon: toomanyrequests: you have reached your pull rate limit");
    worked = true;
    const auto end = std::max(came.ends_at + 500ms, r.at + 8s);
    r.log.emplace(end, "Docker Compose Deployed: ✅");
    return end;
}

} // namespace

void begin_job(world& in, job& what, wall_time at)
{
    what.began_at = at;
    what.ends_at = at;
    auto* service = in.composes.find(what.compose_id);
    if (service == nullptr)
        return; // removed while it waited
    (*service)["composeStatus"] = "running";
    const auto app = text_of(*service, "appName");
    auto& made = add_deployment(
        in,
        {{"title", what.title},
         {"description", what.description},
         {"status", "running"},
         {"logPath", fmt::format("/etc/dokploy/logs/{}/{}-{}.log", app, app, time_text(at))},
         {"pid", nullptr},
         {"composeId", what.compose_id},
         {"applicationId", nullptr},
         {"serverId", nullptr},
         {"scheduleId", nullptr},
         {"backupId", nullptr},
         {"volumeBackupId", nullptr},
         {"rollbackId", nullptr},
         {"buildServerId", nullptr},
         {"isPreviewDeployment", false},
         {"previewDeploymentId", nullptr},
         {"createdAt", time_text(at)},
         {"startedAt", time_text(at)},
         {"finishedAt", nullptr},
         {"errorMessage", nullptr}}
    );
    what.deployment_id = text_of(made, "deploymentId");
    run r{in, *service, in.logs[what.deployment_id], at};
    what.ends_at = deploy(r, what.works);
}

void end_job(world& in, const job& what)
{
    const auto* status = what.works ? "done" : "error";
    if (auto* service = in.composes.find(what.compose_id))
        (*service)["composeStatus"] = status;
    if (auto* deployment = in.deployments.find(what.deployment_id)) {
        (*deployment)["status"] = status;
        (*deployment)["finishedAt"] = time_text(what.ends_at);
    }
}

} // namespace basekeeper::rehearsal
