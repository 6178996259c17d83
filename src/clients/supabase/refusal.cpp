// Told by status, body and header fields of Kong, Envoy, GoTrue, PostgREST, storage and realtime.
#include "clients/supabase/refusal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace basekeeper::supabase {
namespace {

struct sign
{
    std::string_view words;
    refusal means;
};

/// In the body of an answer that is no success, in this order. Case as the programs write it.
constexpr auto signs = std::to_array<sign>({
    {"No API key found in request", refusal::no_key},
    {"Invalid authentication credentials", refusal::unknown_key},
    {"RBAC: access denied", refusal::unknown_key}, // Envoy's word for every key that a route does not take
    {"You cannot consume this service", refusal::wrong_kind},
    {"name resolution failed", refusal::service_away},
    {"failure to get a peer from the ring-balancer", refusal::service_away},
    {"An invalid response was received from the upstream server", refusal::service_silent},
    {"no healthy upstream", refusal::service_silent},
    {"upstream connect error", refusal::service_silent},
    {"not_admin", refusal::not_admin},
    {"token is expired", refusal::expired},
    {"JWT expired", refusal::expired},
    {"PGRST303", refusal::expired},
    {"claim timestamp check failed", refusal::expired},
    {"jwt expired", refusal::expired},
    {"Token has expired", refusal::expired},
    {"token signature is invalid", refusal::wrong_signature},
    {"JWSInvalidSignature", refusal::wrong_signature},
    {"No suitable key or wrong key type", refusal::wrong_signature},
    {"JWT cryptographic operation failed", refusal::wrong_signature},
    {"signature verification failed", refusal::wrong_signature},
    {"invalid signature", refusal::wrong_signature},
    {"JwtSignatureError", refusal::wrong_signature},
    {"token is malformed", refusal::no_token},
    {"Expected 3 parts in JWT", refusal::no_token},
    {"Invalid Compact JWS", refusal::no_token},
    {"jwt malformed", refusal::no_token},
    {"MalformedJWT", refusal::no_token},
    {"no_authorization", refusal::no_token},
    {"Missing authorization header", refusal::no_token},
    {"bad_jwt", refusal::wrong_signature},
    {"PGRST301", refusal::wrong_signature},
    {"PGRST000", refusal::database_away},
    {"PGRST001", refusal::database_away},
    {"PGRST002", refusal::database_away},
    {"PGRST003", refusal::database_away},
    {"password authentication failed", refusal::database_away},
    {"ECONNREFUSED", refusal::database_away},
    {"ENOTFOUND", refusal::database_away},
    {"Database error", refusal::database_away},
});

bool is_page(const http::client_response& came)
{
    const auto type = came.header("content-type").value_or("");
    return type.starts_with("text/html");
}

refusal by_status(int status)
{
    switch (status) {
    case 404:
        return refusal::not_there;
    case 429:
        return refusal::too_many;
    case 502:
    case 504:
        return refusal::service_silent;
    case 503:
        return refusal::service_away;
    default:
        return refusal::other;
    }
}

std::string_view named(key k)
{
    return k == key::service ? "service role key" : k == key::anon ? "anon key" : "key";
}

std::string_view variable_of(key k)
{
    return k == key::service ? "SERVICE_ROLE_KEY" : "ANON_KEY";
}

error key_refusal(refusal why, const asked& what)
{
    const auto key = named(what.by);
    const auto variable = variable_of(what.by);
    switch (why) {
    case refusal::no_key:
        return {
            condition::denied,
            fmt::format("the gateway saw no key in a request to {}", what.service),
            "look whether a proxy before the gateway takes the field apikey out, and set the keys of the stack"
        };
    case refusal::unknown_key:
        return {
            condition::denied,
            fmt::format("the gateway does not know the {}: its configuration has another one", key),
            fmt::format(
                "compare {} with the variables the gateway's container runs with; after a change of the env text "
                "deploy again, so that the gateway is made anew",
                variable
            )
        };
    case refusal::wrong_kind:
        return {
            condition::denied,
            fmt::format("the gateway lets only the service role key through to {}", what.service),
            "set the service key to SERVICE_ROLE_KEY of the stack; it may hold the anon key"
        };
    case refusal::wrong_signature:
        return {
            condition::denied,
            fmt::format(
                "{} says that the signature of the {} is wrong: it was made with another JWT_SECRET", what.service, key
            ),
            fmt::format(
                "make ANON_KEY and SERVICE_ROLE_KEY anew from the JWT_SECRET in effect, or set JWT_SECRET (and "
                "JWT_KEYS, "
                "JWT_JWKS) back to what they were made with; then deploy again, so that {} gets it",
                what.service
            )
        };
    case refusal::no_token:
        return {
            condition::denied,
            fmt::format("{} got no JWT for the {}: the gateway did not put one in its place", what.service, key),
            "set ANON_KEY_ASYMMETRIC and SERVICE_ROLE_KEY_ASYMMETRIC for the opaque keys and deploy again, or use "
            "ANON_KEY and SERVICE_ROLE_KEY"
        };
    case refusal::expired:
        return {
            condition::denied,
            fmt::format("the {} has expired, as {} says", key, what.service),
            "make ANON_KEY and SERVICE_ROLE_KEY anew from JWT_SECRET and deploy again; if they are new, set the clock "
            "of "
            "the server"
        };
    default:
        return {
            condition::denied,
            fmt::format("{} accepts the {}, but its role is not service_role", what.service, key),
            "set the service key to SERVICE_ROLE_KEY of the stack; ANON_KEY and SERVICE_ROLE_KEY may be swapped"
        };
    }
}

error place_refusal(refusal why, const asked& what, int status)
{
    switch (why) {
    case refusal::service_away:
        return {
            condition::unavailable,
            fmt::format("the gateway does not find {} (HTTP {})", what.service, status),
            fmt::format("look whether the container of {} runs, and read its log", what.service)
        };
    case refusal::service_silent:
        return {
            condition::unavailable,
            fmt::format("{} does not answer the gateway (HTTP {})", what.service, status),
            fmt::format("wait a moment if it is starting; else read the log of {}", what.service)
        };
    case refusal::database_away:
        return {
            condition::unavailable,
            fmt::format("{} runs, but does not reach the database", what.service),
            "look whether the database is healthy and POSTGRES_PASSWORD is still the one its data was made with"
        };
    case refusal::too_many:
        return {
            condition::unavailable,
            fmt::format("{} has answered too many requests", what.service),
            "try again in a minute"
        };
    case refusal::not_there:
        return {
            condition::not_found,
            fmt::format("there is nothing at the path of {} (HTTP 404)", what.service),
            "check the URL: it must be the gateway's, without a path, and its domain must lead to the gateway's port "
            "8000"
        };
    case refusal::elsewhere:
        return {
            condition::unavailable,
            fmt::format("what answers for {} is not the gateway of Supabase (HTTP {})", what.service, status),
            "check the URL (https://, no path) and that its domain leads to the gateway's service and port 8000"
        };
    default:
        return {
            condition::unavailable,
            fmt::format("{} answered with HTTP {}", what.service, status),
            fmt::format("read the log of {}", what.service)
        };
    }
}

} // namespace

refusal refusal_of(const http::client_response& came)
{
    if (came.status >= 200 && came.status < 300)
        return refusal::none;
    for (const auto& one : signs)
        if (came.body.contains(one.words))
            return one.means;
    // Newer versions of Kong say no more than this.
    if (came.status == 401 && text_of(object_of(came), "message") == "Unauthorized")
        return refusal::unknown_key;
    if ((came.status >= 300 && came.status < 400) || is_page(came))
        return refusal::elsewhere;
    return by_status(came.status);
}

error explain(refusal why, const asked& what, int status)
{
    switch (why) {
    case refusal::no_key:
    case refusal::unknown_key:
    case refusal::wrong_kind:
    case refusal::wrong_signature:
    case refusal::no_token:
    case refusal::expired:
    case refusal::not_admin:
        break;
    default: {
        auto out = place_refusal(why, what, status);
        out.http_status = status;
        return out;
    }
    }
    auto out = key_refusal(why, what);
    out.http_status = status;
    return out;
}

error explain(const http::client_response& came, const asked& what)
{
    return explain(refusal_of(came), what, came.status);
}

} // namespace basekeeper::supabase
