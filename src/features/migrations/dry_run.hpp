// What a migration would lock, rewrite and drop: tried in a transaction that is rolled back, and looked at, not
// guessed.
#pragma once

#include "features/migrations/plan.hpp"
#include "features/migrations/session.hpp"
#include "json/fields.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace basekeeper::migrations {

/// A lock that would be held until the commit, the strongest on each relation.
struct held_lock
{
    std::string relation;
    std::string lock;
    std::string blocks; ///< `reads and writes`, `writes`, `schema changes`

    static constexpr auto fields = std::tuple{
        json::required("relation", &held_lock::relation),
        json::required("lock", &held_lock::lock),
        json::required("blocks", &held_lock::blocks),
    };
};

/// A relation whose file would be replaced, or that would be gone.
struct touched_relation
{
    std::string relation;
    std::string kind;
    std::int64_t bytes = 0;
    std::int64_t estimated_rows = 0;

    static constexpr auto fields = std::tuple{
        json::required("relation", &touched_relation::relation),
        json::required("kind", &touched_relation::kind),
        json::required("bytes", &touched_relation::bytes),
        json::required("estimated_rows", &touched_relation::estimated_rows),
    };
};

struct rehearsal
{
    std::size_t statements = 0; ///< that were tried
    std::int64_t milliseconds = 0;
    std::vector<held_lock> locks{};
    std::vector<touched_relation> rewrites{};
    std::vector<touched_relation> drops{};
    std::vector<std::string> not_tried{}; ///< statements that cannot be rolled back, or need what such a one does

    static constexpr auto fields = std::tuple{
        json::required("statements", &rehearsal::statements),
        json::required("milliseconds", &rehearsal::milliseconds),
        json::required("locks", &rehearsal::locks),
        json::required("rewrites", &rehearsal::rewrites),
        json::required("drops", &rehearsal::drops),
        json::required("not_tried", &rehearsal::not_tried),
    };
};

/// One script of several, in order.
struct rehearsed
{
    std::string title; ///< opens errors and names statements
    plan what;
};

/// Runs what can be rolled back, looks, and rolls back. Statements that run apart are left out; when a later one fails
/// after such a one, it may need it: the rehearsal ends there and says so. Else its error is this call's error, with
/// line and caret. Waits one lock_timeout for a lock. What a rollback does not undo stays: sequences that moved.
io::task<result<rehearsal>> rehearse(session& on, std::vector<rehearsed> scripts, io::deadline until);

} // namespace basekeeper::migrations
