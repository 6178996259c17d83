// Owners of OpenSSL objects and its one failure; included by the sources of this module only.
#pragma once

#include "crypto/raw.hpp"

#include <openssl/evp.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace basekeeper::crypto::openssl {

struct releaser
{
    void operator()(EVP_MD_CTX* p) const noexcept { EVP_MD_CTX_free(p); }

    void operator()(EVP_MAC_CTX* p) const noexcept { EVP_MAC_CTX_free(p); }

    void operator()(EVP_CIPHER_CTX* p) const noexcept { EVP_CIPHER_CTX_free(p); }
};

template <class T>
using owner = std::unique_ptr<T, releaser>;

/// For steps that fail only when the library is broken, misconfigured or out of memory: a bug, not an answer.
inline void require(bool worked, const char* step)
{
    if (!worked)
        throw std::runtime_error(std::string("OpenSSL failed: ") + step);
}

} // namespace basekeeper::crypto::openssl
