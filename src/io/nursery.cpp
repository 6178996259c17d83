// Spawning with a cancellation slot per child.
#include "io/nursery.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace basekeeper::io {

namespace asio = boost::asio;

class nursery::child
{
public:
    asio::cancellation_signal stop;
};

namespace {

/// Cancellation reaches a child as the failed result of its current wait, never as an exception in between.
task<> without_throwing_on_cancel(task<> work)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await std::move(work);
}

} // namespace

nursery::nursery(io::executor where, bug_handler on_bug)
    : where_(std::move(where)), on_bug_(std::move(on_bug)), empty_(where_)
{
    empty_.set();
}

nursery::~nursery() = default;

std::weak_ptr<nursery::child> nursery::spawn(task<> work)
{
    const auto place = children_.insert(children_.end(), std::make_shared<child>());
    auto handle = std::weak_ptr(*place);
    empty_.reset();
    // dispatch + co_spawn on the I/O thread: runs inline up to the first suspension.
    asio::co_spawn(
        where_,
        without_throwing_on_cancel(std::move(work)),
        asio::bind_cancellation_slot(
            (*place)->stop.slot(),
            [this, place](std::exception_ptr bug) {
                children_.erase(place);
                if (bug)
                    on_bug_(bug);
                if (children_.empty())
                    empty_.set();
            }
        )
    );
    return handle;
}

void nursery::cancel(const std::weak_ptr<child>& one)
{
    if (const auto alive = one.lock())
        alive->stop.emit(asio::cancellation_type::terminal);
}

void nursery::cancel_all()
{
    for (auto next = children_.begin(); next != children_.end();) {
        const auto alive = *next++; // emitting may end the child and take it off the list
        alive->stop.emit(asio::cancellation_type::terminal);
    }
}

task<result<>> nursery::join(deadline until)
{
    co_return co_await empty_.wait(until);
}

} // namespace basekeeper::io
