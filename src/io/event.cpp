// Waiting on a timer that is cancelled early.
#include "io/event.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace basekeeper::io {

namespace asio = boost::asio;

struct event::waiter
{
    asio::steady_timer timer;
    bool woken = false;
};

event::event(io::executor where) : where_(std::move(where)) {}

event::~event() = default;

void event::set()
{
    set_ = true;
    for (auto* w : waiters_) {
        w->woken = true;
        w->timer.cancel();
    }
    waiters_.clear();
}

task<result<>> event::wait(deadline until)
{
    if (set_)
        co_return result<>{};
    waiter self{asio::steady_timer(where_, until.time())};
    const auto place = waiters_.insert(waiters_.end(), &self);
    const auto [failed] = co_await self.timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (self.woken)
        co_return result<>{};
    waiters_.erase(place);
    if (failed)
        co_return fail(condition::cancelled, "waiting was cancelled");
    co_return fail(condition::timeout, "the deadline passed while waiting");
}

task<result<>> sleep(std::chrono::milliseconds d)
{
    asio::steady_timer timer(co_await asio::this_coro::executor, d);
    const auto [failed] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (failed)
        co_return fail(condition::cancelled, "waiting was cancelled");
    co_return result<>{};
}

task<bool> was_cancelled()
{
    const auto state = co_await asio::this_coro::cancellation_state;
    co_return state.cancelled() != asio::cancellation_type::none;
}

task<> yield()
{
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
}

} // namespace basekeeper::io
