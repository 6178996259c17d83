// Audit entries and anchors as they come out of the database.
#pragma once

#include "sqlite/connection.hpp"
#include "state/audit_chain.hpp"

#include <span>
#include <string_view>

namespace basekeeper::state {

/// The tool name of the entry that stands for a removal; its argument digest is the hash of the anchor.
inline constexpr std::string_view prune_tool = "audit_prune";

struct audit_trail::opened
{
    explicit opened(sqlite::connection connection) : db(std::move(connection)) {}

    sqlite::connection db;
};

/// False when the blob is no digest.
bool digest_of(std::span<const std::byte> blob, crypto::sha256_digest& out);

/// The current row of a query for id, time_us, principal, instance, tool, argument_digest, decision, outcome, rows,
/// duration_us, hash. A blob that is no digest becomes zeros, which no verification accepts.
audit_record record_of(const sqlite::statement& row);

/// The anchor with the highest number, unverified; number 0 when there is none.
result<audit_anchor> newest_anchor(sqlite::connection& db);

/// The current row of a query for number, last_id, last_hash, pruned, time_us, hash.
audit_anchor anchor_of(const sqlite::statement& row);

} // namespace basekeeper::state
