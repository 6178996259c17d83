// A session of the handshake versions over HTTP: its conversation, its streams, and what can be resumed.
#pragma once

#include "mcp/session.hpp"
#include "transports/http/legacy_stream.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace basekeeper::transports {

/// Lives on the I/O thread. Whoever serves one of its connections shares it with the table of sessions.
class legacy_session
{
public:
    struct wiring
    {
        mcp::server& of;
        const answer_settings& settings;
        pulse& beats;
        log_budget& budget;
        io::executor where;
    };

    /// `id`: 0x21 to 0x7E, unguessable.
    legacy_session(std::string id, mcp::caller who, wiring with);
    ~legacy_session();
    legacy_session(const legacy_session&) = delete;
    legacy_session& operator=(const legacy_session&) = delete;

    const std::string& id() const { return id_; }

    mcp::session& talk() { return talk_; }

    const mcp::session& talk() const { return talk_; }

    /// Serves a POST: the document's requests are answered on `to`, which must be waited for.
    void post(boost::json::value document, attachment& to);

    /// The same for `initialize`, whose answer carries the session's id.
    void initialize(boost::json::value document, attachment& to);

    /// Serves a GET without `Last-Event-ID`; false when another connection has the session's own stream.
    bool listen(attachment& to);

    /// Serves a GET that resumes; false when the place is not known or too far back.
    bool resume(attachment& to, event_place seen);

    /// Nothing runs and nobody is connected.
    bool is_idle() const;

    std::size_t streams() const { return open_.size() + (own_->is_attached() ? 1 : 0); }

    steady_time last_used() const { return last_used_; }

    void touch() { last_used_ = with_.beats.now(); }

    /// Ends subscriptions and lets the session's own stream go: the server is about to stop.
    void wind_up();

    /// Cancels what runs, ends all connections and waits. Afterwards the session may be destroyed.
    io::task<> close();

private:
    std::shared_ptr<legacy_stream> open_stream();
    legacy_stream::wiring stream_wiring();

    std::string id_;
    wiring with_;
    event_log log_;
    std::shared_ptr<legacy_stream> own_;                           // shared with nobody; a reply path like the others
    std::map<std::uint64_t, std::shared_ptr<legacy_stream>> open_; // shared with the requests they answer
    std::uint64_t last_stream_ = 0;
    steady_time last_used_;
    mcp::session talk_;
};

} // namespace basekeeper::transports
