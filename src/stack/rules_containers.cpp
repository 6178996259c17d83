// Rules of what runs: containers keep the values that they were created with.
#include "stack/rules.hpp"
#include "stack/undeployed.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

namespace basekeeper::stack {
namespace {

/// The two whose change is worse than that a service runs with an old value.
constexpr std::string_view secret = "JWT_SECRET";
constexpr std::string_view password = "POSTGRES_PASSWORD";

bool runs_with_another(const looked_at& stack, const inspected_container& container, std::string_view inside)
{
    const auto found = container.variables.find(inside);
    const auto* set = stack.env.find(secret);
    return found != container.variables.end() && set != nullptr && !(found->second == *set);
}

std::string evidence_of(std::string_view service)
{
    return fmt::format("the container of {} has another value than the env text", service);
}

/// `reaches` tells whether a deployment would give containers the secret of the env text.
void check_secret(const looked_at& stack, const inspected_container& container, bool reaches, findings& out)
{
    constexpr std::array<std::string_view, 4> names{secret, "GOTRUE_JWT_SECRET", "AUTH_JWT_SECRET", "API_JWT_SECRET"};
    if (std::ranges::none_of(names, [&](auto name) { return runs_with_another(stack, container, name); }))
        return;
    // Keys that fit the new secret work as soon as the services have it; nobody has to get others.
    const bool keys_fit =
        std::ranges::none_of(out, [](const finding& f) { return f.remedy.kind == remedy_kind::regenerate_keys; });
    out.push_back(
        {"jwt_secret_changed",
         severity::critical,
         container.service,
         fmt::format(
             "JWT_SECRET was changed after {} was created, so the services do not agree on keys", container.service
         ),
         evidence_of(container.service),
         {.kind = keys_fit && reaches ? remedy_kind::mend : remedy_kind::regenerate_keys}}
    );
}

void check_password(const looked_at& stack, findings& out)
{
    if (stack.compose && has_other_password(*stack.compose, stack.env, stack.given.containers))
        out.push_back(
            {"postgres_password_changed",
             severity::critical,
             std::string(password),
             "POSTGRES_PASSWORD was changed in the env text; the database took it at its first start only, so a "
             "deployment would lock all services out: let it be made anew, also inside the database, or put the old "
             "value back",
             evidence_of("the database"),
             generate(std::string(password))}
        );
}

void check_others(const std::vector<undeployed_variable>& all, findings& out)
{
    std::vector<std::string> names;
    std::set<std::string> services;
    for (const auto& one : all)
        if (one.name != secret && one.name != password) {
            names.push_back(one.name);
            services.insert(one.services.begin(), one.services.end());
        }
    if (!names.empty())
        out.push_back(
            {"not_deployed",
             severity::warning,
             names.front(),
             fmt::format(
                 "{} {} changed after containers were created, which run with the old values until a deployment",
                 fmt::join(names, ", "),
                 names.size() == 1 ? "was" : "were"
             ),
             fmt::format(
                 "{} {} other values than the env text",
                 fmt::join(services, ", "),
                 services.size() == 1 ? "has" : "have"
             ),
             {.kind = remedy_kind::mend}}
        );
}

} // namespace

void check_containers(const looked_at& stack, findings& out)
{
    const auto all = stack.compose ? undeployed(*stack.compose, stack.env, stack.given.containers)
                                   : std::vector<undeployed_variable>{};
    const bool reaches = std::ranges::find(all, secret, &undeployed_variable::name) != all.end();
    for (const auto& container : stack.given.containers)
        check_secret(stack, container, reaches, out);
    check_password(stack, out);
    check_others(all, out);
}

} // namespace basekeeper::stack
