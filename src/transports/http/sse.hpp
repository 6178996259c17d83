// Server-sent events as MCP uses them: one JSON message per event, each in one data line.
#pragma once

#include "http/exchange.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace basekeeper::transports {

/// Writes events into the answer of one request. The exchange must outlive it.
class sse_writer
{
public:
    explicit sse_writer(http::exchange& with) : with_(with) {}

    bool is_open() const { return body_ != nullptr; }

    /// Sends the head, once: 200 with `text/event-stream`, and what keeps proxies from buffering or changing it.
    void open();

    /// One message; `id` may be empty. False when the client is gone. `open` first, here and below.
    bool event(std::string_view id, std::string_view message);

    /// An event that only tells its id, from which the client can resume (2025-11-25).
    bool priming(std::string_view id);

    /// How long the client is to wait before it comes back.
    bool retry(std::chrono::milliseconds after);

    /// A comment, so that nobody on the way takes the connection for dead.
    bool keep_alive();

    /// Ends the stream properly. Nothing may be written afterwards.
    void finish();

    /// Bytes that the client has not taken yet.
    std::size_t queued() const { return body_ == nullptr ? 0 : body_->queued(); }

private:
    http::exchange& with_;
    http::response_stream* body_ = nullptr; // owned by the exchange
};

} // namespace basekeeper::transports
