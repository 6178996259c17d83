// A key from a passphrase with Argon2id (RFC 9106): slow and hungry for memory, so that guessing is expensive.
#pragma once

#include "base/result.hpp"
#include "crypto/secret.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace basekeeper::crypto {

/// Public and different for every passphrase; kept beside what the key protects.
using argon2_salt = std::array<std::byte, 16>;

/// The price of one try. Kept beside the salt, because another price gives another key.
struct argon2_cost
{
    std::uint64_t passes = 3;
    std::size_t memory_bytes = std::size_t{64} << 20U;

    friend bool operator==(const argon2_cost&, const argon2_cost&) = default;
};

/// Derives a key. Takes tenths of a second and `cost.memory_bytes` of memory: for offload threads and start-up only.
/// Fails with invalid_argument (empty passphrase, less than 1 pass or 8 KiB) or unavailable (no memory).
result<key256> argon2id_key(const secret<>& passphrase, const argon2_salt& salt, argon2_cost cost = {});

} // namespace basekeeper::crypto
