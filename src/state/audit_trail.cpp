// The audit trail in SQLite: appending, listing and pruning. Verifying is in audit_verify.cpp.
#include "state/audit_trail.hpp"

#include "crypto/encoding.hpp"
#include "json/text.hpp"
#include "sqlite/transaction.hpp"
#include "state/audit_rows.hpp"
#include "state/database.hpp"

#include <fmt/format.h>

#include <limits>
#include <utility>

namespace basekeeper::state {
namespace {

/// Filters are NULL when they do not filter. ?7 is the most rows, -1 for all.
constexpr std::string_view newest_first = R"(
SELECT id, time_us, principal, instance, tool, argument_digest, decision, outcome, rows, duration_us, hash
FROM audit
WHERE (?1 IS NULL OR time_us >= ?1) AND (?2 IS NULL OR time_us < ?2)
  AND (?3 IS NULL OR tool = ?3) AND (?4 IS NULL OR instance = ?4) AND (?5 IS NULL OR principal = ?5)
  AND id < ?6
ORDER BY id DESC LIMIT ?7)";

constexpr std::string_view oldest_first = R"(
SELECT id, time_us, principal, instance, tool, argument_digest, decision, outcome, rows, duration_us, hash
FROM audit
WHERE (?1 IS NULL OR time_us >= ?1) AND (?2 IS NULL OR time_us < ?2)
  AND (?3 IS NULL OR tool = ?3) AND (?4 IS NULL OR instance = ?4) AND (?5 IS NULL OR principal = ?5)
  AND id < ?6
ORDER BY id LIMIT ?7)";

/// The newest entry of the unbroken run of old ones at the beginning: times of several processes may be out of order.
constexpr std::string_view last_older_than = R"(
SELECT id, hash FROM audit
WHERE id < coalesce((SELECT min(id) FROM audit WHERE time_us >= ?1), 9223372036854775807)
ORDER BY id DESC LIMIT 1)";

std::optional<std::string_view> unless_empty(const std::string& s)
{
    return s.empty() ? std::nullopt : std::optional<std::string_view>(s);
}

std::optional<std::int64_t> microseconds(const std::optional<wall_time>& t)
{
    return t ? std::optional<std::int64_t>(t->time_since_epoch().count()) : std::nullopt;
}

result<> bind(sqlite::statement& query, const audit_filter& f, std::int64_t most)
{
    return query.bind_all(
        microseconds(f.since),
        microseconds(f.until),
        unless_empty(f.tool),
        unless_empty(f.instance),
        unless_empty(f.principal),
        f.before_id > 0 ? f.before_id : std::numeric_limits<std::int64_t>::max(),
        most
    );
}

struct chain_end
{
    std::int64_t id = 0;
    crypto::sha256_digest hash{};
};

result<chain_end> read_head(sqlite::connection& db)
{
    auto query = TRY(db.prepare("SELECT id, hash FROM audit_head"));
    chain_end end;
    if (!TRY(query.step()) || !digest_of(query.column_blob(1), end.hash))
        return fail(
            condition::internal,
            "reading the end of the audit chain: it is missing or damaged",
            "run `basekeeper audit verify`, and restore the state folder from a backup"
        );
    end.id = query.column_int64(0);
    return end;
}

/// Inside a transaction: continues the chain at its end.
result<> append_entries(sqlite::connection& db, std::span<const audit_entry> batch)
{
    auto end = TRY(read_head(db));
    auto insert = TRY(db.prepare(
        "INSERT INTO audit (id, time_us, principal, instance, tool, argument_digest, decision, outcome, rows, "
        "duration_us, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    ));
    chain_hasher hasher;
    for (const auto& entry : batch) {
        ++end.id;
        end.hash = hasher.of(end.hash, end.id, entry);
        TRY(insert.run(
            end.id,
            stored_time(entry),
            std::string_view(entry.principal),
            std::string_view(entry.instance),
            std::string_view(entry.tool),
            std::span<const std::byte>(entry.argument_digest),
            std::string_view(entry.decision),
            std::string_view(entry.outcome),
            stored_rows(entry),
            static_cast<std::int64_t>(entry.duration.count()),
            std::span<const std::byte>(end.hash)
        ));
    }
    auto update = TRY(db.prepare("UPDATE audit_head SET id = ?, hash = ?"));
    return update.run(end.id, std::span<const std::byte>(end.hash));
}

result<> add_anchor(sqlite::connection& db, const audit_anchor& anchor)
{
    auto insert = TRY(db.prepare(
        "INSERT INTO audit_anchors (number, last_id, last_hash, pruned, time_us, hash) VALUES (?, ?, ?, ?, ?, ?)"
    ));
    return insert.run(
        anchor.number,
        anchor.last_id,
        std::span<const std::byte>(anchor.last_hash),
        anchor.pruned,
        anchor.time_us,
        std::span<const std::byte>(anchor.hash)
    );
}

} // namespace

audit_trail::audit_trail(std::unique_ptr<opened> o) : opened_(std::move(o)) {}

audit_trail::audit_trail(audit_trail&&) noexcept = default;
audit_trail& audit_trail::operator=(audit_trail&&) noexcept = default;
audit_trail::~audit_trail() = default;

result<audit_trail> audit_trail::open(const std::filesystem::path& dir)
{
    return audit_trail(std::make_unique<opened>(TRY(open_database(dir, sqlite::synchronous::full))));
}

result<> audit_trail::append(std::span<const audit_entry> batch)
{
    if (batch.empty())
        return {};
    auto change = TRY(sqlite::transaction::begin(opened_->db));
    TRY(append_entries(opened_->db, batch));
    return change.commit();
}

result<std::vector<audit_record>> audit_trail::list(const audit_filter& filter)
{
    auto query = TRY(opened_->db.prepare(newest_first));
    TRY(bind(query, filter, filter.limit));
    std::vector<audit_record> records;
    while (TRY(query.step()))
        records.push_back(record_of(query));
    return records;
}

result<std::uint64_t>
audit_trail::export_lines(const audit_filter& filter, const std::function<result<>(std::string_view)>& line)
{
    auto query = TRY(opened_->db.prepare(oldest_first));
    TRY(bind(query, filter, filter.limit == 0 ? std::int64_t{-1} : std::int64_t{filter.limit}));
    std::uint64_t given = 0;
    while (TRY(query.step())) {
        TRY(line(to_json(record_of(query))));
        ++given;
    }
    return given;
}

result<std::uint64_t> audit_trail::prune(wall_time older_than, wall_time now)
{
    auto& db = opened_->db;
    auto change = TRY(sqlite::transaction::begin(db));
    const auto before = TRY(newest_anchor(db));
    auto last = TRY(db.prepare(last_older_than));
    TRY(last.bind_all(older_than.time_since_epoch().count()));
    if (!TRY(last.step()))
        return 0;
    audit_anchor anchor{
        .number = before.number + 1,
        .last_id = last.column_int64(0),
        .pruned = before.pruned,
        .time_us = now.time_since_epoch().count()
    };
    if (!digest_of(last.column_blob(1), anchor.last_hash))
        return fail(
            condition::internal,
            fmt::format("pruning the audit trail: entry {} is damaged", anchor.last_id),
            "run `basekeeper audit verify`"
        );
    last.reset();
    auto remove = TRY(db.prepare("DELETE FROM audit WHERE id <= ?"));
    TRY(remove.run(anchor.last_id));
    const auto removed = db.changes();
    anchor.pruned += removed;
    anchor.hash = chain_hasher().of(before.hash, anchor);
    TRY(add_anchor(db, anchor));
    const audit_entry witness{
        .time = now,
        .principal = "basekeeper",
        .instance = {},
        .tool = std::string(prune_tool),
        .argument_digest = anchor.hash,
        .decision = "allowed",
        .outcome = "ok",
        .rows = static_cast<std::uint64_t>(removed)
    };
    TRY(append_entries(db, std::span(&witness, 1)));
    TRY(change.commit());
    return static_cast<std::uint64_t>(removed);
}

std::string to_json(const audit_record& record)
{
    const auto& e = record.entry;
    std::string out = fmt::format(R"({{"id":{},"time":"{}")", record.id, to_rfc3339(e.time));
    const auto add = [&](std::string_view key, std::string_view value) {
        out += fmt::format(R"(,"{}":)", key);
        json::write_string(out, value);
    };
    add("principal", e.principal);
    add("instance", e.instance);
    add("tool", e.tool);
    add("argument_digest", crypto::to_hex(e.argument_digest));
    add("decision", e.decision);
    add("outcome", e.outcome);
    out += fmt::format(R"(,"rows":{},"duration_us":{})", e.rows, e.duration.count());
    add("hash", crypto::to_hex(record.hash));
    out += '}';
    return out;
}

} // namespace basekeeper::state
