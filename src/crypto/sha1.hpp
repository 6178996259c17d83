// SHA-1, for the one protocol that asks for it: the WebSocket handshake (RFC 6455), where it protects nothing.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace basekeeper::crypto {

/// Never for signatures, keys or comparing content: collisions can be made.
std::array<std::byte, 20> sha1(std::string_view text);

} // namespace basekeeper::crypto
