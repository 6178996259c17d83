// What is to be sent on one connection, in order, and the coroutine that sends what does not go out at once.
#pragma once

#include "io/event.hpp"
#include "io/nursery.hpp"
#include "net/wire.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace basekeeper::http {

/// A queue without a bound of its own: who fills it looks at `queued`. Its owner joins the nursery before it goes.
class output
{
public:
    /// Gives up when the other side takes no byte for `patience`.
    output(io::executor where, net::wire& to, std::chrono::milliseconds patience, io::nursery& tasks);

    /// Called once when the connection cannot be written any more.
    void on_broken(std::function<void()> tell) { tell_ = std::move(tell); }

    void append(std::string bytes);

    /// Sends what the kernel takes now; the rest follows by itself.
    void flush_now();

    /// Sends in the next turn of the event loop, together with what is appended until then.
    void flush_soon();

    /// Bytes not yet given to the kernel.
    std::size_t queued() const { return queued_; }

    bool broken() const { return broken_; }

    /// Forgets what is queued; nothing is sent any more.
    void drop();

    /// Returns when nothing is queued, by sending or by dropping, or when the caller is cancelled.
    io::task<> emptied();

private:
    enum class step
    {
        done,
        blocked,
        broken
    };

    step send();
    void advance(std::size_t sent);
    void forget();
    io::task<> pump();

    net::wire& to_;
    std::chrono::milliseconds patience_;
    io::nursery& tasks_;
    std::function<void()> tell_;
    std::vector<std::string> pieces_; ///< those before first_ are out
    std::size_t first_ = 0;
    std::size_t offset_ = 0; ///< bytes of the first piece that are out
    std::size_t queued_ = 0;
    bool broken_ = false;
    bool pumping_ = false;
    io::event writable_;
    io::event emptied_;
};

} // namespace basekeeper::http
