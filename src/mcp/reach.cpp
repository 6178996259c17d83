// The rules that policy has for instances that a call names.
#include "mcp/reach.hpp"

#include "mcp/policy.hpp"

#include <fmt/format.h>

namespace basekeeper::mcp {

bool reaches(const call& c, const reach& of, effect what, std::string_view instance)
{
    const std::string_view only = of.pinned.empty() ? std::string_view(c.sees().instance) : of.pinned;
    if (!only.empty() && instance != only)
        return false;
    const auto& rights = c.who().rights;
    return !rights || rights->allows(of.group, what, instance.empty() ? every_instance : instance);
}

result<> require_reach(call& c, const reach& of, effect what, std::string_view instance)
{
    c.select_instance(std::string(instance));
    if (reaches(c, of, what, instance))
        return {};
    const std::string_view only = of.pinned.empty() ? std::string_view(c.sees().instance) : of.pinned;
    if (!only.empty() && instance != only)
        return fail(
            condition::denied,
            fmt::format("only the instance \"{}\" may be used here", only),
            "use that one, or connect without this limit"
        );
    auto scope = scope_name(of.group, what);
    auto message = instance.empty() ? fmt::format("this needs the scope {} on all instances", scope)
                                    : fmt::format("this needs the scope {} on instance \"{}\"", scope, instance);
    c.lacks_scope(std::move(scope));
    return fail(condition::denied, std::move(message), "use a credential that was granted it");
}

} // namespace basekeeper::mcp
