// Where the master key comes from: a variable, a passphrase, or a file that is made when it is first needed.
#pragma once

#include "base/result.hpp"
#include "crypto/argon2.hpp"
#include "crypto/secret.hpp"

#include <filesystem>
#include <string_view>
#include <vector>

namespace basekeeper::state {

/// The first that is set counts: `key_text`, `passphrase`, `key_file`.
struct master_key_source
{
    crypto::secret<> key_text;      ///< 32 bytes as hex or base64, from BASEKEEPER_MASTER_KEY
    crypto::secret<> passphrase;    ///< from BASEKEEPER_PASSPHRASE
    std::filesystem::path key_file; ///< one key per line in base64, the newest last; mode 0600
};

/// True when the key is derived from a passphrase and therefore needs salt and cost.
bool needs_salt(const master_key_source& from);

/// The keys that the source can offer, newest first: several only while a key file is being rotated. A missing key
/// file is not_found; one that others can read is denied; anything that is no key is invalid_argument.
result<std::vector<crypto::key256>>
load_master_keys(const master_key_source& from, const crypto::argon2_salt& salt, crypto::argon2_cost cost);

/// Makes a key file with one random key, mode 0600; conflict when it exists.
result<> create_key_file(const std::filesystem::path& file);

/// Adds a random key as the newest one of an existing file, atomically.
result<> append_key(const std::filesystem::path& file);

/// Leaves only the newest key in the file, atomically.
result<> drop_old_keys(const std::filesystem::path& file);

} // namespace basekeeper::state
