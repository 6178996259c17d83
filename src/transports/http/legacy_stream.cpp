// JSON or events, logged or not, attached or not: the rules of the handshake versions for one stream.
#include "transports/http/legacy_stream.hpp"

namespace basekeeper::transports {
namespace {

/// Statuses stay 200 but for what is no message of the session at all.
unsigned legacy_status(const mcp::message_traits& what)
{
    using mcp::rpc_code;
    if (what.code == rpc_code::insufficient_scope)
        return 403;
    const bool unreadable = what.code == rpc_code::parse_error || what.code == rpc_code::invalid_request;
    return what.found_by == mcp::fault::envelope && unreadable ? 400 : 200;
}

/// A call that takes longer than this is worth resuming: its client is told where it is.
constexpr std::chrono::seconds resumable_after{1};

} // namespace

void replay(sse_writer& to, const std::vector<const event_log::entry*>& missed)
{
    for (const auto* one : missed)
        if (!one->message.empty()) // a priming event said nothing
            to.event(to_text(one->at), one->message);
}

void attachment::lost()
{
    if (held_by != nullptr)
        held_by->detach();
}

legacy_stream::legacy_stream(std::uint64_t number, wiring with)
    : number_(number), to_(std::move(with)), place_(to_.beats.join(*this)), last_written_(to_.beats.now())
{}

legacy_stream::~legacy_stream()
{
    detach();
    to_.beats.leave(place_);
}

void legacy_stream::hold(attachment* next)
{
    if (at_ != nullptr) {
        at_->held_by = nullptr;
        at_->over.set();
    }
    at_ = next;
    if (at_ != nullptr)
        at_->held_by = this;
}

void legacy_stream::attach(attachment& to)
{
    let_go();
    hold(&to);
    last_written_ = to_.beats.now();
}

bool legacy_stream::resume(attachment& to, event_place seen)
{
    const auto missed = to_.log.after(seen);
    if (!missed)
        return false;
    attach(to);
    to.events.open();
    replay(to.events, *missed);
    if (!missed->empty())
        carried_ = missed->back()->at.number + 1;
    return true;
}

void legacy_stream::follow(attachment& to)
{
    attach(to);
    const auto missed = to_.log.from({number_, carried_});
    if (missed.empty())
        return open();
    // Before any priming event: a client that goes after that one would never see them.
    to.events.open();
    replay(to.events, missed);
    carried_ = missed.back()->at.number + 1;
}

void legacy_stream::detach()
{
    hold(nullptr);
}

void legacy_stream::let_go()
{
    if (at_ == nullptr)
        return;
    if (!at_->events.is_open() && at_->takes.events)
        at_->events.open();
    if (at_->events.is_open())
        at_->events.finish();
    else
        at_->with.respond({.status = 202});
    hold(nullptr);
}

void legacy_stream::open()
{
    if (at_ == nullptr || at_->events.is_open())
        return;
    at_->events.open();
    if (!polling_)
        return;
    const auto at = to_.log.append(number_, {});
    carried_ = at.number + 1;
    at_->events.priming(to_text(at));
}

void legacy_stream::send(std::string message, mcp::message_traits what)
{
    if (ended_)
        return;
    const bool last = what.kind == mcp::message_kind::answer;
    const bool undecided = at_ != nullptr && !at_->events.is_open();
    if (undecided && last && (at_->takes.json || legacy_status(what) != 200)) {
        http::response answer{.status = legacy_status(what), .headers = headers_, .body = std::move(message)};
        answer.headers.add("Content-Type", "application/json");
        if (!what.needed_scope.empty() && to_.settings.challenge)
            answer.headers.add("WWW-Authenticate", to_.settings.challenge(what.needed_scope));
        at_->with.respond(std::move(answer));
        hold(nullptr);
        return conclude();
    }
    if (undecided && !at_->takes.events) {
        if (what.kind == mcp::message_kind::question && other_ != nullptr)
            other_->send(std::move(message), std::move(what));
        return; // a client that takes nothing but JSON hears the answer only
    }
    open();
    const auto at = to_.log.append(number_, message);
    if (at_ != nullptr && at_->events.event(to_text(at), message)) {
        carried_ = at.number + 1;
        last_written_ = to_.beats.now();
    }
    if (last) {
        let_go();
        conclude();
    }
}

bool legacy_stream::is_full() const
{
    return at_ != nullptr && at_->events.queued() > to_.settings.most_queued_bytes;
}

void legacy_stream::withdrawn()
{
    if (ended_)
        return;
    let_go();
    conclude();
}

void legacy_stream::pause(std::chrono::milliseconds retry)
{
    if (!polling_ || at_ == nullptr || !at_->takes.events)
        return;
    open();
    at_->events.retry(retry);
    let_go();
}

void legacy_stream::conclude()
{
    ended_ = true;
    to_.log.end(number_);
    if (to_.ended)
        to_.ended(number_);
}

void legacy_stream::beat(steady_time now)
{
    if (at_ == nullptr || !at_->takes.events)
        return;
    const auto silent = now - last_written_;
    if (!at_->events.is_open()) {
        if (silent >= (polling_ ? resumable_after : to_.settings.stream_after))
            open();
    } else if (silent >= to_.settings.keep_alive_every) {
        at_->events.keep_alive();
        last_written_ = now;
    }
}

} // namespace basekeeper::transports
