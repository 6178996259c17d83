// Blocking calls that may take longer than anybody waits: they run on the offload pool and can be abandoned there.
#pragma once

#include "io/event.hpp"
#include "io/runtime.hpp"
#include "io/task.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <memory>
#include <utility>

namespace basekeeper::io {

/// The value of `work()`, which owns all it touches: when the deadline passes or the waiting coroutine is cancelled it
/// goes on alone and its value is dropped. Fails with timeout or cancelled.
template <class T, class Work>
task<result<T>> run_abandonable(executor where, offload_pool& threads, Work work, deadline until)
{
    struct meeting
    {
        explicit meeting(const executor& home) : done(home) {}

        T value{};
        event done;
    };

    // Shared by the waiting coroutine and the thread: either may be the last.
    const auto place = std::make_shared<meeting>(where);
    threads.post([place, work = std::move(work), home = boost::asio::make_work_guard(where)]() mutable {
        place->value = work();
        auto back = home.get_executor();
        boost::asio::post(back, [place] { place->done.set(); });
    });
    CO_TRY(co_await place->done.wait(until));
    co_return std::move(place->value);
}

} // namespace basekeeper::io
