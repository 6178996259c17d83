// An exchange whose answers carry the headers that every answer of ours must have.
#pragma once

#include "http/exchange.hpp"

#include <string>
#include <utility>

namespace basekeeper::gateway {

/// What a client is told about an answer beside the answer.
struct dress
{
    http::client_address to{};
    std::string cross_origin{}; ///< the web origin that may read it; empty: none

    /// Adds the headers: no sniffing, framing or caching, and where they apply HSTS (RFC 6797) and CORS.
    void put_on(http::response& answer) const;
};

/// Dresses each answer. The exchange must outlive it.
class dressed_exchange final : public http::exchange
{
public:
    dressed_exchange(http::exchange& inner, dress wears) : inner_(inner), wears_(std::move(wears)) {}

    void respond(http::response whole) override
    {
        wears_.put_on(whole);
        inner_.respond(std::move(whole));
    }

    http::response_stream& stream(http::response head) override
    {
        wears_.put_on(head);
        return inner_.stream(std::move(head));
    }

    io::task<result<std::unique_ptr<http::websocket>>> accept_websocket(http::websocket_settings limits) override
    {
        return inner_.accept_websocket(std::move(limits));
    }

    void drop() override { inner_.drop(); }

    void on_gone(std::function<void()> tell) override { inner_.on_gone(std::move(tell)); }

    void on_drain(std::function<void()> tell) override { inner_.on_drain(std::move(tell)); }

    io::task<> done() override { return inner_.done(); }

private:
    http::exchange& inner_;
    dress wears_;
};

} // namespace basekeeper::gateway
