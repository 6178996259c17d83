// Randomness that nobody can predict: bytes, tokens, keys, identifiers.
#pragma once

#include "crypto/secret.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace basekeeper::crypto {

/// Fills `out` from the cryptographic generator. Throws when it does not work: nothing may go on without it.
void random_bytes(std::span<std::byte> out);

/// `bytes` random bytes as base64url without padding; 16 bytes or more cannot be guessed.
std::string random_token(std::size_t bytes);

/// `count` characters, each drawn from the alphabet with the same probability. The alphabet has 1 to 256 characters.
secret<> random_text(std::size_t count, std::string_view alphabet);

/// The same tokens many times a second: the generator, which takes locks and a system call, is asked for a hundred at
/// once. For marks and nonces, not for keys: the bytes of tokens to come stay in memory. Lives on one thread.
class token_source
{
public:
    /// A token of 9 random bytes: 12 characters.
    std::string next();

private:
    static constexpr std::size_t token_bytes = 9;

    std::array<std::byte, 100 * token_bytes> drawn_{};
    std::size_t used_ = sizeof drawn_;
};

key256 random_key();

/// A random UUID (RFC 9562 version 4) in lower case: `f47ac10b-58cc-4372-a567-0e02b2c3d479`.
std::string uuid_v4();

} // namespace basekeeper::crypto
