// What a stateless client carries for us from one round of questions to the next, signed so that it cannot be changed.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/secret.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::mcp {

/// The questions and answers of one call so far.
struct conversation
{
    boost::json::object answers;    ///< key of a request for input -> the response as the client gave it
    std::vector<std::string> asked; ///< keys of the requests that are open
    std::int64_t rounds = 0;        ///< how often the client has been asked
};

/// Signs conversations with HMAC-SHA-256 over the state and what it is bound to (principal, method, parameters).
/// A state is good once and for ten minutes.
class request_states
{
public:
    /// `key`: at least 32 bytes; throws std::invalid_argument when it is shorter.
    request_states(crypto::secret<std::string> key, const clock& time);

    std::string issue(const conversation& c, std::string_view bound_to) const;

    /// Fails with denied when the state is malformed, too long, changed, expired, used or made for something else.
    result<conversation> redeem(std::string_view state, std::string_view bound_to);

private:
    std::string signature(std::string_view payload, std::string_view bound_to) const;
    std::int64_t now() const;

    crypto::secret<std::string> key_;
    const clock& time_;
    std::map<std::string, std::int64_t, std::less<>> used_; // nonce -> expiry; entries leave when they expire
};

/// A text that is the same for the same method and parameters, whatever the order of their members and whatever
/// `_meta`, `inputResponses` and `requestState` hold: base64url of its SHA-256.
std::string request_digest(std::string_view method, const boost::json::object& params);

} // namespace basekeeper::mcp
