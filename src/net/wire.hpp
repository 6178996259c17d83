// A connected byte stream, plain or encrypted, that never blocks and never waits by itself.
#pragma once

#include "io/deadline.hpp"
#include "io/task.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace basekeeper::net {

/// An open socket, closed with the object.
class open_socket
{
public:
    explicit open_socket(int fd = -1) : fd_(fd) {}

    open_socket(open_socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

    open_socket& operator=(open_socket&& other) noexcept
    {
        std::swap(fd_, other.fd_);
        return *this;
    }

    ~open_socket();

    int get() const { return fd_; }

    int release() { return std::exchange(fd_, -1); }

private:
    int fd_;
};

enum class progress
{
    moved,   ///< at least one byte
    blocked, ///< nothing now: wait
    ended,   ///< reading only: the other side has sent its last byte
    broken   ///< the connection is lost
};

struct transfer
{
    progress how = progress::blocked;
    std::size_t bytes = 0;
};

/// Reading and writing are steps that return at once; waiting is a callback, so that a wire at rest costs a few hundred
/// bytes. Lives on the I/O thread. Closed with the object; its callbacks are then never called.
class wire
{
public:
    virtual ~wire() = default;

    /// What has to happen before the first byte (TLS). Fails with timeout, cancelled, or denied when it does not come
    /// about.
    virtual io::task<result<>> handshake(io::deadline until) = 0;

    /// A handshake under way fails with cancelled.
    virtual void give_up_handshake() = 0;

    virtual transfer read_now(std::span<char> into) = 0;

    /// Writes a part of `pieces`, in order, as many bytes as go out at once. After `blocked`, the next call must begin
    /// with the same bytes.
    virtual transfer write_now(std::span<const std::string_view> pieces) = 0;

    /// Calls `tell` once, from the event loop, when the next step of that kind may make progress (or need not). A
    /// second call before that replaces the first one's `tell`.
    virtual void when_readable(std::function<void()> tell) = 0;
    virtual void when_writable(std::function<void()> tell) = 0;

    /// Tells the other side that nothing more comes; what was written still arrives, and reading goes on.
    virtual void end_writing() = 0;
};

/// Without encryption. `connected` is non-blocking.
std::unique_ptr<wire> make_plain_wire(io::executor where, open_socket connected);

} // namespace basekeeper::net
