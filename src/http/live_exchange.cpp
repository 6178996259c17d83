// Answers as a whole, as a stream, or by changing to a WebSocket.
#include "http/live_exchange.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace basekeeper::http {

live_exchange::live_exchange(connection& on, reply_rules rules, std::optional<websocket_offer> offer)
    : on_(on), rules_(rules), offer_(std::move(offer)), over_(on.all().where)
{}

void live_exchange::require_unanswered() const
{
    if (at_ != stage::nothing)
        throw std::logic_error("a request was answered twice");
}

void live_exchange::respond(response whole)
{
    require_unanswered();
    at_ = stage::complete;
    usable_ = on_.write_whole(rules_, std::move(whole));
    over_.set();
}

void live_exchange::drop()
{
    require_unanswered();
    at_ = stage::complete;
    usable_ = false;
    on_.drop();
    over_.set();
}

response_stream& live_exchange::stream(response head)
{
    require_unanswered();
    at_ = stage::streaming;
    const bool bodiless = rules_.head_only || is_bodiless(head.status);
    framing_ = rules_.http_1_1 ? framing::chunked : framing::closing;
    usable_ = rules_.keep_alive && !on_.draining() && (rules_.http_1_1 || bodiless);
    std::string bytes;
    append_head(
        bytes,
        head,
        {.how = is_bodiless(head.status) ? framing::none : framing_,
         .connection = usable_ ? connection_field::none : connection_field::close},
        on_.date()
    );
    if (bodiless)
        framing_ = framing::none;
    on_.out().append(std::move(bytes));
    on_.out().flush_now();
    return *this;
}

bool live_exchange::write(std::string bytes)
{
    auto& out = on_.out();
    if (at_ != stage::streaming || on_.gone() || out.broken())
        return false;
    if (framing_ == framing::none || bytes.empty())
        return true; // an empty chunk would end the body
    if (out.queued() + bytes.size() > on_.all().limits.most_queued_bytes) {
        on_.all().log.debug("a client that reads too slowly was dropped");
        on_.drop();
        return false;
    }
    if (framing_ == framing::chunked)
        out.append(fmt::format("{:x}\r\n", bytes.size()));
    out.append(std::move(bytes));
    if (framing_ == framing::chunked)
        out.append("\r\n");
    out.flush_soon();
    return true;
}

std::size_t live_exchange::queued() const
{
    return on_.out().queued();
}

void live_exchange::finish()
{
    if (at_ != stage::streaming)
        return;
    at_ = stage::complete;
    if (framing_ == framing::chunked)
        on_.out().append("0\r\n\r\n");
    on_.out().flush_now();
    over_.set();
}

void live_exchange::on_gone(std::function<void()> tell)
{
    tell_gone_ = std::move(tell);
    if (on_.gone())
        tell_gone();
}

void live_exchange::on_drain(std::function<void()> tell)
{
    tell_drain_ = std::move(tell);
    if (on_.draining())
        tell_drain();
}

void live_exchange::tell_gone()
{
    const bool answered = at_ == stage::complete && on_.out().queued() == 0 && !on_.out().broken();
    over_.set();
    if (const auto tell = std::exchange(tell_gone_, nullptr); tell && !answered)
        tell();
}

void live_exchange::tell_drain()
{
    if (const auto tell = std::exchange(tell_drain_, nullptr))
        tell();
}

io::task<> live_exchange::done()
{
    if (!on_.gone() && !(co_await over_.wait(io::deadline::never())))
        co_return;
    if (!on_.gone())
        co_await on_.out().emptied();
}

io::task<> live_exchange::conclude(ending how)
{
    switch (at_) {
    case stage::nothing:
        respond({.status = 500, .body = "internal error\n"});
        break;
    case stage::streaming:
        if (how == ending::failed)
            on_.drop(); // without its end the client sees that the body is incomplete
        else
            finish();
        break;
    case stage::upgraded:
        co_await channel_->conclude(how == ending::failed ? 1011 : 1000);
        break;
    case stage::complete:
        break;
    }
}

response live_exchange::refusal_of_upgrade() const
{
    response out{.status = offer_ && offer_->version_is_known ? 400U : 426U};
    out.headers.add("Content-Type", "text/plain; charset=utf-8");
    if (out.status == 426) {
        out.headers.add("Upgrade", "websocket");
        out.headers.add("Sec-WebSocket-Version", "13");
    }
    out.body = "this address speaks WebSocket (RFC 6455, version 13)\n";
    return out;
}

io::task<result<std::unique_ptr<websocket>>> live_exchange::accept_websocket(websocket_settings limits)
{
    require_unanswered();
    if (!offer_ || !offer_->valid()) {
        respond(refusal_of_upgrade());
        co_return fail(
            condition::invalid_argument, "the request is no WebSocket upgrade", "connect with a WebSocket client"
        );
    }
    at_ = stage::upgraded;
    std::string bytes;
    append_head(bytes, acceptance_of(*offer_, limits.subprotocol), {.how = framing::none}, on_.date());
    on_.out().append(std::move(bytes));
    on_.out().flush_now();
    channel_ = std::make_unique<websocket_channel>(on_, std::move(limits));
    co_return channel_->handle();
}

} // namespace basekeeper::http
