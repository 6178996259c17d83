// SHA-1 by OpenSSL.
#include "crypto/sha1.hpp"

#include "crypto/openssl.hpp"

namespace basekeeper::crypto {

std::array<std::byte, 20> sha1(std::string_view text)
{
    std::array<unsigned char, 20> digest{};
    unsigned size = 0;
    openssl::require(
        EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) == 1 && size == digest.size(),
        "SHA-1"
    );
    std::array<std::byte, 20> out{};
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = std::byte{digest[i]};
    return out;
}

} // namespace basekeeper::crypto
