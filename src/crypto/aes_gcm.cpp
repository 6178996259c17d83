// AES-256-GCM by OpenSSL.
#include "crypto/aes_gcm.hpp"

#include "crypto/openssl.hpp"
#include "crypto/random.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

namespace basekeeper::crypto {
namespace {

using openssl::require;

constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;
constexpr std::size_t most_bytes = std::size_t{1} << 30U; // OpenSSL counts in int

static_assert(seal_overhead == nonce_size + tag_size);

const EVP_CIPHER* algorithm()
{
    static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    require(cipher != nullptr, "EVP_CIPHER_fetch AES-256-GCM");
    return cipher;
}

openssl::owner<EVP_CIPHER_CTX> new_context()
{
    openssl::owner<EVP_CIPHER_CTX> context(EVP_CIPHER_CTX_new());
    require(context != nullptr, "EVP_CIPHER_CTX_new");
    return context;
}

std::unexpected<error> refused()
{
    return fail(
        condition::denied,
        "sealed data does not open with this key",
        "use the key that sealed it; if the key is right, the data was changed: restore it from a backup"
    );
}

} // namespace

std::vector<std::byte>
seal(const key256& key, std::span<const std::byte> plaintext, std::span<const std::byte> associated_data)
{
    if (plaintext.size() >= most_bytes || associated_data.size() >= most_bytes)
        throw std::length_error("AES-256-GCM seals less than 1 GiB at once");
    std::vector<std::byte> sealed(plaintext.size() + seal_overhead);
    random_bytes(std::span(sealed).first(nonce_size));
    auto* const nonce = raw(sealed.data());
    auto* const ciphertext = nonce + nonce_size;
    auto* const tag = ciphertext + plaintext.size();

    const auto context = new_context();
    auto* const c = context.get();
    const auto* const key_data = raw(key.reveal().data());
    require(EVP_EncryptInit_ex2(c, algorithm(), key_data, nonce, nullptr) == 1, "EVP_EncryptInit_ex2");
    int written = 0;
    if (!associated_data.empty()) {
        const auto size = static_cast<int>(associated_data.size());
        const auto* const data = raw(associated_data.data());
        require(EVP_EncryptUpdate(c, nullptr, &written, data, size) == 1, "EVP_EncryptUpdate");
    }
    if (!plaintext.empty()) {
        const auto size = static_cast<int>(plaintext.size());
        const auto* const data = raw(plaintext.data());
        require(EVP_EncryptUpdate(c, ciphertext, &written, data, size) == 1, "EVP_EncryptUpdate");
    }
    require(EVP_EncryptFinal_ex(c, tag, &written) == 1, "EVP_EncryptFinal_ex");
    require(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, tag_size, tag) == 1, "EVP_CTRL_AEAD_GET_TAG");
    return sealed;
}

result<secret<>> open(const key256& key, std::span<const std::byte> sealed, std::span<const std::byte> associated_data)
{
    if (sealed.size() < seal_overhead || sealed.size() - seal_overhead >= most_bytes ||
        associated_data.size() >= most_bytes)
        return refused();
    const auto ciphertext = sealed.subspan(nonce_size, sealed.size() - seal_overhead);
    std::array<unsigned char, tag_size> tag{};
    std::copy_n(raw(sealed.last(tag_size).data()), tag_size, tag.begin());
    std::string plaintext(ciphertext.size(), '\0');

    const auto context = new_context();
    auto* const c = context.get();
    const auto* const key_data = raw(key.reveal().data());
    const auto* const nonce = raw(sealed.data());
    require(EVP_DecryptInit_ex2(c, algorithm(), key_data, nonce, nullptr) == 1, "EVP_DecryptInit_ex2");
    int written = 0;
    if (!associated_data.empty()) {
        const auto size = static_cast<int>(associated_data.size());
        const auto* const data = raw(associated_data.data());
        require(EVP_DecryptUpdate(c, nullptr, &written, data, size) == 1, "EVP_DecryptUpdate");
    }
    auto* const out = reinterpret_cast<unsigned char*>(plaintext.data());
    if (!ciphertext.empty()) {
        const auto size = static_cast<int>(ciphertext.size());
        const auto* const data = raw(ciphertext.data());
        require(EVP_DecryptUpdate(c, out, &written, data, size) == 1, "EVP_DecryptUpdate");
    }
    require(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, tag_size, tag.data()) == 1, "EVP_CTRL_AEAD_SET_TAG");
    // Owned by a secret before the verdict: text that fails the tag is wiped, not returned.
    const bool genuine = EVP_DecryptFinal_ex(c, out + plaintext.size(), &written) == 1;
    secret<> opened(std::move(plaintext));
    if (!genuine)
        return refused();
    return opened;
}

} // namespace basekeeper::crypto
