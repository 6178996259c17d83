// docker.*, the load of containers, and the overview of all services.
#include "features/rehearsal/world.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::rehearsal {
namespace {

using boost::json::array;
using boost::json::value;
using enum procedure_kind;
using namespace std::chrono_literals;

row listed(world& in, const stack_on_host& stack, const container& c)
{
    return {
        {"containerId", c.id.substr(0, 12)},
        {"name", c.name},
        {"state", state_text(c, in.now)},
        {"status", status_text(stack, c, in.faults, in.now)},
    };
}

outcome all_containers(incoming& what)
{
    array out;
    for (const auto& [name, stack] : what.on.docker.stacks())
        for (const auto& c : stack.containers) {
            if (c.name.contains("dokploy"))
                continue;
            auto shown = listed(what.on, stack, c);
            shown["image"] = c.of.image;
            shown["ports"] = "";
            shown["serverId"] = nullptr;
            out.emplace_back(std::move(shown));
        }
    return out;
}

outcome by_app_name(incoming& what)
{
    array out;
    const auto app = what.text("appName");
    const bool exact = what.text("appType") == "docker-compose";
    for (const auto& [name, stack] : what.on.docker.stacks())
        for (const auto& c : stack.containers)
            if (exact ? name == app : c.name.contains(app))
                out.emplace_back(listed(what.on, stack, c));
    return out;
}

outcome by_label(incoming& what)
{
    array out;
    for (const auto& [name, stack] : what.on.docker.stacks())
        for (const auto& c : stack.containers)
            if (c.name.contains(what.text("appName")) && phase_of(c, what.on.now) == container_phase::running)
                out.emplace_back(row{
                    {"containerId", c.id.substr(0, 12)},
                    {"name", c.name},
                    {"state", "running"},
                });
    return out;
}

std::string_view health_text(health h)
{
    return h == health::healthy ? "healthy" : h == health::starting ? "starting" : "unhealthy";
}

row health_row(world& in, const stack_on_host& stack, const container& c)
{
    const auto h = health_of(stack, c, in.faults, in.now);
    const bool bad = h == health::unhealthy;
    array log;
    for (int i = 4; i >= 0; --i) {
        const auto when = in.now - i * 5s;
        if (when <= *c.started_at)
            continue;
        log.emplace_back(row{
            {"Start", to_rfc3339(when)},
            {"End", to_rfc3339(when + 80ms)},
            {"ExitCode", h == health::healthy ? 0 : 1},
            {"Output", h == health::healthy ? "" : "connection refused"},
        });
    }
    return {{"Status", health_text(h)}, {"FailingStreak", bad ? 5 : 0}, {"Log", std::move(log)}};
}

row state_row(world& in, const stack_on_host& stack, const container& c)
{
    const auto phase = phase_of(c, in.now);
    constexpr std::string_view never = "0001-01-01T00:00:00Z";
    row out{
        {"Status", state_text(c, in.now)},
        {"Running", phase == container_phase::running},
        {"Paused", false},
        {"Restarting", false},
        {"OOMKilled", false},
        {"Dead", false},
        {"Pid", phase == container_phase::running ? 4'711 : 0},
        {"ExitCode", phase == container_phase::exited ? c.exit_code : 0},
        {"Error", ""},
        {"StartedAt", phase == container_phase::created ? std::string(never) : to_rfc3339(*c.started_at)},
        {"FinishedAt", phase == container_phase::exited ? to_rfc3339(*c.stopped_at) : std::string(never)},
    };
    if (c.of.is_checked && phase == container_phase::running)
        out["Health"] = health_row(in, stack, c);
    return out;
}

array mounts_row(const stack_on_host& stack, const container& c)
{
    array out;
    for (const auto& one : c.of.binds) {
        auto source = one.source;
        if (source.starts_with("../"))
            source = "/etc/dokploy/compose/" + stack.app_name + source.substr(2);
        out.emplace_back(row{{"Type", "bind"}, {"Source", source}, {"Destination", one.target}});
    }
    for (const auto& [name, target] : c.of.volumes)
        out.emplace_back(row{{"Type", "volume"}, {"Name", stack.app_name + "_" + name}, {"Destination", target}});
    return out;
}

/// `docker inspect`, environment and all.
outcome inspect(incoming& what)
{
    auto& in = what.on;
    const auto* c = in.docker.find(what.text("containerId"));
    if (c == nullptr)
        return nothing();
    const auto& stack = *in.docker.owner_of(*c);
    array env;
    for (const auto& one : c->of.env)
        env.emplace_back(one);
    return row{
        {"Id", c->id},
        {"Created", to_rfc3339(c->created_at)},
        {"Name", "/" + c->name},
        {"RestartCount", c->restarts},
        {"State", state_row(in, stack, *c)},
        {"Image", "sha256:" + c->id},
        {"Mounts", mounts_row(stack, *c)},
        {"Config",
         row{{"Image", c->of.image},
             {"Env", std::move(env)},
             {"Labels", row{{"com.docker.compose.project", stack.app_name}, {"com.docker.compose.service", c->of.name}}}
         }},
        {"HostConfig", row{{"RestartPolicy", row{{"Name", "unless-stopped"}}}}},
    };
}

enum class action
{
    start,
    stop,
    restart
};

outcome act(incoming& what, action how)
{
    auto& in = what.on;
    const auto id = what.text("containerId");
    auto* c = in.docker.find(id);
    if (c == nullptr)
        return thrown("Error response from daemon: No such container: " + id);
    const bool runs = phase_of(*c, in.now) == container_phase::running;
    if (how == action::stop) {
        if (runs)
            c->stopped_at = in.now;
        return nothing();
    }
    if (how == action::start && runs)
        return nothing();
    c->started_at = in.now;
    c->stopped_at.reset();
    const auto& stack = *in.docker.owner_of(*c);
    if (in.faults.exits(c->of.name) || trouble_of(stack, *c, in.faults, in.now) == trouble::missing_file) {
        c->stopped_at = in.now + 1s;
        c->exit_code = 1;
    }
    return nothing();
}

outcome start(incoming& what)
{
    return act(what, action::start);
}

outcome stop(incoming& what)
{
    return act(what, action::stop);
}

outcome restart(incoming& what)
{
    return act(what, action::restart);
}

outcome remove(incoming& what)
{
    auto& in = what.on;
    auto* c = in.docker.find(what.text("containerId"));
    if (c == nullptr)
        return thrown("Error response from daemon: No such container: " + what.text("containerId"));
    auto* stack = in.docker.owner_of(*c);
    const auto id = c->id;
    std::erase_if(stack->containers, [&](const container& one) { return one.id == id; });
    return nothing();
}

outcome server_health(incoming& what)
{
    std::int64_t running = 0;
    std::int64_t total = 0;
    for (const auto& [name, stack] : what.on.docker.stacks())
        for (const auto& c : stack.containers) {
            ++total;
            running += phase_of(c, what.on.now) == container_phase::running ? 1 : 0;
        }
    return row{
        {"containers", row{{"total", total}, {"running", running}}},
        {"resources",
         row{{"memTotalBytes", 8'589'934'592}, {"memUsedBytes", 1'073'741'824 + running * 150'000'000}, {"cpuCount", 4}}
        },
        {"disk", row{{"totalBytes", 107'374'182'400}, {"usedBytes", 32'212'254'720}}},
        {"inotify", nullptr},
        {"dockerNetworks", row{{"count", 3}, {"addressPools", array{}}, {"usage", array{}}}},
        {"daemonErrors", array{}},
        {"reservation", nullptr},
    };
}

outcome container_stats(incoming& what)
{
    array out;
    for (const auto& [name, stack] : what.on.docker.stacks())
        for (const auto& c : stack.containers)
            if (phase_of(c, what.on.now) == container_phase::running)
                out.emplace_back(row{
                    {"BlockIO", "1MB / 2MB"},
                    {"CPUPerc", "1.00%"},
                    {"Container", c.id.substr(0, 12)},
                    {"ID", c.id.substr(0, 12)},
                    {"MemPerc", "1.80%"},
                    {"MemUsage", "150MiB / 8GiB"},
                    {"Name", c.name},
                    {"NetIO", "10kB / 12kB"},
                });
    return out;
}

outcome all_services(incoming& what)
{
    auto& in = what.on;
    array out;
    for (const auto* one : in.composes.all()) {
        const auto* environment = in.environments.find(text_of(*one, "environmentId"));
        const auto deployments = in.deployments.where("composeId", text_of(*one, "composeId"));
        out.emplace_back(row{
            {"id", one->at("composeId")},
            {"name", one->at("name")},
            {"appName", one->at("appName")},
            {"type", "compose"},
            {"status", one->at("composeStatus")},
            {"projectId", environment == nullptr ? value(nullptr) : environment->at("projectId")},
            {"environmentId", one->at("environmentId")},
            {"lastDeployAt", deployments.empty() ? value(nullptr) : deployments.back()->at("createdAt")},
        });
    }
    return out;
}

} // namespace

std::vector<procedure> docker_procedures()
{
    constexpr std::string_view one_container = "containerId!:word(1) serverId";
    return {
        {"docker.getContainers", query, "serverId", all_containers},
        {"docker.getContainersByAppNameMatch",
         query,
         "appName!:word(1) appType:{stack,docker-compose} serverId",
         by_app_name},
        {"docker.getContainersByAppLabel", query, "appName!:word(1) type!:{standalone,swarm} serverId", by_label},
        {"docker.getConfig", query, one_container, inspect},
        {"docker.startContainer", mutation, one_container, start},
        {"docker.stopContainer", mutation, one_container, stop},
        {"docker.killContainer", mutation, one_container, stop},
        {"docker.restartContainer", mutation, one_container, restart},
        {"docker.removeContainer", mutation, one_container, remove},
        {"docker.getServerHealth",
         query,
         "serverId sinceHours:integer(1,168)",
         server_health,
         audience::managers,
         {0, 30, 0}},
        {"swarm.getContainerStats", query, "serverId", container_stats},
        {"overview.services", query, "", all_services, audience::managers, {0, 30, 0}},
    };
}

} // namespace basekeeper::rehearsal
