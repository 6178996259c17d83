// A bounded set of connections to one database, lent out one caller at a time, and the lanes that many share.
#pragma once

#include "pg/connection.hpp"
#include "pg/pool_watch.hpp"

#include <chrono>
#include <cstddef>
#include <memory>

namespace basekeeper::pg {

struct pool_settings
{
    std::size_t max_connections = 8; ///< lanes included
    std::chrono::milliseconds idle_timeout{std::chrono::minutes{5}};
    std::chrono::milliseconds check_after_idle{std::chrono::seconds{30}}; ///< idle for longer: asked before lending
    int connect_attempts = 4; ///< for conditions that may pass; with growing, jittered pauses, within the deadline
    std::chrono::milliseconds first_pause{100};
    std::size_t max_lanes = 2;
    std::chrono::milliseconds lane_patience{5}; ///< a lane whose oldest statement is older gets nothing new
    std::size_t keep_idle = 0;                  ///< that many connections are never closed for being idle
    std::size_t spare_slots = 3; ///< free slots of the server that a second and further connection must leave to others
    std::chrono::milliseconds recovery{std::chrono::seconds{10}}; ///< under pressure, until one more may be tried
    std::shared_ptr<pool_watch> watch{}; ///< shared with the other pools of the same database; may be null
};

struct pool_usage
{
    std::size_t leased = 0;
    std::size_t idle = 0;
    std::size_t connecting = 0;
    std::size_t lanes = 0;
    std::size_t waiting = 0; ///< callers of acquire
    std::size_t limit = 0;   ///< connections it may have now: less than max_connections while the server is full
};

struct pool_state;

/// A connection on loan. Returned to the pool on destruction; a broken one, or one inside a transaction or a statement,
/// is dropped instead. May outlive the pool's close(), not the event loop.
class lease
{
public:
    lease(lease&&) noexcept;
    lease& operator=(lease&&) noexcept;
    ~lease();

    connection& operator*() const noexcept { return *connection_; }

    connection* operator->() const noexcept { return connection_.get(); }

    /// The session was touched: it is closed on return, whatever its state.
    void discard() noexcept;

    /// The pool runs DISCARD ALL before somebody else gets this session.
    void reset_before_reuse() noexcept;

private:
    friend class pool;
    friend struct pool_state;
    lease(std::shared_ptr<pool_state> owner, std::unique_ptr<connection> c) noexcept;

    enum class afterwards
    {
        reuse,
        reset,
        discard
    };

    std::shared_ptr<pool_state> owner_; // shared with the pool and the other leases: a lease may end last
    std::unique_ptr<connection> connection_;
    afterwards afterwards_ = afterwards::reuse;
};

/// Lives on the I/O thread. `close()` must be awaited before destruction.
///
/// When the server has no free connection (SQLSTATE 53300), or its last ones would be taken, the pool gives up what it
/// does not need, its callers share what is left, and it grows again slowly. It keeps one connection in any case.
class pool
{
public:
    /// Connects nothing yet. `threads` must outlive the pool.
    pool(io::executor where, io::offload_pool& threads, target to, pool_settings settings = {});
    ~pool();
    pool(const pool&) = delete;
    pool& operator=(const pool&) = delete;

    /// A connection that works as far as can be told: an idle one, a new one, or the next returned. Waiters are served
    /// in order; on a full server they wait for the connections that the pool has. Fails as connection::open does, with
    /// timeout ("all n connections are in use"), cancelled, or unavailable after close().
    io::task<result<lease>> acquire(io::deadline until);

    /// Runs one small statement on a shared lane (see shared_session for what may be run there), or on an exclusive
    /// connection when every lane is held up by a slow statement.
    io::task<result<statement_result>> run_shared(statement what, caps keep, io::deadline until);

    pool_usage usage() const noexcept;

    const target& where() const noexcept;

    /// Refuses new callers, fails the waiting ones with unavailable, ends the lanes, drops idle connections and waits
    /// for the leases to come back. Fails with timeout when they did not; then they are dropped on return.
    io::task<result<>> close(io::deadline until);

private:
    std::shared_ptr<pool_state> state_; // shared with the leases
};

} // namespace basekeeper::pg
