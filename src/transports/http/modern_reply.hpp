// The answer to one stateless request: a JSON object, or a stream of events once there is something to say before it.
#pragma once

#include "http/exchange.hpp"
#include "io/event.hpp"
#include "mcp/outbox.hpp"
#include "transports/http/media.hpp"
#include "transports/http/pulse.hpp"
#include "transports/http/sse.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace basekeeper::transports {

/// What answers share.
struct answer_settings
{
    /// Above this many bytes that the client has not taken, what may be dropped is dropped.
    std::size_t most_queued_bytes = std::size_t{256} << 10U;
    std::chrono::seconds stream_after{10}; ///< of silence a request is answered with a stream, which can be kept alive
    std::chrono::seconds keep_alive_every{15};

    /// `WWW-Authenticate` for a caller who lacks this scope; empty: nothing is sent.
    std::function<std::string(std::string_view scope)> challenge{};
};

/// The HTTP status of an answer in the stateless era.
unsigned modern_status(const mcp::message_traits& what);

/// Lives as long as the exchange that it answers.
class modern_reply final : public mcp::outbox, private pulsed
{
public:
    modern_reply(http::exchange& with, accepted takes, const answer_settings& settings, pulse& beats, io::executor on);
    ~modern_reply() override;
    modern_reply(const modern_reply&) = delete;
    modern_reply& operator=(const modern_reply&) = delete;

    void send(std::string message, mcp::message_traits what) override;

    bool is_full() const override { return events_.queued() > settings_.most_queued_bytes; }

    void withdrawn() override;

    /// The client is gone: nothing is written any more.
    void abandon();

    bool is_over() const { return over_.is_set(); }

    /// Returns when the answer has been given, or will not be.
    io::task<> wait() { static_cast<void>(co_await over_.wait(io::deadline::never())); }

private:
    void beat(steady_time now) override;
    void respond(std::string message, const mcp::message_traits& what);
    void end();

    http::exchange& with_;
    accepted takes_;
    const answer_settings& settings_;
    pulse& beats_;
    pulse::place place_;
    sse_writer events_;
    io::event over_;
    steady_time last_written_;
};

} // namespace basekeeper::transports
