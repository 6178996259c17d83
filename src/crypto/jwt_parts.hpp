// The pieces of a token and the checks that every kind of token passes; included by the sources of this module only.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace basekeeper::crypto::jwt {

struct segments
{
    std::string_view header;
    std::string_view payload;
    std::string_view signature;
    std::string_view signed_part; ///< header and payload with the dot between them
};

/// The failure of a token, always denied.
std::unexpected<error> refuse(std::string why);

/// Three segments, no more; views into the token.
std::optional<segments> split(std::string_view token);

/// The JSON object that a segment spells in strict base64url.
std::optional<boost::json::object> read_object(std::string_view segment);

/// `exp` and `nbf` (RFC 7519 section 4.1), where they are there. Fails with conflict when it is not their time, with
/// denied when they are no numbers.
result<> check_dates(const boost::json::object& claims, wall_time now, std::chrono::seconds leeway);

} // namespace basekeeper::crypto::jwt
