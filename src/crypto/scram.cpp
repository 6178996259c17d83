// SaltedPassword, StoredKey and ServerKey of RFC 5802 section 3.
#include "crypto/scram.hpp"

#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "crypto/openssl.hpp"
#include "crypto/random.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::crypto {

result<secret<>> scram_verifier(const secret<>& password, const scram_salt& salt)
{
    const auto& text = password.reveal();
    if (text.empty() || !std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; }))
        return fail(
            condition::invalid_argument,
            "the password is empty or has characters that are not printable ASCII",
            "use letters, digits and punctuation"
        );
    const auto salted = key256::filled_by([&](auto& key) {
        openssl::require(
            PKCS5_PBKDF2_HMAC(
                text.data(),
                static_cast<int>(text.size()),
                raw(salt.data()),
                static_cast<int>(salt.size()),
                scram_iterations,
                EVP_sha256(),
                static_cast<int>(key.size()),
                raw(key.data())
            ) == 1,
            "PKCS5_PBKDF2_HMAC"
        );
    });
    const key256 client_key(hmac_sha256(salted.reveal(), "Client Key"));
    const key256 server_key(hmac_sha256(salted.reveal(), "Server Key"));
    return secret<>(fmt::format(
        "SCRAM-SHA-256${}:{}${}:{}",
        scram_iterations,
        to_base64(salt),
        to_base64(sha256(client_key.reveal())),
        to_base64(server_key.reveal())
    ));
}

result<secret<>> scram_verifier(const secret<>& password)
{
    scram_salt salt{};
    random_bytes(salt);
    return scram_verifier(password, salt);
}

} // namespace basekeeper::crypto
