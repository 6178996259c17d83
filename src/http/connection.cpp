// The life of a connection, and reading from it.
#include "http/connection.hpp"

#include "http/live_exchange.hpp"

#include <algorithm>
#include <ctime>

namespace basekeeper::http {

namespace {

void log_bug(log::logger& log, std::exception_ptr bug)
{
    try {
        std::rethrow_exception(bug);
    } catch (const std::exception& e) {
        log.error("an HTTP handler failed", {{"what", e.what()}});
    } catch (...) {
        log.error("an HTTP handler failed");
    }
}

} // namespace

connection::connection(surroundings& all, std::unique_ptr<net::wire> wire, client_address from)
    : all_(all), wire_(std::move(wire)), from_(std::move(from)),
      tasks_(all.where, [&log = all.log](std::exception_ptr bug) { log_bug(log, std::move(bug)); }),
      output_(all.where, *wire_, all.limits.write_time, tasks_), readable_(all.where)
{
    output_.on_broken([this] { lost(); });
}

connection::~connection() = default;

io::task<> connection::run()
{
    std::exception_ptr bug;
    try {
        co_await serve();
    } catch (...) {
        bug = std::current_exception();
    }
    drop();
    while (tasks_.size() > 0) // they end with the output, and refer to this whatever happens to the waiting
        static_cast<void>(co_await tasks_.join(io::deadline::never()));
    if (bug)
        std::rethrow_exception(bug);
}

io::task<> connection::serve()
{
    const auto ready = co_await wire_->handshake(io::deadline::after(all_.limits.handshake_time));
    shaken_ = true;
    if (ready)
        while (co_await serve_one()) {
        }
    else
        all_.log.debug("a TLS handshake failed", {{"ip", from_.ip}, {"why", ready.error().message}});
}

io::task<bool> connection::answer(request_head head)
{
    const reply_rules rules{
        .head_only = head.asked.method == "HEAD", .http_1_1 = head.http_1_1, .keep_alive = head.keep_alive
    };
    live_exchange with(*this, rules, offer_of(head));
    current_ = &with;
    watch();
    std::exception_ptr bug;
    try {
        co_await all_.answer(std::move(head.asked), with);
    } catch (...) {
        bug = std::current_exception();
    }
    current_ = nullptr;
    if (bug)
        log_bug(all_.log, bug);
    co_await with.conclude(bug ? live_exchange::ending::failed : live_exchange::ending::returned);
    co_await output_.emptied();
    if (!with.leaves_usable() && !input_.empty())
        co_await linger();
    co_return with.leaves_usable() && !output_.broken();
}

std::string_view connection::date()
{
    return all_.date.at(std::time(nullptr));
}

bool connection::write_whole(const reply_rules& rules, response&& whole)
{
    const bool closes_anyway = !rules.keep_alive || draining_;
    const bool bodiless = is_bodiless(whole.status);
    std::string bytes;
    append_head(
        bytes,
        whole,
        {.how = bodiless ? framing::none : framing::length,
         .length = whole.body.size(),
         .connection = closes_anyway    ? connection_field::close
                       : rules.http_1_1 ? connection_field::none
                                        : connection_field::keep_alive},
        date()
    );
    output_.append(std::move(bytes));
    if (!rules.head_only && !bodiless)
        output_.append(std::move(whole.body));
    output_.flush_now();
    return !closes_anyway;
}

void connection::begin_drain()
{
    draining_ = true;
    if (!shaken_) {
        wire_->give_up_handshake();
    } else if (receiving_) {
        at_end_ = true;
        readable_.set();
    } else if (current_ != nullptr) {
        current_->tell_drain();
    }
}

void connection::drop()
{
    at_end_ = true;
    readable_.set();
    output_.drop();
}

io::task<filled> connection::fill(io::deadline until)
{
    while (!at_end_) {
        if (!likely_readable_) {
            readable_.reset();
            filling_ = true;
            watch();
            const auto waited = co_await readable_.wait(until);
            filling_ = false;
            if (at_end_)
                break;
            if (!waited)
                co_return waited.error().code == condition::timeout ? filled::timeout : filled::cancelled;
        } else if (flooded_) {
            // The other side may send as fast as we read: others have their turn.
            co_await io::yield();
            if (co_await io::was_cancelled())
                co_return filled::cancelled;
            if (at_end_)
                break;
        }
        if (until.expired()) // a client that sends without end sees the time pass, too
            co_return filled::timeout;
        const auto how = read_once();
        if (how == net::progress::moved)
            co_return filled::more;
        if (how != net::progress::blocked)
            at_end_ = true;
    }
    co_return filled::ended;
}

net::progress connection::read_once()
{
    const auto read = wire_->read_now(all_.scratch);
    if (read.how == net::progress::moved)
        input_.append({all_.scratch.data(), read.bytes});
    // A short read has emptied the socket; the next wait says at once when that is no longer so.
    flooded_ = read.how == net::progress::moved && read.bytes == all_.scratch.size();
    likely_readable_ = flooded_;
    return read.how;
}

void connection::watch()
{
    if (!at_end_ && !std::exchange(watching_, true))
        wire_->when_readable([this] { on_readable(); });
}

void connection::on_readable()
{
    watching_ = false;
    likely_readable_ = true;
    if (filling_)
        readable_.set();
    else if (current_ != nullptr)
        look_ahead();
}

void connection::look_ahead()
{
    if (input_.size() >= all_.limits.most_early_bytes)
        return; // whoever sends that much ahead is not watched until it is used up
    const auto how = read_once();
    if (how == net::progress::moved || how == net::progress::blocked)
        watch();
    else
        lost();
}

void connection::lost()
{
    at_end_ = true;
    readable_.set();
    if (!std::exchange(gone_, true))
        tasks_.spawn(tell_gone());
}

/// Told in a turn of its own: a handler that writes must not be called back from inside its call.
io::task<> connection::tell_gone()
{
    co_await io::yield();
    if (current_ != nullptr)
        current_->tell_gone();
}

} // namespace basekeeper::http
