// What a server keeps of a password for SCRAM-SHA-256 (RFC 5802, RFC 7677): enough to check it, not to know it.
#pragma once

#include "base/result.hpp"
#include "crypto/secret.hpp"

#include <array>
#include <cstddef>

namespace basekeeper::crypto {

using scram_salt = std::array<std::byte, 16>;

/// Rounds of PBKDF2; what PostgreSQL uses. Takes about a millisecond.
inline constexpr int scram_iterations = 4096;

/// The verifier as PostgreSQL takes it in place of a password:
/// `SCRAM-SHA-256$4096:<salt>$<StoredKey>:<ServerKey>`, base64. Who has it can guess passwords offline, so it is kept
/// like one. Fails with invalid_argument unless the password is of printable ASCII characters: others would have to be
/// prepared as RFC 4013 says.
result<secret<>> scram_verifier(const secret<>& password, const scram_salt& salt);

/// The same with a new random salt.
result<secret<>> scram_verifier(const secret<>& password);

} // namespace basekeeper::crypto
