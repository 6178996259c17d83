// Values of the headers in which modern HTTP clients repeat names and arguments: plain, or wrapped in base64.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace basekeeper::mcp {

/// What the value of `Mcp-Name` or `Mcp-Param-*` says. `=?base64?…?=` holds UTF-8 in base64 with padding (RFC 4648
/// section 4); a value that lacks the prefix or the suffix is meant literally. White space around it is dropped
/// (RFC 9110 section 5.5). Fails with invalid_argument when the base64 is malformed, what it holds is not UTF-8, or the
/// value has a character that a header may not have.
result<std::string> decode_header_value(std::string_view value);

} // namespace basekeeper::mcp
