// What Kong does before a request reaches a service: which route it takes, whose key it has, what it may use.
#pragma once

#include "env_text/document.hpp"
#include "features/simulated_stack/exchange.hpp"
#include "stack/compose_file.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace basekeeper::simulated_stack {

enum class access
{
    open,          ///< no key is asked for, and Authorization stays as it is
    passed_on,     ///< no key is asked for; a known one becomes Authorization
    any_key,       ///< apikey of anon or service_role
    service_key,   ///< apikey of service_role
    dashboard_user ///< basic authentication
};

struct route
{
    std::string_view prefix;
    stack::role to;
    access who;
    std::string_view upstream; ///< what stands before the rest of the path
};

/// The route that a path takes and what is left of the path, with the upstream's own part before it.
struct routed
{
    const route* by = nullptr;
    std::string path;
};

routed route_for(std::string_view path);

/// The keys of the gateway's configuration: compared as text, never verified.
class key_ring
{
public:
    void use(const env_text::values& in_effect);

    /// The refusal, or nothing when the request may pass.
    std::optional<answer> refusal(const request& asked, access needed) const;

    /// The field Authorization that the service sees.
    std::string authorization(const request& asked, access by) const;

private:
    std::optional<answer> key_refusal(const request& asked, access needed) const;
    std::optional<answer> dashboard_refusal(const request& asked) const;

    env_text::values values_;
};

answer upstream_away();
answer upstream_unhealthy();

} // namespace basekeeper::simulated_stack
