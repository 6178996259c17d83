// The answering side of a request in memory: a test looks at what a handler answered, and can be the client that
// leaves.
#pragma once

#include "http/exchange.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace basekeeper::http::testing {

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
        co_return fail(condition::invalid_argument, "not an upgrade");
    }

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
    std::size_t queued = 0; ///< what a slow client has not taken

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
