// Waiting until a file descriptor can be read or written.
#pragma once

#include "io/deadline.hpp"
#include "io/task.hpp"

#include <memory>
#include <span>
#include <string>

namespace basekeeper::io {

enum class readiness
{
    read,
    write,
    either ///< one of the two
};

enum class ownership
{
    owned,   ///< closed with the object
    borrowed ///< somebody else (libpq, the shell) closes it
};

/// A descriptor watched by the event loop. The descriptor is made non-blocking when it is owned.
class descriptor
{
public:
    descriptor(io::executor where, int fd, ownership who);
    ~descriptor();
    descriptor(descriptor&&) noexcept;
    descriptor& operator=(descriptor&&) noexcept;

    int fd() const;

    /// Fails with timeout, cancelled, or unavailable when the descriptor is not watchable.
    task<result<>> wait(readiness what, deadline until);

    /// Wakes every waiter with cancelled.
    void cancel();

    /// Reads what is there, at least one byte, at most the buffer; 0 at the end of the stream.
    task<result<std::size_t>> read_some(std::span<char> into, deadline until);

    /// Writes everything. Fails with unavailable when the other side is gone.
    task<result<>> write_all(std::string_view bytes, deadline until);

private:
    struct watched;
    std::unique_ptr<watched> watched_;
};

} // namespace basekeeper::io
