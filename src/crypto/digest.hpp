// SHA-256 and what is built on it: HMAC (RFC 2104) and the key derivation HKDF (RFC 5869).
#pragma once

#include "crypto/secret.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace basekeeper::crypto {

using sha256_digest = std::array<std::byte, 32>;

/// The digest of one piece of memory, allocating nothing: made for small inputs on a hot path.
sha256_digest sha256(std::span<const std::byte> bytes);
sha256_digest sha256(std::string_view text);

/// The digest of what arrives in pieces.
class sha256_hasher
{
public:
    sha256_hasher();
    sha256_hasher(sha256_hasher&&) noexcept;
    sha256_hasher& operator=(sha256_hasher&&) noexcept;
    ~sha256_hasher();

    sha256_hasher& update(std::span<const std::byte> bytes);
    sha256_hasher& update(std::string_view text);

    /// The digest of all that was given since construction or the last `finish()`; then starts afresh.
    sha256_digest finish();

private:
    struct state;
    std::unique_ptr<state> state_;
};

sha256_digest hmac_sha256(std::span<const std::byte> key, std::span<const std::byte> message);
sha256_digest hmac_sha256(std::span<const std::byte> key, std::string_view message);

/// What a key is derived from. `info` names the purpose, so that two purposes never share a key.
struct hkdf_input
{
    std::span<const std::byte> key_material; ///< secret, of high entropy; a passphrase needs argon2id_key instead
    std::span<const std::byte> salt{};       ///< public, optional
    std::string_view info;
};

/// Fills `out`, at most 255 × 32 bytes (throws std::length_error beyond).
void hkdf_sha256(const hkdf_input& input, std::span<std::byte> out);

/// One key of 256 bits for the purpose that `input.info` names.
key256 hkdf_key(const hkdf_input& input);

} // namespace basekeeper::crypto
