// What the hashes of the audit chain cover; pure.
#pragma once

#include "state/audit_trail.hpp"

#include <cstdint>
#include <string>

namespace basekeeper::state {

/// The beginning of a chain from which older entries were pruned.
struct audit_anchor
{
    std::int64_t number = 0;           ///< 0: nothing was ever pruned
    std::int64_t last_id = 0;          ///< of the newest pruned entry
    crypto::sha256_digest last_hash{}; ///< its hash, which the first kept entry continues
    std::int64_t pruned = 0;           ///< entries pruned so far, over all anchors
    std::int64_t time_us = 0;
    crypto::sha256_digest hash{};
};

/// Hashes entries one after the other, reusing its memory.
class chain_hasher
{
public:
    /// SHA-256 of the previous hash, the id and every field, each text with its length in front, so that no two
    /// different entries have the same input.
    crypto::sha256_digest of(const crypto::sha256_digest& previous, std::int64_t id, const audit_entry& entry);

    /// The same of an anchor, over the anchor before it.
    crypto::sha256_digest of(const crypto::sha256_digest& previous, const audit_anchor& anchor);

private:
    void start(std::string_view purpose, const crypto::sha256_digest& previous);
    void add(std::int64_t n);
    void add(std::string_view text);
    void add(const crypto::sha256_digest& digest);

    std::string input_;
};

/// As the database holds them: SQLite has no unsigned integers.
std::int64_t stored_rows(const audit_entry& entry);
std::int64_t stored_time(const audit_entry& entry);

} // namespace basekeeper::state
