// Routing by method, era and session; what each kind of request needs around the session that answers it.
#include "transports/http/endpoint.hpp"

#include "mcp/version.hpp"
#include "transports/http/posted.hpp"
#include "transports/http/refusal.hpp"

#include <fmt/format.h>

#include <utility>

namespace basekeeper::transports {
namespace {

constexpr std::string_view session_header = "mcp-session-id";
constexpr std::string_view version_header = "mcp-protocol-version";

/// True when a session may go on under that version header: none, or one of the handshake versions.
bool fits_sessions(const http::header_list& headers)
{
    if (headers.count(version_header) == 0)
        return true;
    const auto version = mcp::find_version(only_header(headers, version_header));
    return version && mcp::traits_of(*version).belongs_to() == mcp::era::legacy;
}

/// The trace that a client or proxy names in a header, for requests that name none themselves (W3C Trace Context).
void carry_trace(boost::json::value& message, const http::header_list& headers)
{
    const auto parent = only_header(headers, "traceparent");
    auto* asked = parent.empty() ? nullptr : message.if_object();
    if (asked == nullptr || !asked->contains("method"))
        return;
    const auto member = [](boost::json::object& of, std::string_view name) {
        auto* found = of.if_contains(name);
        if (found == nullptr)
            found = &(of[name] = boost::json::object());
        return found->if_object();
    };
    auto* params = member(*asked, "params");
    auto* meta = params == nullptr ? nullptr : member(*params, "_meta");
    if (meta != nullptr)
        meta->emplace("traceparent", parent); // does not replace one
}

bool same_view(const mcp::view& a, const mcp::view& b)
{
    return a.features == b.features && a.instance == b.instance && a.mode == b.mode;
}

} // namespace

endpoint::endpoint(mcp::server& of, io::executor where, endpoint_settings settings)
    : server_(of), where_(where), settings_(std::move(settings)), budget_{.most_bytes = settings_.most_log_bytes},
      beats_(where, of.time()),
      sessions_({of, settings_.answers, beats_, budget_, std::move(where)}, settings_.sessions),
      requests_(settings_.most_requests), streams_(settings_.most_streams)
{}

endpoint::~endpoint() = default;

endpoint_counts endpoint::counts() const
{
    return {
        .sessions = sessions_.size(),
        .streams = streams_.taken() - websockets_,
        .requests = requests_.taken(),
        .websockets = websockets_,
        .turned_away = turned_away_,
    };
}

void endpoint::turn_away(http::exchange& with, http::response busy)
{
    ++turned_away_;
    with.respond(std::move(busy));
}

void endpoint::turn_away(http::exchange& with, places::lack why, std::string_view of_what)
{
    const bool all = why == places::lack::room;
    const auto says = all ? fmt::format("Too many {} are open: try again in a moment", of_what)
                          : fmt::format("Too many {} are open with this credential: end one first", of_what);
    auto busy = refusal(all ? 503 : 429, says);
    busy.headers.add("Retry-After", "1");
    turn_away(with, std::move(busy));
}

void endpoint::wind_up()
{
    winding_up_ = true;
    sessions_.wind_up();
}

io::task<> endpoint::close()
{
    winding_up_ = true;
    co_await sessions_.close();
    co_await beats_.stop();
}

io::task<> endpoint::serve(http::request asked, http::exchange& with, mcp::caller who)
{
    if (asked.method == "POST")
        co_await post(std::move(asked), with, std::move(who));
    else if (asked.method == "GET")
        co_await get(std::move(asked), with, std::move(who));
    else if (asked.method == "DELETE")
        remove(asked, with, who);
    else {
        auto no = refusal(405, "Method not allowed: use POST, GET or DELETE");
        no.headers.add("Allow", "POST, GET, DELETE");
        with.respond(std::move(no));
    }
}

io::task<> endpoint::post(http::request asked, http::exchange& with, mcp::caller who)
{
    if (!sends_json(asked.headers))
        co_return with.respond(refusal(415, "Unsupported media type: send Content-Type: application/json"));
    const auto takes = read_accept(asked.headers);
    if (!takes.anything())
        co_return with.respond(refusal(406, "Not acceptable: accept application/json and text/event-stream"));
    auto document = mcp::read_document(asked.body, server_.settings().message_limits);
    if (!document)
        co_return with.respond(refusal(400, {}, document.error()));
    asked.body = {};
    carry_trace(*document, asked.headers);
    const auto kind = tell_apart(*document, asked.headers, server_.offers());
    if (const auto* no = std::get_if<refused_post>(&kind))
        co_return with.respond(refusal(no->status, no->id, no->why));
    if (std::holds_alternative<modern_notice>(kind))
        co_return with.respond({.status = 202});
    if (const auto* modern = std::get_if<modern_post>(&kind)) {
        if (modern->is_listening && !takes.events)
            co_return with.respond(refusal(406, "Not acceptable: subscriptions/listen needs text/event-stream"));
        co_await serve_modern({*std::move(document), modern->is_listening}, with, std::move(who), takes);
    } else if (const auto legacy = std::get<legacy_post>(kind); legacy.initializes) {
        if (only_header(asked.headers, session_header).empty())
            co_await open_session(*std::move(document), with, std::move(who), takes);
        else
            with.respond(refusal(400, "Invalid request: the session is initialized already"));
    } else {
        co_await serve_legacy({*std::move(document), legacy.is_asking}, std::move(asked), with, std::move(who));
    }
}

io::task<> endpoint::serve_modern(modern_request posted, http::exchange& with, mcp::caller who, accepted takes)
{
    auto& room = posted.is_listening ? streams_ : requests_;
    const auto mine = room.take(who.who);
    if (!mine)
        co_return turn_away(with, mine.error(), posted.is_listening ? "streams" : "requests");
    const auto reply = std::make_shared<modern_reply>(with, takes, settings_.answers, beats_, where_);
    mcp::session one(server_, std::move(who), *reply, where_);
    one.receive(std::move(posted.document), reply);
    if (!reply->is_over()) {
        // Closing the stream is how a client of this era cancels.
        with.on_gone([&one, &reply] {
            reply->abandon();
            one.cancel_all();
        });
        with.on_drain([&one] { one.wind_up(); });
        co_await reply->wait();
    }
    static_cast<void>(co_await one.close(io::deadline::never()));
}

io::task<> endpoint::open_session(boost::json::value document, http::exchange& with, mcp::caller who, accepted takes)
{
    const auto session = winding_up_ ? nullptr : sessions_.make(std::move(who));
    if (!session) {
        auto full = refusal(503, "Too many sessions are open: end one with DELETE, or try again later");
        full.headers.add("Retry-After", "60");
        co_return turn_away(with, std::move(full));
    }
    attachment here(with, takes, where_);
    session->initialize(std::move(document), here);
    if (session->talk().agreed())
        sessions_.keep(session);
    else
        sessions_.end(session);
    static_cast<void>(co_await here.over.wait(io::deadline::never()));
}

std::shared_ptr<legacy_session>
endpoint::find_session(const http::request& asked, http::exchange& with, const mcp::caller& who)
{
    const auto id = only_header(asked.headers, session_header);
    if (id.empty()) {
        with.respond(refusal(400, "Bad Request: send initialize first, then the header Mcp-Session-Id of its answer"));
        return nullptr;
    }
    if (!fits_sessions(asked.headers)) {
        with.respond(refusal(400, "Bad Request: the header MCP-Protocol-Version names no version of sessions"));
        return nullptr;
    }
    auto session = sessions_.find(id, who.who);
    if (!session) {
        with.respond(refusal(404, "Session not found: it has ended; send initialize to open another one"));
        return nullptr;
    }
    if (!same_view(session->talk().sees(), who.sees)) {
        with.respond(refusal(400, "Bad Request: the query of the address differs from that of the session"));
        return nullptr;
    }
    session->talk().renew(who.who);
    return session;
}

io::task<> endpoint::serve_legacy(session_post posted, http::request asked, http::exchange& with, mcp::caller who)
{
    const auto session = find_session(asked, with, who);
    if (!session)
        co_return;
    if (!posted.is_asking) {
        session->touch();
        session->talk().receive(std::move(posted.document), nullptr);
        co_return with.respond({.status = 202});
    }
    attachment here(with, read_accept(asked.headers), where_);
    session->post(std::move(posted.document), here);
    if (!here.over.is_set()) {
        with.on_gone([&here] { here.lost(); });
        static_cast<void>(co_await here.over.wait(io::deadline::never()));
    }
}

io::task<> endpoint::get(http::request asked, http::exchange& with, mcp::caller who)
{
    const auto takes = read_accept(asked.headers);
    if (asked.headers.count("accept") == 0 || !takes.events)
        co_return with.respond(refusal(406, "Not acceptable: a GET is answered with text/event-stream"));
    const auto session = find_session(asked, with, who);
    if (!session)
        co_return;
    const auto mine = streams_.take(who.who);
    if (winding_up_ || !mine)
        co_return turn_away(with, mine ? places::lack::room : mine.error(), "streams");
    attachment here(with, {.json = false, .events = true}, where_);
    if (const auto last = only_header(asked.headers, "last-event-id"); !last.empty()) {
        const auto seen = read_event_place(last);
        if (!seen || !session->resume(here, *seen))
            co_return with.respond(refusal(400, "Bad Request: the event of Last-Event-ID is not kept in this session"));
    } else if (!session->listen(here)) {
        co_return with.respond(refusal(409, "Conflict: the session's stream is open on another connection"));
    }
    if (!here.over.is_set()) {
        with.on_gone([&here] { here.lost(); });
        static_cast<void>(co_await here.over.wait(io::deadline::never()));
    }
    session->touch();
}

void endpoint::remove(const http::request& asked, http::exchange& with, const mcp::caller& who)
{
    const auto session = find_session(asked, with, who);
    if (!session)
        return;
    sessions_.end(session);
    with.respond({.status = 204});
}

} // namespace basekeeper::transports
