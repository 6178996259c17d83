// From the configuration to what an authenticator accepts, with every gap named.
#include "access/authenticator.hpp"
#include "access/resource.hpp"
#include "access/token_principal.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace basekeeper::access {
namespace {

using crypto::jwt_algorithm;

constexpr std::array asymmetric{jwt_algorithm::rs256, jwt_algorithm::ps256, jwt_algorithm::es256, jwt_algorithm::eddsa};

std::unexpected<error> gap(std::string message, std::string hint)
{
    return fail(condition::invalid_argument, std::move(message), std::move(hint));
}

result<std::vector<jwt_algorithm>> algorithms_of(const config::auth_settings& auth)
{
    const bool has_secret = !auth.jwt_secret->empty();
    const bool has_keys = !auth.jwks->empty();
    std::vector<jwt_algorithm> out;
    if (auth.algorithms->empty()) {
        if (has_secret)
            out.push_back(jwt_algorithm::hs256);
        if (has_keys)
            out.insert(out.end(), asymmetric.begin(), asymmetric.end());
        return out;
    }
    for (const auto& name : *auth.algorithms) {
        const auto one = crypto::jwt_algorithm_from(name);
        if (!one)
            return gap("auth.algorithms: there is no " + name, "use HS256, RS256, PS256, ES256, EdDSA");
        if (*one == jwt_algorithm::hs256 && !has_secret)
            return gap("auth.algorithms: HS256 needs a secret", "set auth.jwt_secret, or take HS256 out");
        if (*one != jwt_algorithm::hs256 && !has_keys)
            return gap("auth.algorithms: " + name + " needs a key set", "set auth.jwks, or take it out");
        out.push_back(*one);
    }
    return out;
}

result<std::vector<scope>> scopes_of(const std::vector<std::string>& texts, std::span<const std::string> groups)
{
    std::vector<scope> out;
    for (const auto& text : texts) {
        auto one = parse_scope(text, groups);
        if (!one)
            return fail(std::move(one).error().within("auth.supabase_scopes"));
        out.push_back(*std::move(one));
    }
    return out;
}

} // namespace

result<authenticator_settings> authenticator_settings_from(
    const config::auth_settings& auth, std::string_view public_url, std::span<const std::string> groups
)
{
    authenticator_settings out{.mode = *auth.mode};
    out.supabase = TRY(scopes_of(*auth.supabase_scopes, groups));
    out.tokens.algorithms = TRY(algorithms_of(auth));
    if (out.tokens.algorithms.empty()) {
        if (!out.supabase.empty())
            return gap("auth.supabase_scopes: nothing verifies such tokens", "set auth.jwt_secret or auth.jwks");
        return out;
    }
    if (!auth.jwt_secret->empty())
        out.shared = TRY(crypto::verification_key::shared(*auth.jwt_secret));
    if (!auth.issuer->empty())
        out.tokens.issuers.push_back(*auth.issuer);
    else
        out.tokens.issuers = *auth.authorization_servers;
    if (out.tokens.issuers.empty())
        return gap("auth.issuer: tokens are accepted, but from whom is not said", "set auth.issuer");
    out.audience = auth.audience->empty() ? std::string(public_url) : *auth.audience;
    if (out.audience.empty() && out.supabase.empty())
        return gap(
            "http.public_url: tokens are accepted, but their audience is not known",
            "set http.public_url to the URL of the MCP endpoint, or auth.audience"
        );
    out.tokens.same_audience = same_resource;
    if (!out.audience.empty())
        out.tokens.audiences.push_back(out.audience);
    if (!out.supabase.empty())
        out.tokens.audiences.emplace_back(supabase_audience);
    return out;
}

} // namespace basekeeper::access
