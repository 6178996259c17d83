// Bytes as text and back: hex, base64, base64url. The time taken does not depend on the content.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::crypto {

/// Lower-case hexadecimal.
std::string to_hex(std::span<const std::byte> bytes);

/// Takes both cases; invalid_argument for an odd length or any other character.
result<std::vector<std::byte>> from_hex(std::string_view text);

/// RFC 4648 section 4, with padding.
std::string to_base64(std::span<const std::byte> bytes);

/// Strict: padding required, no white space, unused bits zero; else invalid_argument.
result<std::vector<std::byte>> from_base64(std::string_view text);

/// RFC 4648 section 5, without padding.
std::string to_base64url(std::span<const std::byte> bytes);

/// Strict: no padding, no white space, unused bits zero, so one value has one spelling; else invalid_argument.
result<std::vector<std::byte>> from_base64url(std::string_view text);

} // namespace basekeeper::crypto
