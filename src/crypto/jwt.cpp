// Signing and verifying tokens; the algorithm is ours, the token's header may only agree.
#include "crypto/jwt.hpp"

#include "crypto/bytes.hpp"
#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <optional>
#include <utility>

namespace basekeeper::crypto {
namespace {

constexpr std::string_view header_text = R"({"alg":"HS256","typ":"JWT"})";

struct segments
{
    std::string_view header;
    std::string_view payload;
    std::string_view signature;
    std::string_view signed_part; ///< header and payload with the dot between them
};

std::unexpected<error> refuse(std::string why)
{
    return fail(condition::denied, "token is refused: " + std::move(why), "get a new token and try again");
}

std::optional<segments> split(std::string_view token)
{
    const auto first = token.find('.');
    if (first == std::string_view::npos)
        return std::nullopt;
    const auto second = token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
        return std::nullopt;
    return segments{
        .header = token.substr(0, first),
        .payload = token.substr(first + 1, second - first - 1),
        .signature = token.substr(second + 1),
        .signed_part = token.substr(0, second),
    };
}

std::optional<boost::json::object> read_object(std::string_view segment)
{
    const auto text = from_base64url(segment);
    if (!text)
        return std::nullopt;
    boost::system::error_code failed;
    auto value = boost::json::parse(text_of(*text), failed);
    if (failed || !value.is_object())
        return std::nullopt;
    return std::move(value.get_object());
}

bool names_our_algorithm(const boost::json::object& header)
{
    const auto* alg = header.if_contains("alg");
    const auto* name = alg != nullptr ? alg->if_string() : nullptr;
    return name != nullptr && *name == "HS256";
}

/// Seconds since 1970 of a NumericDate claim (RFC 7519 section 2): absent, or a number, else an error.
result<std::optional<double>> date_claim(const boost::json::object& claims, std::string_view name)
{
    const auto* value = claims.if_contains(name);
    if (value == nullptr)
        return std::nullopt;
    if (!value->is_number())
        return refuse(std::string(name) + " is not a number");
    return value->to_number<double>();
}

result<void> check_dates(const boost::json::object& claims, wall_time now, std::chrono::seconds leeway)
{
    const double seconds = std::chrono::duration<double>(now.time_since_epoch()).count();
    const double slack = std::chrono::duration<double>(leeway).count();
    const auto expires = TRY(date_claim(claims, "exp"));
    if (expires && seconds >= *expires + slack)
        return refuse("it has expired");
    const auto begins = TRY(date_claim(claims, "nbf"));
    if (begins && seconds < *begins - slack)
        return refuse("it is not valid yet");
    return {};
}

std::unexpected<error> empty_key()
{
    return fail(
        condition::invalid_argument, "the key for signing tokens is empty", "set a key of 32 random bytes or more"
    );
}

} // namespace

result<std::string> sign_jwt(const boost::json::object& claims, std::span<const std::byte> key)
{
    if (key.empty())
        return empty_key();
    auto token = to_base64url(bytes_of(header_text));
    token += '.';
    token += to_base64url(bytes_of(boost::json::serialize(claims)));
    const auto signature = hmac_sha256(key, token);
    token += '.';
    token += to_base64url(signature);
    return token;
}

result<boost::json::object>
verify_jwt(std::string_view token, std::span<const std::byte> key, wall_time now, std::chrono::seconds leeway)
{
    if (key.empty())
        return empty_key();
    if (token.size() > max_token_bytes)
        return refuse("it is too long");
    const auto parts = split(token);
    const auto header = parts ? read_object(parts->header) : std::nullopt;
    if (!header)
        return refuse("it is not a signed JSON Web Token");
    if (!names_our_algorithm(*header))
        return refuse("its algorithm is not HS256");
    if (header->contains("crit")) // RFC 7515 section 4.1.11: what is critical and not understood must be refused
        return refuse("it needs an extension that is not supported");

    const auto signature = from_base64url(parts->signature);
    if (!signature || !constant_time_equal(*signature, hmac_sha256(key, parts->signed_part)))
        return refuse("its signature is wrong");
    auto claims = read_object(parts->payload);
    if (!claims)
        return refuse("its claims are not a JSON object");
    TRY(check_dates(*claims, now, leeway));
    return std::move(*claims);
}

} // namespace basekeeper::crypto
