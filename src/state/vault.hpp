// Encrypted values in the database, and the versions of the key that they are encrypted with.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "sqlite/connection.hpp"
#include "state/master_key.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::state {

/// Works on a connection that outlives it. Those that say so run inside the caller's transaction.
///
/// A master key never encrypts a value: each key version has a data key, derived from it with HKDF and a salt of its
/// own. `keys.check_value` is a known text under the data key, so that a wrong master key is noticed as such.
class vault
{
public:
    vault(sqlite::connection& db, master_key_source key, const clock& time);

    result<> put(std::string_view name, const crypto::secret<>& value); ///< in a transaction
    result<crypto::secret<>> get(std::string_view name);
    result<> remove(std::string_view name);       ///< not_found when there is none
    result<> remove_all(std::string_view prefix); ///< in a transaction
    result<std::vector<std::string>> names(std::string_view prefix);
    result<std::uint32_t> version();

    /// Opens a transaction of its own.
    result<std::uint32_t> rotate(master_key_source next);

private:
    struct key_row;
    result<key_row> read_key_row(std::uint32_t version);
    result<crypto::key256> unlock(std::uint32_t version);
    result<std::uint32_t> current_or_first();
    result<> add_version(std::uint32_t version, const master_key_source& from);
    result<> encrypt_again(std::uint32_t from, std::uint32_t to);
    result<> set_version(std::uint32_t version);

    sqlite::connection& db_;
    master_key_source key_;
    const clock& time_;
    std::map<std::uint32_t, crypto::key256> data_keys_; // unlocked so far
};

} // namespace basekeeper::state
