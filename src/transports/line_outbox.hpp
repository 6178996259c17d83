// Writes a session's messages to a descriptor, one per line, many lines in one write when many are ready.
#pragma once

#include "io/descriptor.hpp"
#include "io/event.hpp"
#include "mcp/outbox.hpp"

#include <cstddef>
#include <functional>
#include <string>

namespace basekeeper::transports {

/// A queue with one writer coroutine, `run`. Whoever reads requests waits in `room` while too much is queued.
class line_outbox final : public mcp::outbox
{
public:
    line_outbox(io::executor where, int fd, std::size_t most_queued_bytes);

    void send(std::string message, mcp::message_traits what) override;

    /// Writes what is sent until `finish` was called and everything is out, or the other side is gone.
    io::task<> run();

    bool is_full() const override { return queued() >= most_queued_; }

    /// Waits until less than the limit is queued. Fails with unavailable when nothing can be written any more, and with
    /// cancelled after `stop_waiting`.
    io::task<result<>> room();

    /// Ends all waiting for room, now and later: nothing more will be read.
    void stop_waiting();

    /// Lets `run` end once everything is written.
    void finish();

    /// True when the other side does not read any more.
    bool is_broken() const { return broken_; }

    /// Called once when the other side went away.
    void on_broken(std::function<void()> tell) { tell_broken_ = std::move(tell); }

private:
    std::size_t queued() const { return waiting_.size() + writing_.size(); }

    io::descriptor to_;
    std::size_t most_queued_;
    std::string waiting_;
    std::string writing_;
    io::event work_;
    io::event drained_;
    bool finishing_ = false;
    bool nobody_waits_ = false;
    bool broken_ = false;
    std::function<void()> tell_broken_;
};

} // namespace basekeeper::transports
