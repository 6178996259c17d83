// A transaction that undoes itself unless it is committed.
#pragma once

#include "base/result.hpp"

#include <utility>

struct sqlite3;

namespace basekeeper::sqlite {

class connection;

/// Holds the write lock from `begin()` to `commit()` or destruction. The database outlives it.
class transaction
{
public:
    /// BEGIN IMMEDIATE: waits for the write lock now, so that no later statement fails for want of it.
    static result<transaction> begin(connection& db);

    transaction(transaction&& other) noexcept : native_(std::exchange(other.native_, nullptr)) {}

    transaction& operator=(transaction&&) = delete;
    ~transaction(); ///< rolls back what was not committed

    /// Makes the changes permanent. On failure nothing is kept once the transaction is destroyed; when the condition
    /// is unavailable, `commit()` may be tried again before that.
    result<void> commit();

private:
    explicit transaction(sqlite3* native) : native_(native) {}

    sqlite3* native_; ///< null when committed or moved from; borrowed, so that the connection may move meanwhile
};

} // namespace basekeeper::sqlite
