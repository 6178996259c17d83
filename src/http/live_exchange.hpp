// The exchange that a handler gets: answers one request of a connection.
#pragma once

#include "http/connection.hpp"
#include "http/websocket_channel.hpp"
#include "http/websocket_offer.hpp"
#include "io/event.hpp"

#include <memory>
#include <optional>

namespace basekeeper::http {

/// Lives on the connection's coroutine while the handler runs and until its answer is complete.
class live_exchange final : public exchange, private response_stream
{
public:
    enum class ending
    {
        returned,
        failed ///< by an exception
    };

    live_exchange(connection& on, reply_rules rules, std::optional<websocket_offer> offer);

    void respond(response whole) override;
    response_stream& stream(response head) override;
    io::task<result<std::unique_ptr<websocket>>> accept_websocket(websocket_settings limits) override;
    void drop() override;
    void on_gone(std::function<void()> tell) override;
    void on_drain(std::function<void()> tell) override;
    io::task<> done() override;

    void tell_gone();
    void tell_drain();

    /// After the handler: answers 500 when it did not answer, ends what it left open.
    io::task<> conclude(ending how);

    /// True when another request may follow on the connection.
    bool leaves_usable() const { return usable_; }

private:
    enum class stage
    {
        nothing,
        streaming,
        upgraded,
        complete
    };

    bool write(std::string bytes) override;
    std::size_t queued() const override;
    void finish() override;

    void require_unanswered() const;
    response refusal_of_upgrade() const;

    connection& on_;
    reply_rules rules_;
    std::optional<websocket_offer> offer_;
    std::unique_ptr<websocket_channel> channel_;
    stage at_ = stage::nothing;
    framing framing_ = framing::none;
    bool usable_ = false;
    std::function<void()> tell_gone_;
    std::function<void()> tell_drain_;
    io::event over_; ///< the answer is complete, or the client gone
};

} // namespace basekeeper::http
