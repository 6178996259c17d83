// Tokens that prove a person, or a model in a second step, confirmed exactly this call.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/secret.hpp"

#include <chrono>
#include <map>
#include <string>
#include <string_view>

namespace basekeeper::mcp {

/// Signs and checks short-lived tokens over a text that names what is confirmed (principal, tool, arguments, plan).
/// Format: `expiry.nonce.hmac`, HMAC-SHA-256 in base64url. A token is good once.
class confirmation_tokens
{
public:
    /// `key`: at least 32 random bytes; tokens are worthless once the process that made the key ends.
    confirmation_tokens(crypto::secret<std::string> key, const clock& time);

    std::string issue(std::string_view bound_to, std::chrono::seconds lifetime);

    /// Fails with denied when the token is malformed, expired, used, or made for something else.
    result<> redeem(std::string_view token, std::string_view bound_to);

private:
    std::string sign(std::string_view expiry, std::string_view nonce, std::string_view bound_to) const;

    crypto::secret<std::string> key_;
    const clock& time_;
    std::map<std::string, std::int64_t, std::less<>> used_; // nonce -> expiry; entries leave when they expire
};

} // namespace basekeeper::mcp
