// Taking tokens apart, and the dates in them.
#include "crypto/jwt_parts.hpp"

#include "crypto/bytes.hpp"
#include "crypto/encoding.hpp"

#include <boost/json/parse.hpp>

#include <utility>

namespace basekeeper::crypto::jwt {
namespace {

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

} // namespace

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

result<> check_dates(const boost::json::object& claims, wall_time now, std::chrono::seconds leeway)
{
    const double seconds = std::chrono::duration<double>(now.time_since_epoch()).count();
    const double slack = std::chrono::duration<double>(leeway).count();
    const auto expires = TRY(date_claim(claims, "exp"));
    if (expires && seconds >= *expires + slack)
        return fail(condition::conflict, "token is refused: it has expired", "get a new token and try again");
    const auto begins = TRY(date_claim(claims, "nbf"));
    if (begins && seconds < *begins - slack)
        return fail(condition::conflict, "token is refused: it is not valid yet", "wait, or compare the clocks");
    return {};
}

} // namespace basekeeper::crypto::jwt
