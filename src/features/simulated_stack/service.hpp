// What the gateway hands to a service behind it.
#pragma once

#include "features/simulated_stack/exchange.hpp"

#include <string>
#include <string_view>

namespace basekeeper::simulated_stack {

/// How one service of the stack is.
enum class service_state
{
    up,
    down,     ///< no container: its name leads nowhere
    unhealthy ///< the container is there and does not answer
};

/// A request as it reaches a service.
struct call
{
    const request& asked;
    std::string_view path;                      ///< what is left of it behind the route, starts with a slash
    std::string authorization{};                ///< the field Authorization as the gateway passes it on
    service_state database = service_state::up; ///< services live without it, and say so

    /// The token of `Bearer TOKEN`; empty when there is none.
    std::string_view token() const
    {
        const std::string_view all = authorization;
        constexpr std::string_view scheme = "Bearer ";
        return all.starts_with(scheme) ? all.substr(scheme.size()) : std::string_view{};
    }
};

} // namespace basekeeper::simulated_stack
