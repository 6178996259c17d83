// What a pool asks before it connects, and whom it tells how its work went; implemented above pg.
#pragma once

#include "base/result.hpp"

#include <chrono>
#include <memory>

namespace basekeeper::pg {

/// One attempt to connect that was allowed. Destroyed without a word: nobody waited for its end.
class connect_attempt
{
public:
    virtual ~connect_attempt() = default;

    /// Called at most once; null: it worked.
    virtual void ended(const error* failed) = 0;
};

/// Shared by the pools of one database. Called on the I/O thread only; must not wait.
class pool_watch
{
public:
    virtual ~pool_watch() = default;

    /// Asked before a connection is made, with all its retries. An error is the caller's answer.
    virtual result<std::unique_ptr<connect_attempt>> may_connect() = 0;

    /// A statement, or several in one round trip, came to an end; null: it worked. `took` is from sending to the end of
    /// the answer, without the wait for a connection.
    virtual void statement_ended(std::chrono::steady_clock::duration took, const error* failed) = 0;
};

} // namespace basekeeper::pg
