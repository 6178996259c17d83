// One session that runs migrations: alone among all runners, and as it was at login before each of them.
#pragma once

#include "pg/pool.hpp"

#include <chrono>
#include <optional>

namespace basekeeper::migrations {

/// How long is waited for what others hold.
struct waiting
{
    std::chrono::milliseconds lock_timeout{3'000}; ///< for one lock, before everything is rolled back
    int attempts = 6;                              ///< to get the locks of a step, with growing pauses
    std::chrono::milliseconds first_pause{250};
    std::chrono::milliseconds longest_pause{4'000};
    std::chrono::milliseconds other_runner{10'000}; ///< for a runner that is at work already
};

/// Holds a connection and, on it, the advisory lock that only one runner of a database can hold. `close` gives both
/// back; without it the connection is dropped.
class session
{
public:
    /// Waits for another runner; fails with conflict that says who that is.
    static io::task<result<session>> open(pg::pool& from, waiting how, io::deadline until);

    session(session&&) noexcept = default;
    session& operator=(session&&) = delete;
    ~session();

    pg::connection& db() const { return **lease_; }

    const waiting& patience() const { return how_; }

    bool lost() const { return !lease_ || db().broken(); }

    /// Drops the connection, opens another and waits for the lock: once it is ours, the server has ended the old
    /// session, and what is seen is final.
    io::task<result<>> reopen(io::deadline until);

    /// Undoes what the migration before may have set (role, search_path, ...) and sets our lock_timeout.
    io::task<result<>> refresh(io::deadline until);

    io::task<> close();

private:
    session(pg::pool& from, waiting how) : from_(&from), how_(how) {}

    io::task<result<>> lock(io::deadline until);
    void drop();

    pg::pool* from_;
    waiting how_;
    std::optional<pg::lease> lease_;
};

} // namespace basekeeper::migrations
