// Keys made from bytes of unchecked length.
#include "crypto/secret.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::crypto {

result<key256> key_from(std::span<const std::byte> bytes)
{
    std::array<std::byte, 32> key{};
    if (bytes.size() != key.size())
        return fail(
            condition::invalid_argument,
            fmt::format("a key of 256 bits has 32 bytes, not {}", bytes.size()),
            "give a key of exactly 32 bytes"
        );
    std::ranges::copy(bytes, key.begin());
    return key256(std::move(key));
}

} // namespace basekeeper::crypto
