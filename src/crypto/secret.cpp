// Keys made from bytes of unchecked length.
#include "crypto/secret.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::crypto {

result<key256> key_from(std::span<const std::byte> bytes)
{
    if (bytes.size() != 32)
        return fail(
            condition::invalid_argument,
            fmt::format("a key of 256 bits has 32 bytes, not {}", bytes.size()),
            "give a key of exactly 32 bytes"
        );
    return key256::filled_by([&](auto& key) { std::ranges::copy(bytes, key.begin()); });
}

} // namespace basekeeper::crypto
