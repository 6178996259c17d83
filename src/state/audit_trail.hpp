// The audit trail: rows in a hash chain, so that what was changed or taken away is noticed.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "crypto/digest.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::state {

/// One call as it is recorded. Holds no argument value, no result, no secret.
struct audit_entry
{
    wall_time time;
    std::string principal;
    std::string instance;
    std::string tool;
    crypto::sha256_digest argument_digest{};
    std::string decision;
    std::string outcome;
    std::uint64_t rows = 0;
    std::chrono::microseconds duration{0};
};

/// An entry in its place: `hash` covers the hash before it, the id and every field.
struct audit_record
{
    std::int64_t id = 0;
    audit_entry entry;
    crypto::sha256_digest hash{};
};

/// What to list. Empty members do not filter. Newest first; the page after it starts at `before_id` = its last id.
struct audit_filter
{
    std::optional<wall_time> since{}; ///< inclusive
    std::optional<wall_time> until{}; ///< exclusive
    std::string tool{};
    std::string instance{};
    std::string principal{};
    std::int64_t before_id = 0; ///< 0: from the newest
    std::uint32_t limit = 100;
};

/// What `verify` found.
struct audit_verdict
{
    std::uint64_t checked = 0;               ///< entries that are intact, up to the first broken one
    std::uint64_t pruned = 0;                ///< entries that retention removed before the first kept one
    std::optional<std::int64_t> broken_id{}; ///< the first entry that is changed or missing
    std::string finding{};                   ///< what is wrong with it, for a person; empty when intact
};

/// The trail in the state database, with a connection of its own. Blocking, one thread at a time. Several processes may
/// append at the same time: each batch is one immediate transaction that continues the chain where it stands.
class audit_trail
{
public:
    /// Opens, and makes what is missing, as store::open does.
    static result<audit_trail> open(const std::filesystem::path& dir);

    audit_trail(audit_trail&&) noexcept;
    audit_trail& operator=(audit_trail&&) noexcept;
    ~audit_trail();

    /// Appends all or none; durable on disk when it returns.
    result<> append(std::span<const audit_entry> batch);

    result<std::vector<audit_record>> list(const audit_filter& filter);

    /// Walks the whole chain from the last anchor. Fails only when the database cannot be read.
    result<audit_verdict> verify();

    /// Gives every matching entry, oldest first, as one JSON object without line break; `limit` 0 means all. Stops at
    /// the first failure of `line`. Returns how many were given.
    result<std::uint64_t>
    export_lines(const audit_filter& filter, const std::function<result<>(std::string_view)>& line);

    /// Removes the oldest entries, those before `older_than`, and leaves an anchor from which the rest can still be
    /// proven; the removal is itself an entry. Returns how many were removed.
    result<std::uint64_t> prune(wall_time older_than, wall_time now);

private:
    struct opened;
    explicit audit_trail(std::unique_ptr<opened> o);
    std::unique_ptr<opened> opened_;
};

/// An entry as `export_lines` writes it.
std::string to_json(const audit_record& record);

} // namespace basekeeper::state
