// Tries ways in at the same time and says what became of each.
#pragma once

#include "io/deadline.hpp"
#include "io/runtime.hpp"
#include "pg/connection.hpp"
#include "ways/candidates.hpp"

#include <boost/describe/enum.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::ways {

/// Whether a pooler stands between, as far as can be seen.
enum class pooling
{
    none,       ///< the server itself answers
    session,    ///< a pooler; the session seemed to be kept
    transaction ///< a pooler that lent our session to another client between two transactions
};
BOOST_DESCRIBE_ENUM(pooling, none, session, transaction)

/// A pooler announces a process of its own. It pools transactions when the process that served `db` serves a second
/// client, which is opened for that, while `db` is still connected.
io::task<pooling>
pooling_of(pg::connection& db, io::executor where, io::offload_pool& threads, pg::target to, io::deadline until);

/// What became of one way.
struct attempt
{
    candidate way;
    std::chrono::milliseconds took{0};
    std::optional<error> failure; ///< nothing: it works
    bool encrypted = false;
    ways::pooling pooling = ways::pooling::none;
};

enum class patience
{
    try_all,   ///< wait for every way
    take_first ///< stop as soon as a way works and no better one is still trying
};

/// Opens every way on its own connection at the same time; each has until its own connect_timeout or `until`. With
/// take_first, attempts that were not needed any more end as cancelled. Results stand in the order of `all`.
io::task<std::vector<attempt>>
try_ways(io::executor where, io::offload_pool& threads, std::vector<candidate> all, patience how, io::deadline until);

/// The first that works, or null.
const attempt* best_of(const std::vector<attempt>& tried);

/// Why none works: the failure of the given way, which also tells what became of the others. Requires that all failed.
error none_works(const std::vector<attempt>& tried);

/// What is not possible through a pooler in transaction mode; for hints and lists.
inline constexpr std::string_view transaction_mode_limits =
    "no state outlives a transaction: SET, LISTEN, PREPARE, temporary tables, cursors WITH HOLD and advisory locks of "
    "a session do not work across calls";

} // namespace basekeeper::ways
