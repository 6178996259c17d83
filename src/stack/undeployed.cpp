// A value that refers to one variable tells which one changed; one that refers to several only that one of them did,
// and a value that is as wanted tells which did not.
#include "stack/undeployed.hpp"

#include "stack/interpolation.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace basekeeper::stack {
namespace {

/// Whether a text reaches a container through .env and docker compose letter by letter, in every version of Dokploy.
bool is_plain(std::string_view text)
{
    return text.find_first_of("$\"'\\#\r\n") == std::string_view::npos;
}

using services_by_variable = std::map<std::string, std::set<std::string>>;

/// A value of a container beside the one that it would be given now.
struct comparison
{
    std::string service;
    std::vector<reference> refers_to;
    bool agrees = false;
};

std::vector<comparison>
comparisons(const compose_file& compose, const values_by_name& values, const inspected_container& container)
{
    std::vector<comparison> out;
    const auto* service = compose.find(container.service);
    if (service == nullptr)
        return out;
    for (const auto& [name, text] : compose.variables(*service)) {
        const auto runs_with = container.variables.find(name);
        auto refers_to = references(text);
        if (refers_to.empty() || runs_with == container.variables.end() ||
            std::ranges::any_of(refers_to, is_given_by_dokploy, &reference::name))
            continue;
        std::vector<std::string> unset;
        const auto wanted = interpolated(text, values, unset);
        if (wanted && is_plain(*wanted))
            out.push_back({container.service, std::move(refers_to), *wanted == runs_with->second.reveal()});
    }
    return out;
}

} // namespace

std::vector<undeployed_variable>
undeployed(const compose_file& compose, const env_text::document& env, const std::vector<inspected_container>& running)
{
    values_by_name values;
    for (const auto& [name, value] : env.values())
        values.insert_or_assign(name, std::string(value.reveal()));
    services_by_variable changed;
    std::set<std::string> same;
    std::vector<comparison> of_several;
    for (const auto& container : running)
        for (auto& one : comparisons(compose, values, container)) {
            if (one.agrees)
                for (const auto& r : one.refers_to)
                    same.insert(r.name);
            else if (one.refers_to.size() == 1)
                changed[one.refers_to.front().name].insert(one.service);
            else
                of_several.push_back(std::move(one));
        }
    for (const auto& one : of_several) {
        const bool explained =
            std::ranges::any_of(one.refers_to, [&](const auto& r) { return changed.contains(r.name); });
        for (const auto& r : one.refers_to)
            if (explained ? changed.contains(r.name) : !same.contains(r.name))
                changed[r.name].insert(one.service);
    }
    std::vector<undeployed_variable> out;
    for (auto& [name, services] : changed)
        out.push_back({name, {services.begin(), services.end()}});
    return out;
}

bool has_other_password(
    const compose_file& compose, const env_text::document& env, const std::vector<inspected_container>& running
)
{
    constexpr std::string_view password = "POSTGRES_PASSWORD";
    const auto* database = compose.find(role::database);
    const auto* wanted = env.find(password);
    if (database == nullptr || wanted == nullptr)
        return false;
    const auto found = std::ranges::find(running, database->name, &inspected_container::service);
    if (found == running.end())
        return false;
    const auto runs_with = found->variables.find(password);
    return runs_with != found->variables.end() && !(runs_with->second == *wanted);
}

bool is_given_by_dokploy(std::string_view name)
{
    constexpr std::array<std::string_view, 6> names{
        "APP_NAME", "COMPOSE_PROJECT_NAME", "COMPOSE_PREFIX", "DOCKER_CONFIG", "PATH", "HOME"
    };
    return std::ranges::find(names, name) != names.end();
}

bool is_cured_by_deployment(std::string_view id)
{
    constexpr std::array<std::string_view, 2> ids{"not_deployed", "jwt_secret_changed"};
    return std::ranges::find(ids, id) != ids.end();
}

} // namespace basekeeper::stack
