// One request and the ways to answer it, as a handler sees them: no socket, no parser.
#pragma once

#include "io/task.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace basekeeper::http {

/// Header fields in the order they were sent; names compare without case (RFC 9110 section 5.1).
class header_list
{
public:
    using field = std::pair<std::string, std::string>;

    void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }

    /// The first value of that name, without the blanks around it; nothing when there is none.
    std::optional<std::string_view> find(std::string_view name) const;

    /// How many fields have that name.
    std::size_t count(std::string_view name) const;

    const std::vector<field>& fields() const { return fields_; }

private:
    std::vector<field> fields_;
};

/// The other end of a connection.
struct client_address
{
    std::string ip; ///< text form without port or brackets; empty for a Unix socket
    bool tls = false;
};

/// A request whose body has been read, or only its head while it is being admitted.
struct request
{
    std::string method;                                     ///< as sent; methods are case-sensitive
    std::string path;                                       ///< percent-decoded, starts with `/`
    std::vector<std::pair<std::string, std::string>> query; ///< decoded, in order
    header_list headers;
    std::string body;
    client_address from;
};

struct response
{
    unsigned status = 200;
    header_list headers{}; ///< without Content-Length, Date and Connection, which the server adds
    std::string body{};
};

/// A body that is written piece by piece, e.g. server-sent events. Valid as long as its exchange.
class response_stream
{
public:
    virtual ~response_stream() = default;

    /// Queues bytes; never waits. False when the client is gone or was dropped because more than the bound was queued.
    virtual bool write(std::string bytes) = 0;

    /// Bytes that are queued and not yet given to the kernel.
    virtual std::size_t queued() const = 0;

    /// Ends the body once everything queued is out; the connection may be used again.
    virtual void finish() = 0;
};

struct websocket_settings
{
    std::size_t longest_message = std::size_t{4} << 20U;   ///< longer ones close with 1009
    std::size_t most_queued_bytes = std::size_t{8} << 20U; ///< more closes with 1013
    std::string subprotocol{};                             ///< answered when the client offered it
};

/// A connection after its upgrade (RFC 6455). Only text messages; binary ones close it with 1003. Pings, pongs and the
/// client's closing are handled while somebody is in `receive`. Valid as long as its exchange.
class websocket
{
public:
    virtual ~websocket() = default;

    /// The next message; nothing when the connection is closed, by whom or why ever, or when the caller is cancelled.
    virtual io::task<std::optional<std::string>> receive() = 0;

    /// Queues one text message; never waits. False when it is closed.
    virtual bool send(std::string text) = 0;
    virtual std::size_t queued() const = 0;

    /// Starts the closing handshake once everything queued is out; `receive` then ends.
    virtual void close(unsigned code, std::string_view reason) = 0;
};

/// The answering side of one request. Exactly one of `respond`, `stream`, `accept_websocket` and `drop` is used, once;
/// a handler that returns without any of them answers 500, one that leaves a stream or WebSocket open ends it, one that
/// throws cuts it off. A second answer is a bug and throws std::logic_error. Lives on the I/O thread.
class exchange
{
public:
    virtual ~exchange() = default;

    virtual void respond(response whole) = 0;

    /// Sends the head at once (its body is ignored) and keeps the exchange open until the stream is finished.
    virtual response_stream& stream(response head) = 0;

    /// Completes the upgrade. Fails with invalid_argument when the request is not a valid one (then answered 400/426).
    virtual io::task<result<std::unique_ptr<websocket>>> accept_websocket(websocket_settings limits) = 0;

    /// Closes the connection without an answer, as a server that dies does.
    virtual void drop() = 0;

    /// Called once when the client has closed the connection or was dropped before the answer was complete; at once
    /// when that is so already, else from the event loop. Replaces what was set before; not called after the handler
    /// returned.
    virtual void on_gone(std::function<void()> tell) = 0;

    /// Called once when the server begins to drain; at once when it already does.
    virtual void on_drain(std::function<void()> tell) = 0;

    /// Returns when the answer is complete and out, or the client gone. For handlers that stream.
    virtual io::task<> done() = 0;
};

/// Answers requests. The exchange is valid until the returned task ends.
using handler = std::function<io::task<>(request asked, exchange& with)>;

/// Looks at a head before the body is read; an answer ends the matter.
using gate = std::function<std::optional<response>(const request& head)>;

} // namespace basekeeper::http
