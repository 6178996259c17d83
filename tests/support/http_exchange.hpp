// The answering side of a request in memory: a test looks at what a handler answered, and can be the client that
// leaves.
#pragma once

#include "http/exchange.hpp"
#include "io/event.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace basekeeper::http::testing {

/// Both ends of a WebSocket.
struct memory_socket
{
    explicit memory_socket(io::executor where) : arrived(std::move(where)) {}

    /// The client sends a message.
    void say(std::string message)
    {
        incoming.push_back(std::move(message));
        arrived.set();
    }

    /// The client closes.
    void leave()
    {
        is_open = false;
        arrived.set();
    }

    /// What the client was sent since the last call.
    std::string take() { return std::exchange(sent, {}); }

    std::deque<std::string> incoming;
    io::event arrived;
    std::string sent;
    bool is_open = true;
    unsigned close_code = 0; ///< by which the server closed; 0: it did not
    std::string close_reason;
};

/// The server's end.
class memory_websocket final : public websocket
{
public:
    explicit memory_websocket(memory_socket& of) : of_(of) {}

    io::task<std::optional<std::string>> receive() override
    {
        while (of_.is_open && of_.incoming.empty()) {
            of_.arrived.reset();
            if (!co_await of_.arrived.wait(io::deadline::never()))
                co_return std::nullopt;
        }
        if (!of_.is_open)
            co_return std::nullopt;
        auto next = std::move(of_.incoming.front());
        of_.incoming.pop_front();
        co_return next;
    }

    bool send(std::string text) override
    {
        if (of_.is_open)
            of_.sent += text;
        return of_.is_open;
    }

    std::size_t queued() const override { return 0; }

    void close(unsigned code, std::string_view reason) override
    {
        if (!of_.is_open)
            return;
        of_.close_code = code;
        of_.close_reason = reason;
        of_.leave();
    }

private:
    memory_socket& of_;
};

class memory_exchange final : public exchange
{
public:
    void respond(response whole) override
    {
        ++answers;
        status = whole.status;
        headers = std::move(whole.headers);
        body = std::move(whole.body);
        finished = true;
    }

    response_stream& stream(response head) override
    {
        ++answers;
        status = head.status;
        headers = std::move(head.headers);
        return out_;
    }

    io::task<result<std::unique_ptr<websocket>>> accept_websocket(websocket_settings) override
    {
        if (!socket)
            co_return fail(condition::invalid_argument, "not an upgrade");
        co_return std::make_unique<memory_websocket>(*socket);
    }

    void drop() override { finished = true; }

    void on_gone(std::function<void()> tell) override { gone_ = std::move(tell); }

    void on_drain(std::function<void()> tell) override { drain_ = std::move(tell); }

    io::task<> done() override { co_return; }

    /// The client closes the connection.
    void leave()
    {
        out_.open = false;
        if (const auto tell = std::exchange(gone_, {}))
            tell();
    }

    void drain()
    {
        if (const auto tell = std::exchange(drain_, {}))
            tell();
    }

    std::string header(std::string_view name) const { return std::string(headers.find(name).value_or("")); }

    /// What was written since the last call.
    std::string take() { return std::exchange(body, {}); }

    unsigned status = 0;
    header_list headers;
    std::string body;
    int answers = 0; ///< must never be more than one
    bool finished = false;
    std::size_t queued = 0;              ///< what a slow client has not taken
    std::optional<memory_socket> socket; ///< for requests that are an upgrade

private:
    class memory_stream final : public response_stream
    {
    public:
        explicit memory_stream(memory_exchange& of) : of_(of) {}

        bool write(std::string bytes) override
        {
            if (open && !of_.finished)
                of_.body += bytes;
            return open;
        }

        std::size_t queued() const override { return of_.queued; }

        void finish() override { of_.finished = true; }

        bool open = true;

    private:
        memory_exchange& of_;
    };

    memory_stream out_{*this};
    std::function<void()> gone_;
    std::function<void()> drain_;
};

} // namespace basekeeper::http::testing
