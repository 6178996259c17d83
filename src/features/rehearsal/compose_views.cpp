// What can be read of a compose service besides its row: services, the file as it would be deployed, logs, volumes.
#include "features/rehearsal/container_logs.hpp"
#include "features/rehearsal/converted_compose.hpp"
#include "features/rehearsal/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace basekeeper::rehearsal {
namespace {

using boost::json::array;
using enum procedure_kind;

/// What one command may print there.
constexpr std::size_t most_log_bytes = std::size_t{1} << 20U;

outcome services_in(const std::string& text)
{
    const auto tree = yaml::read(text);
    if (!tree)
        return thrown(tree.error().message);
    const auto* services = tree->find("services");
    if (services == nullptr)
        return not_found("Services not found");
    array out;
    for (const auto& [key, value] : services->members)
        out.emplace_back(key.text);
    return out;
}

outcome load_services(incoming& what)
{
    auto& in = what.on;
    const auto* service = in.composes.find(what.text("composeId"));
    if (service == nullptr)
        return not_found("Compose not found");
    auto& stacks = in.docker.stacks();
    const auto app = text_of(*service, "appName");
    if (what.text("type") == "fetch")
        in.docker.stack(app).deployed_file = text_of(*service, "composeFile");
    const auto stack = stacks.find(app);
    if (stack == stacks.end() || !stack->second.deployed_file)
        return not_found("Services not found");
    return services_in(*stack->second.deployed_file);
}

outcome converted(incoming& what)
{
    auto& in = what.on;
    const auto* service = in.composes.find(what.text("composeId"));
    if (service == nullptr)
        return not_found("Compose not found");
    const auto text = converted_compose(*service, in.domains.where("composeId", what.text("composeId")));
    if (!text)
        return thrown(text.error().message);
    return bare(*text);
}

outcome default_command(incoming& what)
{
    const auto* service = what.on.composes.find(what.text("composeId"));
    if (service == nullptr)
        return not_found("Compose not found");
    return bare(fmt::format(
        "docker compose -p {} -f docker-compose.yml up -d --build --remove-orphans", text_of(*service, "appName")
    ));
}

/// A preview that saves nothing.
outcome isolated(incoming& what)
{
    auto* service = what.on.composes.find(what.text("composeId"));
    if (service == nullptr)
        return not_found("Compose not found");
    auto as_isolated = *service;
    as_isolated["isolatedDeployment"] = true;
    const auto text = converted_compose(as_isolated, {});
    if (!text)
        return thrown(text.error().message);
    return bare(*text);
}

outcome mounts_by_service(incoming& what)
{
    auto& in = what.on;
    const auto* service = in.composes.find(what.text("composeId"));
    if (service == nullptr)
        return not_found("Compose not found");
    array out;
    const auto app = text_of(*service, "appName");
    const auto stack = in.docker.stacks().find(app);
    const auto* c = stack == in.docker.stacks().end() ? nullptr : stack->second.find(what.text("serviceName"));
    if (c != nullptr)
        for (const auto& [name, target] : c->of.volumes)
            out.emplace_back(row{
                {"Type", "volume"},
                {"Name", fmt::format("{}_{}", app, name)},
                {"Source", fmt::format("/var/lib/docker/volumes/{}_{}/_data", app, name)},
                {"Destination", target},
                {"Driver", "local"},
                {"RW", true},
            });
    return out;
}

std::string lower(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

/// `15m` back from now; the beginning of time for `all` and nothing.
wall_time begin_of(std::string_view since, wall_time now)
{
    if (since.empty() || since == "all")
        return wall_time{};
    std::int64_t count = 0;
    std::from_chars(since.data(), since.data() + since.size() - 1, count);
    switch (since.back()) {
    case 's':
        return now - std::chrono::seconds{count};
    case 'm':
        return now - std::chrono::minutes{count};
    case 'h':
        return now - std::chrono::hours{count};
    default:
        return now - std::chrono::days{count};
    }
}

outcome read_logs(incoming& what)
{
    auto& in = what.on;
    if (in.composes.find(what.text("composeId")) == nullptr)
        return not_found("Compose not found");
    // Whether the container belongs to the service is not asked.
    const auto* c = in.docker.find(what.text("containerId"));
    const auto failed =
        "Command execution failed: Command failed: docker container logs --timestamps " + what.text("containerId");
    if (c == nullptr)
        return thrown(failed + "\nError response from daemon: No such container: " + what.text("containerId"));
    const auto* stack = in.docker.owner_of(*c);
    const auto lines = container_log(
        *stack,
        *c,
        in.faults,
        {.from = begin_of(what.text("since"), in.now),
         .to = in.now,
         .most = static_cast<std::size_t>(number_of(what.input, "tail").value_or(100))}
    );
    const auto searched = lower(what.text("search"));
    std::string out;
    for (const auto& line : lines)
        if (lower(line).contains(searched))
            out += line + "\n";
    if (out.empty() && !searched.empty())
        return thrown(failed); // grep found nothing, which is a failure of the command
    if (out.size() > most_log_bytes)
        return thrown("Command execution failed: stdout maxBuffer length exceeded");
    return bare(out);
}

} // namespace

std::vector<procedure> compose_view_procedures()
{
    return {
        {"compose.loadServices", query, "composeId!:text(1) type:{fetch,cache}", load_services},
        {"compose.getConvertedCompose", query, "composeId!:text(1)", converted},
        {"compose.getDefaultCommand", query, "composeId!:text(1)", default_command},
        {"compose.randomizeCompose", mutation, "composeId!:text(1) suffix", converted},
        {"compose.isolatedDeployment", mutation, "composeId!:text(1) suffix", isolated},
        {"compose.loadMountsByService", query, "composeId!:text(1) serviceName!:text(1)", mounts_by_service},
        {"compose.readLogs",
         query,
         "composeId!:text(1) containerId!:word(1) tail:integer(1,10000) since:since search:search",
         read_logs,
         audience::managers,
         {0, 29, 0}},
    };
}

} // namespace basekeeper::rehearsal
