// A value that refers to one variable tells which one changed; one that refers to several only that one of them did.
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

struct disagreement
{
    std::string service;
    std::vector<reference> refers_to;
};

/// The values that a container has otherwise than it would be given them now.
std::vector<disagreement>
disagreements(const compose_file& compose, const values_by_name& values, const inspected_container& container)
{
    std::vector<disagreement> out;
    const auto* service = compose.find(container.service);
    if (service == nullptr)
        return out;
    for (const auto& [name, text] : compose.variables(*service)) {
        const auto runs_with = container.variables.find(name);
        auto refers_to = references(text);
        if (refers_to.empty() || runs_with == container.variables.end())
            continue;
        std::vector<std::string> unset;
        const auto wanted = interpolated(text, values, unset);
        if (wanted && is_plain(*wanted) && *wanted != runs_with->second.reveal())
            out.push_back({container.service, std::move(refers_to)});
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
    std::vector<disagreement> of_several;
    for (const auto& container : running)
        for (auto& one : disagreements(compose, values, container)) {
            if (one.refers_to.size() == 1)
                changed[one.refers_to.front().name].insert(one.service);
            else
                of_several.push_back(std::move(one));
        }
    for (const auto& one : of_several) {
        const bool explained =
            std::ranges::any_of(one.refers_to, [&](const auto& r) { return changed.contains(r.name); });
        for (const auto& r : one.refers_to)
            if (!explained || changed.contains(r.name))
                changed[r.name].insert(one.service);
    }
    std::vector<undeployed_variable> out;
    for (auto& [name, services] : changed)
        out.push_back({name, {services.begin(), services.end()}});
    return out;
}

bool is_cured_by_deployment(std::string_view id)
{
    constexpr std::array<std::string_view, 2> ids{"not_deployed", "jwt_secret_changed"};
    return std::ranges::find(ids, id) != ids.end();
}

} // namespace basekeeper::stack
