// Realtime without its WebSocket: what it answers before it would upgrade, and its REST calls.
#include "features/simulated_stack/small_services.hpp"

namespace basekeeper::simulated_stack {
namespace {

answer short_error(int status, std::string_view text)
{
    return json_answer(status, boost::json::object{{"error", text}});
}

answer tenant_not_found()
{
    return short_error(404, "Tenant not found");
}

} // namespace

void realtime_service::start(const env_text::values& in_effect, std::string_view host)
{
    keys_ = token_keys::of_secret_and_set(in_effect, "JWT_JWKS");
    tenant_ = variable(in_effect, "SELF_HOST_TENANT_NAME", "realtime-dev");
    called_by_ = host.empty() ? tenant_ : std::string(host.substr(0, host.find('.')));
}

answer realtime_service::respond(const call& what) const
{
    const auto parts = path_parts(what.path);
    if (parts.size() == 4 && parts[1] == "tenants" && parts[3] == "health")
        return tenant_health(what, parts[2]);
    if (parts.size() == 2 && parts[0] == "api" && parts[1] == "broadcast" && what.asked.method == "POST")
        return broadcast(what);
    if (parts.size() == 2 && parts[0] == "socket" && parts[1] == "websocket")
        return websocket(what);
    return short_error(404, "not found");
}

answer realtime_service::tenant_health(const call& what, std::string_view tenant) const
{
    if (keys_.read(what.token(), time_.wall()).state != token_state::good)
        return {.status = 403};
    if (tenant != tenant_)
        return tenant_not_found();
    const bool connected = what.database == service_state::up;
    return json_answer(
        200,
        boost::json::object{
            {"data",
             boost::json::object{
                 {"healthy", connected},
                 {"db_connected", connected},
                 {"replication_connected", false},
                 {"connected_cluster", 0},
                 {"region", ""},
                 {"node", "realtime@127.0.0.1"},
             }},
        }
    );
}

answer realtime_service::websocket(const call& what) const
{
    if (called_by_ != tenant_)
        return tenant_not_found();
    const auto passed_on = std::string(what.token());
    const auto key = passed_on.empty() ? parameter(what.asked.query, "apikey").value_or(std::string{}) : passed_on;
    switch (keys_.read(key, time_.wall()).state) {
    case token_state::good:
        break;
    case token_state::expired:
        return short_error(401, "InvalidJWTToken: Token has expired");
    case token_state::bad_signature:
        return short_error(401, "JwtSignatureError: Failed to validate JWT signature");
    default:
        return short_error(401, "MalformedJWT: The token provided is not a valid JWT");
    }
    return text_answer(400, "'connection' header must contain 'upgrade', got []");
}

answer realtime_service::broadcast(const call& what) const
{
    if (called_by_ != tenant_)
        return tenant_not_found();
    if (keys_.read(what.token(), time_.wall()).state != token_state::good)
        return short_error(401, "unauthorized");
    return {.status = 202};
}

} // namespace basekeeper::simulated_stack
