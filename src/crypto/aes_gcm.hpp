// Authenticated encryption with AES-256-GCM (NIST SP 800-38D): nobody reads it, nobody changes it unnoticed.
#pragma once

#include "base/result.hpp"
#include "crypto/secret.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace basekeeper::crypto {

/// What `seal` adds to the length of the plaintext: a nonce of 12 bytes and a tag of 16.
inline constexpr std::size_t seal_overhead = 12 + 16;

/// Encrypts. The result is nonce || ciphertext || tag. `associated_data` is not in it but must be the same on opening:
/// put there what the plaintext belongs to, so that it cannot be moved elsewhere. The nonce is random, so one key may
/// seal at most 2^32 times. Plaintext and associated data are below 1 GiB each (throws std::length_error beyond).
std::vector<std::byte>
seal(const key256& key, std::span<const std::byte> plaintext, std::span<const std::byte> associated_data);

/// Decrypts what `seal` made. Fails with denied when key, associated data or any bit differ, and does not say which.
result<secret<>> open(const key256& key, std::span<const std::byte> sealed, std::span<const std::byte> associated_data);

} // namespace basekeeper::crypto
