// A few children of a nursery that take the next piece each time they are done with one.
#include "io/together.hpp"

#include "io/event.hpp"
#include "io/nursery.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <exception>

namespace basekeeper::io {
namespace {

/// How often it is looked again whether what was asked to stop has ended.
constexpr std::chrono::seconds to_stop{5};

task<> take_turns(std::size_t& next, std::size_t count, const std::function<task<>(std::size_t)>& work)
{
    while (next < count && !co_await was_cancelled())
        co_await work(next++);
}

} // namespace

task<> together(std::size_t count, std::size_t at_once, std::function<task<>(std::size_t)> work)
{
    std::size_t next = 0;
    std::exception_ptr bug;
    nursery children(co_await boost::asio::this_coro::executor, [&bug](std::exception_ptr e) { bug = std::move(e); });
    for (std::size_t i = 0; i < std::min(count, at_once); ++i)
        children.spawn(take_turns(next, count, work));
    if (!co_await children.join(deadline::never()))
        children.cancel_all();
    // They refer to what is here: this wait cannot be given up.
    while (children.size() > 0)
        (void)co_await children.join(deadline::after(to_stop));
    if (bug)
        std::rethrow_exception(bug);
}

} // namespace basekeeper::io
