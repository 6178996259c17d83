// Signed tokens: JSON Web Tokens with HMAC-SHA-256 (RFC 7519, RFC 7515) and no other algorithm.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace basekeeper::crypto {

/// Tokens longer than this are refused unread.
inline constexpr std::size_t max_token_bytes = 64U << 10U;

/// The claims as a token signed with HS256. An empty key is invalid_argument; RFC 7518 asks for 32 bytes or more.
result<std::string> sign_jwt(const boost::json::object& claims, std::span<const std::byte> key);

/// The claims of a token that is signed with this key by HS256 and is in force at `now`, give or take `leeway` (not
/// negative). Any other token is denied: another algorithm or `none`, critical extensions, a segment too few or many,
/// text that is not strict base64url, `exp` reached, `nbf` ahead, either of them not a number. A token without `exp`
/// does not expire. Claims are looked at only after the signature was found right.
result<boost::json::object>
verify_jwt(std::string_view token, std::span<const std::byte> key, wall_time now, std::chrono::seconds leeway = {});

} // namespace basekeeper::crypto
