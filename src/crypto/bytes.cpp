// Wiping and constant-time comparison, done by OpenSSL because a plain loop may be optimised away.
#include "crypto/bytes.hpp"

#include <openssl/crypto.h>

namespace basekeeper::crypto {

void wipe(std::span<std::byte> memory) noexcept
{
    if (!memory.empty())
        OPENSSL_cleanse(memory.data(), memory.size());
}

bool constant_time_equal(std::span<const std::byte> a, std::span<const std::byte> b) noexcept
{
    return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

} // namespace basekeeper::crypto
