// One stream of a session's messages: the answer to one request, or the session's own; its connection may change.
#pragma once

#include "http/exchange.hpp"
#include "io/event.hpp"
#include "mcp/outbox.hpp"
#include "transports/http/event_log.hpp"
#include "transports/http/media.hpp"
#include "transports/http/modern_reply.hpp"
#include "transports/http/pulse.hpp"
#include "transports/http/sse.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace basekeeper::transports {

class legacy_stream;

/// A connection that waits for a stream's messages. On the frame of the coroutine that serves it.
struct attachment
{
    attachment(http::exchange& to, accepted forms, io::executor on)
        : with(to), takes(forms), events(to), over(std::move(on))
    {}

    /// The client is gone: the stream goes on without a connection.
    void lost();

    http::exchange& with;
    accepted takes;
    sse_writer events;
    io::event over;                   ///< set when the stream needs the connection no more
    legacy_stream* held_by = nullptr; ///< the stream, as long as it does
};

/// Writes events again.
void replay(sse_writer& to, const std::vector<const event_log::entry*>& missed);

/// Messages go to the connection that is attached, as one JSON answer or as events. Events are logged, so that a client
/// that lost its connection resumes where it was. Losing the connection cancels nothing.
class legacy_stream final : public mcp::outbox, private pulsed
{
public:
    struct wiring
    {
        event_log& log;
        const answer_settings& settings;
        pulse& beats;
        std::function<void(std::uint64_t)> ended; ///< the last message was sent
    };

    /// `number`: of the stream in its session.
    legacy_stream(std::uint64_t number, wiring with);
    ~legacy_stream() override;
    legacy_stream(const legacy_stream&) = delete;
    legacy_stream& operator=(const legacy_stream&) = delete;

    /// Headers for the JSON answer, e.g. the id of a new session.
    void add_header(std::string name, std::string value) { headers_.add(std::move(name), std::move(value)); }

    /// From now on events tell their ids first, and the client may be sent away and come back (2025-11-25).
    void allow_polling() { polling_ = true; }

    /// Where messages go that this connection cannot carry: questions to a client that takes only JSON.
    void fall_back_to(mcp::outbox& other) { other_ = &other; }

    /// Gives the stream a connection, in place of the one it has, and leaves open whether the answer will be JSON.
    void attach(attachment& to);

    /// The same for a client that has seen the events up to that one; false when some after it are not kept any more.
    bool resume(attachment& to, event_place seen);

    /// The same for a client that takes events from now on: what no connection has carried comes first.
    void follow(attachment& to);

    /// The connection is gone.
    void detach();

    /// Ends the connection, properly, without an answer.
    void let_go();

    bool is_attached() const { return at_ != nullptr; }

    bool is_ended() const { return ended_; }

    void send(std::string message, mcp::message_traits what) override;
    bool is_full() const override;
    void withdrawn() override;
    void pause(std::chrono::milliseconds retry) override;

private:
    void beat(steady_time now) override;
    void open();
    void hold(attachment* next);
    void conclude();

    std::uint64_t number_;
    wiring to_;
    pulse::place place_;
    http::header_list headers_;
    attachment* at_ = nullptr; // on the frame of the coroutine that serves the connection
    mcp::outbox* other_ = nullptr;
    bool polling_ = false;
    bool ended_ = false;
    std::uint64_t carried_ = 0; // events below this number were given to a connection
    steady_time last_written_;
};

} // namespace basekeeper::transports
