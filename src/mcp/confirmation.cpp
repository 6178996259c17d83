// HMAC tokens of the form expiry.nonce.signature, each good for one redemption.
#include "mcp/confirmation.hpp"

#include "crypto/bytes.hpp"
#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "crypto/random.hpp"

#include <charconv>
#include <chrono>

namespace basekeeper::mcp {
namespace {

std::int64_t seconds_now(const clock& time)
{
    return std::chrono::floor<std::chrono::seconds>(time.wall()).time_since_epoch().count();
}

std::unexpected<error> refused(std::string_view why)
{
    return fail(
        condition::denied,
        "the confirmation token " + std::string(why),
        "call again without `confirm` to see the plan and get a new token"
    );
}

} // namespace

confirmation_tokens::confirmation_tokens(crypto::secret<std::string> key, const clock& time)
    : key_(std::move(key)), time_(time)
{}

std::string confirmation_tokens::sign(std::string_view expiry, std::string_view nonce, std::string_view bound_to) const
{
    std::string message;
    message.reserve(expiry.size() + nonce.size() + bound_to.size() + 2);
    message.append(expiry).append(1, '.').append(nonce).append(1, '.').append(bound_to);
    return crypto::to_base64url(crypto::hmac_sha256(crypto::bytes_of(key_.reveal()), message));
}

std::string confirmation_tokens::issue(std::string_view bound_to, std::chrono::seconds lifetime)
{
    const auto expiry = std::to_string(seconds_now(time_) + lifetime.count());
    const auto nonce = crypto::random_token(12);
    return expiry + "." + nonce + "." + sign(expiry, nonce, bound_to);
}

result<> confirmation_tokens::redeem(std::string_view token, std::string_view bound_to)
{
    const auto first = token.find('.');
    const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos || token.size() > 200)
        return refused("is malformed");
    const auto expiry_text = token.substr(0, first);
    const auto nonce = token.substr(first + 1, second - first - 1);
    const auto expected = sign(expiry_text, nonce, bound_to);
    if (!crypto::constant_time_equal(crypto::bytes_of(expected), crypto::bytes_of(token.substr(second + 1))))
        return refused("was made for another call");
    std::int64_t expiry = 0;
    std::from_chars(expiry_text.data(), expiry_text.data() + expiry_text.size(), expiry);
    const auto now = seconds_now(time_);
    std::erase_if(used_, [now](const auto& entry) { return entry.second < now; });
    if (expiry < now)
        return refused("has expired");
    if (!used_.emplace(nonce, expiry).second)
        return refused("was already used");
    return {};
}

} // namespace basekeeper::mcp
