// Signing and verifying tokens; the algorithm is ours, the token's header may only agree.
#include "crypto/jwt.hpp"

#include "crypto/bytes.hpp"
#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "crypto/jwt_parts.hpp"

#include <boost/json/serialize.hpp>

#include <utility>

namespace basekeeper::crypto {
namespace {

constexpr std::string_view header_text = R"({"alg":"HS256","typ":"JWT"})";

bool names_our_algorithm(const boost::json::object& header)
{
    const auto* alg = header.if_contains("alg");
    const auto* name = alg != nullptr ? alg->if_string() : nullptr;
    return name != nullptr && *name == "HS256";
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
        return jwt::refuse("it is too long");
    const auto parts = jwt::split(token);
    const auto header = parts ? jwt::read_object(parts->header) : std::nullopt;
    if (!header)
        return jwt::refuse("it is not a signed JSON Web Token");
    if (!names_our_algorithm(*header))
        return jwt::refuse("its algorithm is not HS256");
    if (header->contains("crit")) // RFC 7515 section 4.1.11: what is critical and not understood must be refused
        return jwt::refuse("it needs an extension that is not supported");

    const auto signature = from_base64url(parts->signature);
    if (!signature || !constant_time_equal(*signature, hmac_sha256(key, parts->signed_part)))
        return jwt::refuse("its signature is wrong");
    auto claims = jwt::read_object(parts->payload);
    if (!claims)
        return jwt::refuse("its claims are not a JSON object");
    TRY(jwt::check_dates(*claims, now, leeway));
    return std::move(*claims);
}

} // namespace basekeeper::crypto
