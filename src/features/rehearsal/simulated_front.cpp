// From the state of containers to that of the simulated services.
#include "features/rehearsal/simulated_front.hpp"

#include "features/simulated_stack/gateway.hpp"

#include <array>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace basekeeper::rehearsal {
namespace {

using simulated_stack::service_state;

constexpr std::array all_roles{
    stack::role::studio,
    stack::role::auth,
    stack::role::rest,
    stack::role::realtime,
    stack::role::storage,
    stack::role::imgproxy,
    stack::role::meta,
    stack::role::functions,
    stack::role::analytics,
    stack::role::database,
    stack::role::vector,
    stack::role::pooler
};

service_state state_of(const stack_view& of, stack::role which)
{
    const auto found = of.parts.find(which);
    if (found == of.parts.end() || found->second == part_state::absent)
        return service_state::down;
    return found->second == part_state::works ? service_state::up : service_state::unhealthy;
}

struct running
{
    explicit running(const clock& time) : gateway(time) {}

    void follow(const stack_view& now)
    {
        // Containers are made anew when their variables change; what they keep stays.
        if (!started || in_effect != now.variables || wired.realtime_host != now.unknown_realtime_host ||
            wired.without_key_set != now.without_key_set)
        {
            in_effect = now.variables;
            wired = {.realtime_host = now.unknown_realtime_host, .without_key_set = now.without_key_set};
            gateway.start(in_effect, wired);
            started = true;
        }
        for (const auto which : all_roles)
            gateway.set_service(which, state_of(now, which));
    }

    simulated_stack::gateway gateway;
    env_text::values in_effect{};
    simulated_stack::wiring wired{};
    bool started = false;
};

} // namespace

stack_front simulated_front(const clock& time)
{
    auto stacks = std::make_shared<std::map<std::string, std::unique_ptr<running>>>();
    return [stacks, &time](const stack_view& of, const front_request& what) {
        auto& one = (*stacks)[of.on_host.app_name];
        if (!one)
            one = std::make_unique<running>(time);
        one->follow(of);
        auto came = one->gateway.respond({
            .method = what.method,
            .path = what.path,
            .query = what.query,
            .headers = what.headers,
            .body = what.body,
        });
        return front_answer{
            .status = static_cast<unsigned>(came.status),
            .headers = std::move(came.headers),
            .body = std::move(came.body),
        };
    };
}

} // namespace basekeeper::rehearsal
