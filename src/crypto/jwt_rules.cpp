// Tokens of others: which key, which algorithm, from whom, for whom, until when.
#include "crypto/encoding.hpp"
#include "crypto/jwt.hpp"
#include "crypto/jwt_parts.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace basekeeper::crypto {
namespace {

/// What the header says, as far as it is looked at.
struct announced
{
    jwt_algorithm algorithm = jwt_algorithm::hs256;
    std::optional<std::string_view> key_id; ///< into the header
};

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// RFC 9068 section 4 and RFC 7519 section 5.1: a token for another purpose says so in `typ`.
bool is_access_token(const boost::json::object& header)
{
    const auto* typ = header.if_contains("typ");
    if (typ == nullptr)
        return true;
    if (!typ->is_string())
        return false;
    std::string name(typ->get_string());
    std::ranges::transform(name, name.begin(), lower);
    constexpr std::array<std::string_view, 4> known{"jwt", "at+jwt", "application/at+jwt", "application/jwt"};
    return std::ranges::find(known, name) != known.end();
}

result<announced> read_header(const boost::json::object& header, const token_rules& rules)
{
    const auto* alg = header.if_contains("alg");
    const auto named = alg != nullptr && alg->is_string() ? jwt_algorithm_from(alg->get_string()) : std::nullopt;
    if (!named || std::ranges::find(rules.algorithms, *named) == rules.algorithms.end())
        return jwt::refuse("its algorithm is not allowed");
    if (header.contains("crit") || header.contains("b64"))
        return jwt::refuse("it needs an extension that is not supported");
    if (!is_access_token(header))
        return jwt::refuse("its typ says that it is no access token");
    announced out{.algorithm = *named, .key_id = std::nullopt};
    if (const auto* kid = header.if_contains("kid")) {
        if (!kid->is_string())
            return jwt::refuse("its kid is no text");
        out.key_id = kid->get_string();
    }
    return out;
}

/// The keys that the header may mean: the one that it names, or, where it names none, all that fit its algorithm.
result<std::vector<const verification_key*>> candidates(const key_set& keys, const announced& by)
{
    const auto those = [&](auto&& wanted) {
        std::vector<const verification_key*> found;
        for (const auto& key : keys)
            if (key.fits(by.algorithm) && wanted(key))
                found.push_back(&key);
        return found;
    };
    if (!by.key_id) {
        auto found = those([](const auto&) { return true; });
        if (found.empty())
            return jwt::refuse("no key fits its algorithm");
        return found;
    }
    if (std::ranges::any_of(keys, [&](const auto& key) { return key.id() == *by.key_id; })) {
        auto found = those([&](const auto& key) { return key.id() == *by.key_id; });
        if (found.empty())
            return jwt::refuse("its algorithm does not fit the key that it names");
        return found;
    }
    auto unnamed = those([](const auto& key) { return key.id().empty(); });
    if (unnamed.empty())
        return fail(
            condition::not_found, "token is refused: no key has the id that it names", "get a new token and try again"
        );
    return unnamed;
}

/// Without the id of a key, a signature that no key of an authorization server made may be of a key that is new.
result<> wrong_signature(const announced& by)
{
    if (by.key_id || by.algorithm == jwt_algorithm::hs256)
        return jwt::refuse("its signature is wrong");
    return fail(
        condition::not_found, "token is refused: none of the keys made its signature", "get a new token and try again"
    );
}

bool is_for_us(const boost::json::object& claims, const token_rules& rules)
{
    const auto ours = [&](const boost::json::value& v) {
        const auto* text = v.if_string();
        return text != nullptr && std::ranges::any_of(rules.audiences, [&](const std::string& audience) {
                   return rules.same_audience != nullptr ? rules.same_audience(*text, audience) : *text == audience;
               });
    };
    const auto* aud = claims.if_contains("aud");
    if (aud == nullptr)
        return false;
    return aud->is_array() ? std::ranges::any_of(aud->get_array(), ours) : ours(*aud);
}

result<> check_claims(const boost::json::object& claims, const token_rules& rules, wall_time now)
{
    const auto* iss = claims.if_contains("iss");
    const auto* issuer = iss == nullptr ? nullptr : iss->if_string();
    if (issuer == nullptr || std::ranges::find(rules.issuers, std::string_view(*issuer)) == rules.issuers.end())
        return jwt::refuse("it is from another issuer");
    if (!is_for_us(claims, rules))
        return jwt::refuse("it is for another audience");
    if (!claims.contains("exp"))
        return jwt::refuse("it does not expire");
    return jwt::check_dates(claims, now, rules.leeway);
}

} // namespace

result<boost::json::object>
verify_jwt(std::string_view token, const key_set& keys, const token_rules& rules, wall_time now)
{
    if (token.size() > max_token_bytes)
        return jwt::refuse("it is too long");
    const auto parts = jwt::split(token);
    const auto header = parts ? jwt::read_object(parts->header) : std::nullopt;
    if (!header)
        return jwt::refuse("it is not a signed JSON Web Token");
    const auto said = TRY(read_header(*header, rules));
    const auto may_be = TRY(candidates(keys, said));
    const auto signature = from_base64url(parts->signature);
    const auto made_it = [&](const auto* key) { return key->verifies(said.algorithm, parts->signed_part, *signature); };
    if (!signature)
        return jwt::refuse("its signature is wrong");
    if (std::ranges::none_of(may_be, made_it))
        TRY(wrong_signature(said));
    auto claims = jwt::read_object(parts->payload);
    if (!claims)
        return jwt::refuse("its claims are not a JSON object");
    TRY(check_claims(*claims, rules, now));
    return std::move(*claims);
}

} // namespace basekeeper::crypto
