// Late decision between JSON and events: a status other than 200 is only possible as long as nothing was sent.
#include "transports/http/modern_reply.hpp"

namespace basekeeper::transports {

unsigned modern_status(const mcp::message_traits& what)
{
    using mcp::rpc_code;
    if (what.found_by == mcp::fault::none)
        return 200;
    switch (what.code) {
    case rpc_code::method_not_found:
        return 404;
    case rpc_code::parse_error:
    case rpc_code::invalid_request:
    case rpc_code::header_mismatch:
    case rpc_code::missing_client_capability:
    case rpc_code::unsupported_protocol_version:
        return 400;
    case rpc_code::insufficient_scope:
        return 403;
    default:
        return what.found_by == mcp::fault::envelope ? 400 : 200;
    }
}

modern_reply::modern_reply(
    http::exchange& with, accepted takes, const answer_settings& settings, pulse& beats, io::executor on
)
    : with_(with), takes_(takes), settings_(settings), beats_(beats), place_(beats.join(*this)), events_(with),
      over_(std::move(on)), last_written_(beats.now())
{}

modern_reply::~modern_reply()
{
    beats_.leave(place_);
}

void modern_reply::send(std::string message, mcp::message_traits what)
{
    if (is_over())
        return;
    const bool last = what.kind == mcp::message_kind::answer;
    if (!events_.is_open()) {
        if (last && takes_.json)
            return respond(std::move(message), what);
        if (!takes_.events)
            return; // a client that takes nothing but JSON hears the answer only
        if (last && modern_status(what) != 200)
            return respond(std::move(message), what);
        events_.open();
    }
    events_.event({}, message);
    last_written_ = beats_.now();
    if (last) {
        events_.finish();
        end();
    }
}

void modern_reply::respond(std::string message, const mcp::message_traits& what)
{
    http::response answer{.status = modern_status(what)};
    answer.headers.add("Content-Type", "application/json");
    if (!what.needed_scope.empty() && settings_.challenge)
        answer.headers.add("WWW-Authenticate", settings_.challenge(what.needed_scope));
    answer.body = std::move(message);
    with_.respond(std::move(answer));
    end();
}

void modern_reply::withdrawn()
{
    if (is_over())
        return;
    if (events_.is_open())
        events_.finish();
    else
        with_.respond({.status = 202});
    end();
}

void modern_reply::abandon()
{
    end();
}

void modern_reply::end()
{
    over_.set();
}

void modern_reply::beat(steady_time now)
{
    if (is_over() || !takes_.events)
        return;
    const auto silent = now - last_written_;
    if (!events_.is_open() ? silent < settings_.stream_after : silent < settings_.keep_alive_every)
        return;
    events_.open();
    events_.keep_alive();
    last_written_ = now;
}

} // namespace basekeeper::transports
