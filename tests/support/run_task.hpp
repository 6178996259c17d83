// Runs a coroutine on a runtime of its own, or on a given one, to its end: the bridge from GoogleTest to tasks.
#pragma once

#include "io/runtime.hpp"
#include "io/task.hpp"

#include <functional>
#include <optional>
#include <utility>

namespace basekeeper::test {

namespace detail {

template <class T>
io::task<int> keep(io::task<T> work, std::optional<T>& into)
{
    into.emplace(co_await std::move(work));
    co_return 0;
}

inline io::task<int> finish(io::task<> work)
{
    co_await std::move(work);
    co_return 0;
}

} // namespace detail

/// The value of `work` after running `on` until it has ended. What was spawned must be joined by `work` itself. An
/// exception that leaves `work` is rethrown. For one run per runtime.
template <class T>
T run_task(io::runtime& on, io::task<T> work)
{
    std::optional<T> value;
    on.run_main(detail::keep(std::move(work), value));
    return *std::move(value);
}

inline void run_task(io::runtime& on, io::task<> work)
{
    on.run_main(detail::finish(std::move(work)));
}

/// Runs `body(runtime)`, a function that returns a task, on a fresh runtime. Assertions inside must be EXPECT_*, for
/// ASSERT_* returns from the function, which a coroutine cannot.
template <class Body>
auto run_on_fresh_runtime(Body body)
{
    io::runtime on;
    return run_task(on, body(on));
}

} // namespace basekeeper::test
