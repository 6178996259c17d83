// Argon2id by libsodium: version 1.3, one lane.
#include "crypto/argon2.hpp"

#include "crypto/raw.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <stdexcept>

namespace basekeeper::crypto {

static_assert(crypto_pwhash_SALTBYTES == std::tuple_size_v<argon2_salt>);

result<key256> argon2id_key(const secret<>& passphrase, const argon2_salt& salt, argon2_cost cost)
{
    // Chooses the implementation for this processor; may be called again and from any thread.
    if (sodium_init() < 0)
        throw std::runtime_error("libsodium failed: sodium_init");
    if (passphrase.empty())
        return fail(condition::invalid_argument, "passphrase is empty", "give a passphrase of several words");
    if (cost.passes < crypto_pwhash_OPSLIMIT_MIN || cost.passes > crypto_pwhash_OPSLIMIT_MAX ||
        cost.memory_bytes < crypto_pwhash_MEMLIMIT_MIN || cost.memory_bytes > crypto_pwhash_MEMLIMIT_MAX)
        return fail(
            condition::invalid_argument,
            fmt::format("Argon2id cannot run with {} passes over {} bytes", cost.passes, cost.memory_bytes),
            "use 3 passes over 67108864 bytes"
        );
    int rc = 0;
    auto key = key256::filled_by([&](auto& out) {
        rc = crypto_pwhash(
            raw(out.data()),
            out.size(),
            passphrase.reveal().data(),
            passphrase.reveal().size(),
            raw(salt.data()),
            cost.passes,
            cost.memory_bytes,
            crypto_pwhash_ALG_ARGON2ID13
        );
    });
    if (rc != 0)
        return fail(
            condition::unavailable,
            fmt::format("there is no memory for Argon2id over {} bytes", cost.memory_bytes),
            "free memory on this machine or raise the memory limit of the process, then try again"
        );
    return key;
}

} // namespace basekeeper::crypto
