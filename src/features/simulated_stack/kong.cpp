// Routes and words of Kong 3 with the declarative file of a self-hosted stack.
#include "features/simulated_stack/kong.hpp"

#include "crypto/bytes.hpp"
#include "crypto/encoding.hpp"
#include "features/simulated_stack/tokens.hpp"

#include <boost/json/object.hpp>

#include <array>

namespace basekeeper::simulated_stack {
namespace {

using stack::role;

/// The first that fits counts.
constexpr auto routes = std::to_array<route>({
    {"/auth/v1/verify", role::auth, access::open, "/verify"},
    {"/auth/v1/callback", role::auth, access::open, "/callback"},
    {"/auth/v1/authorize", role::auth, access::open, "/authorize"},
    {"/auth/v1/.well-known/jwks.json", role::auth, access::open, "/.well-known/jwks.json"},
    {"/auth/v1/", role::auth, access::any_key, "/"},
    {"/rest/v1/", role::rest, access::any_key, "/"},
    {"/graphql/v1", role::rest, access::any_key, "/rpc/graphql"},
    {"/realtime/v1/api", role::realtime, access::any_key, "/api"},
    {"/realtime/v1/", role::realtime, access::any_key, "/socket/"},
    {"/storage/v1/", role::storage, access::passed_on, "/"},
    {"/functions/v1/", role::functions, access::open, "/"},
    {"/pg/", role::meta, access::service_key, "/"},
    {"/", role::studio, access::dashboard_user, "/"},
});

constexpr route rest_root{"/rest/v1/", role::rest, access::service_key, "/"};

answer message(int status, std::string_view text)
{
    return json_answer(status, boost::json::object{{"message", text}});
}

std::string key_in(const request& asked)
{
    if (const auto* header = find_header(asked.headers, "apikey"))
        return *header;
    return parameter(asked.query, "apikey").value_or(std::string{});
}

bool is_same(std::string_view a, std::string_view b)
{
    return !a.empty() && crypto::constant_time_equal(crypto::bytes_of(a), crypto::bytes_of(b));
}

} // namespace

routed route_for(std::string_view path)
{
    if (path == rest_root.prefix)
        return {&rest_root, "/"};
    for (const auto& one : routes)
        if (path.starts_with(one.prefix))
            return {&one, std::string(one.upstream).append(path.substr(one.prefix.size()))};
    return {};
}

void key_ring::use(const env_text::values& in_effect)
{
    values_ = in_effect;
}

std::optional<answer> key_ring::refusal(const request& asked, access needed) const
{
    switch (needed) {
    case access::open:
    case access::passed_on:
        return std::nullopt;
    case access::dashboard_user:
        return dashboard_refusal(asked);
    default:
        return key_refusal(asked, needed);
    }
}

std::optional<answer> key_ring::key_refusal(const request& asked, access needed) const
{
    const auto key = key_in(asked);
    if (key.empty()) {
        auto out = message(401, "No API key found in request");
        out.headers.emplace_back("WWW-Authenticate", "Key");
        return out;
    }
    if (is_same(variable(values_, "SERVICE_ROLE_KEY"), key) || is_same(variable(values_, "SUPABASE_SECRET_KEY"), key))
        return std::nullopt;
    if (is_same(variable(values_, "ANON_KEY"), key) || is_same(variable(values_, "SUPABASE_PUBLISHABLE_KEY"), key)) {
        if (needed == access::service_key)
            return message(403, "You cannot consume this service");
        return std::nullopt;
    }
    return message(401, "Invalid authentication credentials");
}

std::optional<answer> key_ring::dashboard_refusal(const request& asked) const
{
    const auto* sent = find_header(asked.headers, "authorization");
    const auto login = std::string(variable(values_, "DASHBOARD_USERNAME", "supabase")) + ":" +
                       std::string(variable(values_, "DASHBOARD_PASSWORD"));
    if (sent != nullptr && !variable(values_, "DASHBOARD_PASSWORD").empty() &&
        is_same("Basic " + crypto::to_base64(crypto::bytes_of(login)), *sent))
        return std::nullopt;
    auto out = message(401, sent == nullptr ? "Unauthorized" : "Invalid authentication credentials");
    out.headers.emplace_back("WWW-Authenticate", R"(Basic realm="service")");
    return out;
}

std::string key_ring::authorization(const request& asked, access by) const
{
    const auto* sent = find_header(asked.headers, "authorization");
    auto own = sent == nullptr ? std::string{} : *sent;
    if (by == access::open || by == access::dashboard_user || (!own.empty() && !own.starts_with("Bearer sb_")))
        return own;
    auto key = key_in(asked);
    if (key.empty())
        return own;
    if (is_same(variable(values_, "SUPABASE_PUBLISHABLE_KEY"), key))
        return "Bearer " + std::string(variable(values_, "ANON_KEY_ASYMMETRIC", key));
    if (is_same(variable(values_, "SUPABASE_SECRET_KEY"), key))
        return "Bearer " + std::string(variable(values_, "SERVICE_ROLE_KEY_ASYMMETRIC", key));
    return key; // as it is, without a scheme: what wants a token does not take it for one
}

answer upstream_away()
{
    return message(503, "name resolution failed");
}

answer upstream_unhealthy()
{
    return message(502, "An invalid response was received from the upstream server");
}

} // namespace basekeeper::simulated_stack
