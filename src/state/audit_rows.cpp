// Reading rows of the audit tables.
#include "state/audit_rows.hpp"

#include <algorithm>

namespace basekeeper::state {

bool digest_of(std::span<const std::byte> blob, crypto::sha256_digest& out)
{
    if (blob.size() != out.size())
        return false;
    std::ranges::copy(blob, out.begin());
    return true;
}

audit_record record_of(const sqlite::statement& row)
{
    audit_record record;
    record.id = row.column_int64(0);
    auto& e = record.entry;
    e.time = wall_time{std::chrono::microseconds{row.column_int64(1)}};
    e.principal = row.column_text(2);
    e.instance = row.column_text(3);
    e.tool = row.column_text(4);
    digest_of(row.column_blob(5), e.argument_digest);
    e.decision = row.column_text(6);
    e.outcome = row.column_text(7);
    e.rows = static_cast<std::uint64_t>(row.column_int64(8));
    e.duration = std::chrono::microseconds{row.column_int64(9)};
    digest_of(row.column_blob(10), record.hash);
    return record;
}

audit_anchor anchor_of(const sqlite::statement& row)
{
    audit_anchor anchor{
        .number = row.column_int64(0),
        .last_id = row.column_int64(1),
        .pruned = row.column_int64(3),
        .time_us = row.column_int64(4)
    };
    digest_of(row.column_blob(2), anchor.last_hash);
    digest_of(row.column_blob(5), anchor.hash);
    return anchor;
}

result<audit_anchor> newest_anchor(sqlite::connection& db)
{
    auto query = TRY(db.prepare(
        "SELECT number, last_id, last_hash, pruned, time_us, hash FROM audit_anchors ORDER BY number DESC LIMIT 1"
    ));
    return TRY(query.step()) ? anchor_of(query) : audit_anchor{};
}

} // namespace basekeeper::state
