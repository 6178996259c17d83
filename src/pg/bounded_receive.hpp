// A limit on how much libpq reads at a time; included by the sources of this module only.
#pragma once

#include <cstddef>

namespace basekeeper::pg {

/// While it lives, everything that this thread receives from `socket` counts, and after `most` bytes the socket looks
/// empty. PQconsumeInput reads on for as long as the server keeps up once a row is larger than its buffer: without this
/// a single call took 117 MB of a row of 1 GB (PostgreSQL 15, Unix socket), and no check before or after it can help.
class bounded_receive
{
public:
    bounded_receive(int socket, std::size_t most) noexcept;
    ~bounded_receive();
    bounded_receive(const bounded_receive&) = delete;
    bounded_receive& operator=(const bounded_receive&) = delete;

    std::size_t received() const noexcept { return received_; }

    /// Called for each recv() of this thread: how many of `wanted` bytes may be read; zero for none.
    std::size_t allowed(std::size_t wanted) const noexcept;

    void count(std::size_t bytes) noexcept { received_ += bytes; }

    /// The one of this thread that concerns `socket`, or null.
    static bounded_receive* of(int socket) noexcept;

private:
    int socket_;
    std::size_t most_;
    std::size_t received_ = 0;
};

} // namespace basekeeper::pg
