// SHA-256 and HMAC by OpenSSL, with algorithms fetched once: a fetch per call costs more than a small digest.
#include "crypto/digest.hpp"

#include "crypto/openssl.hpp"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <algorithm>
#include <stdexcept>

namespace basekeeper::crypto {
namespace {

using openssl::require;

const EVP_MD* sha256_algorithm()
{
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    require(algorithm != nullptr, "EVP_MD_fetch SHA256");
    return algorithm;
}

EVP_MAC* hmac_algorithm()
{
    static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr);
    require(algorithm != nullptr, "EVP_MAC_fetch HMAC");
    return algorithm;
}

openssl::owner<EVP_MD_CTX> new_hash()
{
    openssl::owner<EVP_MD_CTX> hash(EVP_MD_CTX_new());
    require(hash != nullptr, "EVP_MD_CTX_new");
    return hash;
}

void begin(EVP_MD_CTX* hash)
{
    require(EVP_DigestInit_ex2(hash, sha256_algorithm(), nullptr) == 1, "EVP_DigestInit_ex2");
}

void feed(EVP_MD_CTX* hash, std::span<const std::byte> bytes)
{
    require(EVP_DigestUpdate(hash, bytes.data(), bytes.size()) == 1, "EVP_DigestUpdate");
}

sha256_digest end(EVP_MD_CTX* hash)
{
    sha256_digest digest{};
    require(EVP_DigestFinal_ex(hash, raw(digest.data()), nullptr) == 1, "EVP_DigestFinal_ex");
    return digest;
}

} // namespace

sha256_digest sha256(std::span<const std::byte> bytes)
{
    // Scratch space of the thread, not state: every call begins anew, and OpenSSL wipes its buffer at the end.
    thread_local const auto hash = new_hash();
    begin(hash.get());
    feed(hash.get(), bytes);
    return end(hash.get());
}

sha256_digest sha256(std::string_view text)
{
    return sha256(bytes_of(text));
}

struct sha256_hasher::state
{
    openssl::owner<EVP_MD_CTX> hash = new_hash();
};

sha256_hasher::sha256_hasher() : state_(std::make_unique<state>())
{
    begin(state_->hash.get());
}

sha256_hasher::sha256_hasher(sha256_hasher&&) noexcept = default;
sha256_hasher& sha256_hasher::operator=(sha256_hasher&&) noexcept = default;
sha256_hasher::~sha256_hasher() = default;

sha256_hasher& sha256_hasher::update(std::span<const std::byte> bytes)
{
    feed(state_->hash.get(), bytes);
    return *this;
}

sha256_hasher& sha256_hasher::update(std::string_view text)
{
    return update(bytes_of(text));
}

sha256_digest sha256_hasher::finish()
{
    const auto digest = end(state_->hash.get());
    begin(state_->hash.get());
    return digest;
}

sha256_digest hmac_sha256(std::span<const std::byte> key, std::span<const std::byte> message)
{
    // A context of its own per call, because freeing it wipes the key that it holds.
    const openssl::owner<EVP_MAC_CTX> mac(EVP_MAC_CTX_new(hmac_algorithm()));
    require(mac != nullptr, "EVP_MAC_CTX_new");
    char digest_name[] = "SHA256";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name, 0), OSSL_PARAM_construct_end()
    };
    // A null key means "the one set before", so an empty key needs an address.
    static constexpr unsigned char no_key = 0;
    const auto* key_data = key.empty() ? &no_key : raw(key.data());
    require(EVP_MAC_init(mac.get(), key_data, key.size(), params) == 1, "EVP_MAC_init");
    require(EVP_MAC_update(mac.get(), raw(message.data()), message.size()) == 1, "EVP_MAC_update");
    sha256_digest digest{};
    std::size_t size = 0;
    require(EVP_MAC_final(mac.get(), raw(digest.data()), &size, digest.size()) == 1, "EVP_MAC_final");
    return digest;
}

sha256_digest hmac_sha256(std::span<const std::byte> key, std::string_view message)
{
    return hmac_sha256(key, bytes_of(message));
}

void hkdf_sha256(const hkdf_input& input, std::span<std::byte> out)
{
    constexpr std::size_t most = 255 * sizeof(sha256_digest); // RFC 5869 section 2.3: the counter is one byte
    if (out.size() > most)
        throw std::length_error("HKDF gives at most 255 digests");
    // RFC 5869 section 2.2: without salt it is a digest's length of zeros, which HMAC makes of an empty key as well.
    const key256 extracted(hmac_sha256(input.salt, input.key_material));
    key256 block;
    for (unsigned counter = 1; !out.empty(); ++counter) {
        const auto message = secret<>::filled_by([&](std::string& text) {
            text.reserve(sizeof(sha256_digest) + input.info.size() + 1); // grown, it would leave an older copy behind
            if (counter > 1)
                text.append(text_of(block.reveal()));
            text.append(input.info).push_back(static_cast<char>(counter));
        });
        block = key256(hmac_sha256(extracted.reveal(), message.reveal()));
        const auto part = std::min(out.size(), block.reveal().size());
        std::ranges::copy(std::span(block.reveal()).first(part), out.begin());
        out = out.subspan(part);
    }
}

key256 hkdf_key(const hkdf_input& input)
{
    return key256::filled_by([&](auto& key) { hkdf_sha256(input, key); });
}

} // namespace basekeeper::crypto
