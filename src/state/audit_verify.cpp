// Walking the audit chain from its anchor to its end.
#include "state/audit_rows.hpp"

#include <fmt/format.h>

namespace basekeeper::state {
namespace {

/// One consistent view of all tables while other processes append and prune.
class snapshot
{
public:
    static result<snapshot> begin(sqlite::connection& db)
    {
        TRY(db.exec("BEGIN"));
        return snapshot(db);
    }

    snapshot(snapshot&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}

    snapshot& operator=(snapshot&&) = delete;

    ~snapshot()
    {
        if (db_ != nullptr)
            static_cast<void>(db_->exec("ROLLBACK"));
    }

private:
    explicit snapshot(sqlite::connection& db) : db_(&db) {}

    sqlite::connection* db_;
};

void broken(audit_verdict& verdict, std::int64_t id, std::string finding)
{
    verdict.broken_id = id;
    verdict.finding = std::move(finding);
}

/// The anchor from which the kept entries start, after checking those before it.
result<audit_anchor> walk_anchors(sqlite::connection& db, audit_verdict& verdict)
{
    auto query =
        TRY(db.prepare("SELECT number, last_id, last_hash, pruned, time_us, hash FROM audit_anchors ORDER BY number"));
    audit_anchor last;
    chain_hasher hasher;
    while (TRY(query.step())) {
        const auto anchor = anchor_of(query);
        if (anchor.number != last.number + 1 || anchor.hash != hasher.of(last.hash, anchor)) {
            broken(verdict, last.last_id + 1, fmt::format("anchor {} of pruned entries was changed", last.number + 1));
            return last;
        }
        last = anchor;
    }
    verdict.pruned = static_cast<std::uint64_t>(last.pruned);
    return last;
}

struct walk
{
    std::int64_t last_id;
    crypto::sha256_digest last_hash;
    bool saw_witness; ///< the entry that vouches for the anchor
};

result<> walk_entries(sqlite::connection& db, const audit_anchor& anchor, walk& at, audit_verdict& verdict)
{
    auto query = TRY(db.prepare(
        "SELECT id, time_us, principal, instance, tool, argument_digest, decision, outcome, rows, duration_us, hash "
        "FROM audit ORDER BY id"
    ));
    chain_hasher hasher;
    while (TRY(query.step())) {
        const auto record = record_of(query);
        const auto expected = at.last_id + 1;
        if (record.id < expected) {
            broken(verdict, record.id, fmt::format("entry {} was pruned, yet it is there", record.id));
            return {};
        }
        if (record.id > expected) {
            broken(verdict, expected, fmt::format("entry {} is missing", expected));
            return {};
        }
        if (record.hash != hasher.of(at.last_hash, record.id, record.entry)) {
            broken(verdict, record.id, fmt::format("entry {} was changed", record.id));
            return {};
        }
        at.last_id = record.id;
        at.last_hash = record.hash;
        at.saw_witness =
            at.saw_witness || (record.entry.tool == prune_tool && record.entry.argument_digest == anchor.hash);
        ++verdict.checked;
    }
    return {};
}

/// What the end of the chain says must have been seen.
result<> check_end(sqlite::connection& db, const audit_anchor& anchor, const walk& at, audit_verdict& verdict)
{
    auto query = TRY(db.prepare("SELECT id, hash FROM audit_head"));
    crypto::sha256_digest hash;
    const bool there = TRY(query.step()) && digest_of(query.column_blob(1), hash);
    if (!there)
        broken(verdict, at.last_id + 1, "the end of the chain is not recorded any more");
    else if (query.column_int64(0) > at.last_id)
        broken(
            verdict,
            at.last_id + 1,
            fmt::format("entries {} to {} are missing at the end", at.last_id + 1, query.column_int64(0))
        );
    else if (query.column_int64(0) != at.last_id || hash != at.last_hash)
        broken(verdict, at.last_id, fmt::format("entry {} is not the recorded end of the chain", at.last_id));
    else if (anchor.number != 0 && !at.saw_witness)
        broken(verdict, anchor.last_id + 1, "no entry vouches for the anchor of pruned entries");
    return {};
}

} // namespace

result<audit_verdict> audit_trail::verify()
{
    auto& db = opened_->db;
    const auto view = TRY(snapshot::begin(db));
    audit_verdict verdict;
    const auto anchor = TRY(walk_anchors(db, verdict));
    walk at{anchor.last_id, anchor.last_hash, false};
    if (!verdict.broken_id)
        TRY(walk_entries(db, anchor, at, verdict));
    if (!verdict.broken_id)
        TRY(check_end(db, anchor, at, verdict));
    return verdict;
}

} // namespace basekeeper::state
