// Public keys and their signatures in OpenSSL's terms; included by the sources of this module only.
#pragma once

#include "crypto/jwk.hpp"

#include <openssl/evp.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace basekeeper::crypto::openssl {

struct key_releaser
{
    void operator()(EVP_PKEY* p) const noexcept { EVP_PKEY_free(p); }
};

using public_key = std::unique_ptr<EVP_PKEY, key_releaser>;

/// Null when the numbers are no key of that kind. `n`, `e`, `x` and `y` are unsigned and big-endian.
public_key rsa_key(std::span<const std::byte> n, std::span<const std::byte> e);
public_key p256_key(std::span<const std::byte> x, std::span<const std::byte> y);

/// With the private half too. Null also when the halves do not belong together.
public_key p256_pair(std::span<const std::byte> x, std::span<const std::byte> y, std::span<const std::byte> d);

public_key ed25519_key(std::span<const std::byte> x);

/// True when the signature, spelt as RFC 7518 section 3 says, is right. Of a wrong one no error stays behind.
bool is_signed(EVP_PKEY* key, jwt_algorithm a, std::string_view text, std::span<const std::byte> signature);

} // namespace basekeeper::crypto::openssl
