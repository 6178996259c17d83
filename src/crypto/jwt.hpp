// Signed tokens, JSON Web Tokens (RFC 7519, RFC 7515): our own with HMAC-SHA-256, and those of others by their keys.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/jwk.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::crypto {

/// Tokens longer than this are refused unread.
inline constexpr std::size_t max_token_bytes = 64U << 10U;

/// The claims as a token signed with HS256. An empty key is invalid_argument; RFC 7518 asks for 32 bytes or more.
result<std::string> sign_jwt(const boost::json::object& claims, std::span<const std::byte> key);

/// The claims of a token that is signed with this key by HS256 and is in force at `now`, give or take `leeway` (not
/// negative). Any other token is denied: another algorithm or `none`, critical extensions, a segment too few or many,
/// text that is not strict base64url, either date not a number. `exp` reached or `nbf` ahead is conflict. A token
/// without `exp` does not expire. Claims are looked at only after the signature was found right.
result<boost::json::object>
verify_jwt(std::string_view token, std::span<const std::byte> key, wall_time now, std::chrono::seconds leeway = {});

/// What a token of somebody else must fulfil.
struct token_rules
{
    std::vector<jwt_algorithm> algorithms; ///< the only ones that are allowed
    std::vector<std::string> issuers;      ///< `iss` must be one of them, to the letter
    std::vector<std::string> audiences;    ///< `aud`, a text or a list, must hold one of them
    std::chrono::seconds leeway{60};       ///< for `exp` and `nbf`; not negative

    /// How an audience is compared; null: to the letter.
    bool (*same_audience)(std::string_view claimed, std::string_view ours) = nullptr;
};

/// The claims of a token that one of the keys signed and that fulfils the rules at `now`. The header only chooses among
/// what is allowed: its `alg` must be in the rules and fit the key; its `kid` must name the key. Without `kid` all
/// keys that fit are tried; keys without an id answer to any. `jwk`, `jku`, `x5c` and `x5u` are never looked at.
/// Critical extensions, a `typ` other than JWT and at+jwt, a missing `exp`, and everything that the other form refuses,
/// are denied. conflict: it was good or will be. not_found: no key has that id, or, without `kid`, none made the
/// signature, so a newer key set may help.
result<boost::json::object>
verify_jwt(std::string_view token, const key_set& keys, const token_rules& rules, wall_time now);

} // namespace basekeeper::crypto
