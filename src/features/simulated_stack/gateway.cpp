// Kong in front, one object per service behind it.
#include "features/simulated_stack/gateway.hpp"

#include "features/simulated_stack/auth.hpp"
#include "features/simulated_stack/kong.hpp"
#include "features/simulated_stack/rest.hpp"
#include "features/simulated_stack/small_services.hpp"
#include "features/simulated_stack/storage.hpp"

#include <map>

namespace basekeeper::simulated_stack {
namespace {

constexpr std::size_t most_body_bytes = std::size_t{2} << 20U;
constexpr std::string_view tenant_path = "/realtime/v1/api/tenants";

answer preflight()
{
    return {
        200,
        {{"Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS,TRACE,CONNECT"},
         {"Access-Control-Allow-Headers", "authorization,apikey,content-type,prefer,x-client-info,x-upsert"}},
        {}
    };
}

} // namespace

struct gateway::parts
{
    explicit parts(const clock& time) : auth(time), rest(time), storage(time), realtime(time), functions(time) {}

    service_state state_of(stack::role which) const
    {
        const auto found = states.find(which);
        return found == states.end() ? service_state::up : found->second;
    }

    answer behind(stack::role to, const call& what)
    {
        switch (to) {
        case stack::role::auth:
            return auth.respond(what);
        case stack::role::rest:
            return rest.respond(what);
        case stack::role::storage:
            return storage.respond(what);
        case stack::role::realtime:
            return realtime.respond(what);
        case stack::role::functions:
            return functions.respond(what);
        case stack::role::meta:
            return meta_answer(what);
        default:
            return studio_answer(what);
        }
    }

    answer routed_answer(const request& what)
    {
        if (state_of(stack::role::gateway) != service_state::up)
            return text_answer(502, "Bad Gateway");
        if (what.body.size() > most_body_bytes)
            return json_answer(413, boost::json::object{{"message", "Payload Too Large"}});
        const auto way = route_for(what.path);
        if (way.by == nullptr)
            return json_answer(404, boost::json::object{{"message", "no Route matched with those values"}});
        if (what.method == "OPTIONS" && way.by->who != access::dashboard_user)
            return preflight();
        if (as.tenants == tenant_routes::closed && what.path.starts_with(tenant_path))
            return json_answer(403, boost::json::object{{"message", "Access is forbidden."}});
        if (auto refused = keys.refusal(what, way.by->who))
            return *std::move(refused);
        const auto state = state_of(way.by->to);
        if (state != service_state::up)
            return state == service_state::down ? upstream_away() : upstream_unhealthy();
        return behind(
            way.by->to,
            {.asked = what,
             .path = way.path,
             .authorization = keys.authorization(what, way.by->who),
             .database = state_of(stack::role::database)}
        );
    }

    key_ring keys;
    auth_service auth;
    rest_service rest;
    storage_service storage;
    realtime_service realtime;
    functions_service functions;
    std::map<stack::role, service_state> states;
    wiring as;
};

gateway::gateway(const clock& time) : parts_(std::make_unique<parts>(time)) {}

gateway::~gateway() = default;
gateway::gateway(gateway&&) noexcept = default;
gateway& gateway::operator=(gateway&&) noexcept = default;

void gateway::start(const env_text::values& in_effect, const wiring& as)
{
    parts_->as = as;
    parts_->keys.use(in_effect);
    auto without_set = in_effect;
    without_set.erase("JWT_KEYS");
    without_set.erase("JWT_JWKS");
    const auto of = [&](stack::role which) -> const env_text::values& {
        return as.without_key_set.contains(which) ? without_set : in_effect;
    };
    parts_->auth.start(of(stack::role::auth));
    parts_->rest.start(of(stack::role::rest));
    parts_->storage.start(of(stack::role::storage));
    parts_->realtime.start(of(stack::role::realtime), as.realtime_host);
    parts_->functions.start(of(stack::role::functions));
}

void gateway::set_service(stack::role which, service_state how)
{
    parts_->states[which] = how;
}

void gateway::wipe()
{
    parts_->auth.wipe();
    parts_->rest.wipe();
    parts_->storage.wipe();
}

answer gateway::respond(const request& what)
{
    auto out = parts_->routed_answer(what);
    out.headers.emplace_back("Access-Control-Allow-Origin", "*");
    out.headers.emplace_back("Via", "kong/3.9.1");
    return out;
}

} // namespace basekeeper::simulated_stack
