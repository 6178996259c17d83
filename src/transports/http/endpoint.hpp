// The MCP endpoint over HTTP: one path for both eras, and the same messages over a WebSocket.
#pragma once

#include "http/exchange.hpp"
#include "mcp/server.hpp"
#include "transports/http/legacy_sessions.hpp"
#include "transports/http/modern_reply.hpp"
#include "transports/http/places.hpp"
#include "transports/http/pulse.hpp"
#include "transports/http/speaker.hpp"

#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace basekeeper::transports {

struct endpoint_settings
{
    answer_settings answers{};
    session_settings sessions{};
    std::size_t most_log_bytes = std::size_t{32} << 20U; ///< events kept for resumption, of all sessions
    std::size_t most_requests = 1'024;                   ///< stateless ones that run; more get 503
    std::size_t most_streams = 4'096;                    ///< GET streams, listens and WebSockets
    http::websocket_settings websocket{};
};

/// What is open at the moment, and what was too much, for metrics.
struct endpoint_counts
{
    std::size_t sessions = 0; ///< of the handshake versions
    std::size_t streams = 0;  ///< GET streams and listens
    std::size_t requests = 0; ///< stateless ones
    std::size_t websockets = 0;
    std::uint64_t turned_away = 0; ///< since the start: requests answered 503 because too much was open
};

/// Streamable HTTP as 2025-03-26 to 2026-07-28 define it. The caller has been authenticated, Origin and Host have been
/// checked before. Lives on the I/O thread; the owner lets `close` finish before it destroys this.
class endpoint
{
public:
    /// `of` must outlive this.
    endpoint(mcp::server& of, io::executor where, endpoint_settings settings = {});
    ~endpoint();
    endpoint(const endpoint&) = delete;
    endpoint& operator=(const endpoint&) = delete;

    /// Answers POST, GET and DELETE. The task ends with the answer.
    io::task<> serve(http::request asked, http::exchange& with, mcp::caller who);

    /// One conversation over a WebSocket: each text message is one of MCP, heard only while `still` agrees.
    io::task<> serve_websocket(http::exchange& with, mcp::caller who, speaker_check still);

    endpoint_counts counts() const;

    void start() { beats_.start(); }

    /// One beat of the clock that keeps silent connections alive, for tests.
    void beat() { beats_.beat(); }

    /// No session can be opened any more, subscriptions end, streams are let go; what runs goes on.
    void wind_up();

    /// Cancels what runs and ends everything.
    io::task<> close();

private:
    /// What was posted to a session.
    struct session_post
    {
        boost::json::value document;
        bool is_asking = false; ///< has requests, which are answered
    };

    io::task<> post(http::request asked, http::exchange& with, mcp::caller who);

    /// A request of the stateless era.
    struct modern_request
    {
        boost::json::value document;
        bool is_listening = false; ///< is answered by a stream that stays open
    };

    io::task<> serve_modern(modern_request posted, http::exchange& with, mcp::caller who, accepted takes);
    io::task<> serve_legacy(session_post posted, http::request asked, http::exchange& with, mcp::caller who);
    io::task<> open_session(boost::json::value document, http::exchange& with, mcp::caller who, accepted takes);
    io::task<> get(http::request asked, http::exchange& with, mcp::caller who);
    void remove(const http::request& asked, http::exchange& with, const mcp::caller& who);
    void turn_away(http::exchange& with, http::response busy);
    void turn_away(http::exchange& with, places::lack why, std::string_view of_what);
    std::shared_ptr<legacy_session>
    find_session(const http::request& asked, http::exchange& with, const mcp::caller& who);

    mcp::server& server_;
    io::executor where_;
    endpoint_settings settings_;
    log_budget budget_;
    pulse beats_;
    legacy_sessions sessions_;
    places requests_;
    places streams_; // GET streams, listens and WebSockets
    std::size_t websockets_ = 0;
    std::uint64_t turned_away_ = 0;
    bool winding_up_ = false;
};

} // namespace basekeeper::transports
