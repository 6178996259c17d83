// A lane: one connection in pipeline mode on which many callers run small statements at the same time.
#pragma once

#include "pg/connection.hpp"

#include <chrono>
#include <memory>

namespace basekeeper::pg {

/// Statements of all callers go out at once, in order; each is its own transaction and its errors touch nobody else.
/// For short statements without session state: a slow one delays all behind it. Nothing that leaves a trace in the
/// session (SET, BEGIN, temporary tables, LISTEN, advisory locks) may be run here.
class shared_session
{
public:
    /// Takes over an idle connection.
    explicit shared_session(connection session);
    ~shared_session();
    shared_session(const shared_session&) = delete;
    shared_session& operator=(const shared_session&) = delete;

    /// Runs one statement; rows beyond the caps are counted and dropped. Concurrent calls are answered in order. On
    /// deadline or cancellation the caller returns at once; the statement is cancelled on the server when it is the
    /// oldest one in flight. A caller whose statement was hit by the cancellation of another one is retried.
    /// Fails with unavailable when the connection broke: the statement may or may not have been executed.
    io::task<result<statement_result>> run(statement what, caps keep, io::deadline until);

    bool broken() const noexcept;

    std::size_t in_flight() const noexcept;

    /// How long the oldest statement in flight has been waiting for its answer; zero when there is none.
    std::chrono::steady_clock::duration oldest_age() const noexcept;

    int backend_pid() const noexcept;

    /// Ends the background work; callers in flight fail with unavailable. Must be awaited before destruction.
    io::task<result<>> close(io::deadline until);

private:
    struct lane;
    std::unique_ptr<lane> lane_;
};

} // namespace basekeeper::pg
