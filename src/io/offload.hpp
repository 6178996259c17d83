// Runs blocking work on the offload pool while the coroutine waits.
#pragma once

#include "io/runtime.hpp"
#include "io/task.hpp"

#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

namespace basekeeper::io {

namespace detail {
/// Runs `work` on the pool and resumes on the I/O thread. Not cancellable: what runs on a thread runs to its end, so
/// references into the waiting coroutine stay valid.
task<> run_on_pool(offload_pool& pool, std::function<void()> work);
} // namespace detail

/// The result of `work()`, computed on another thread. `work` must not touch state of the I/O thread except what it was
/// given; an exception it throws is rethrown here.
template <class Work>
    requires std::invocable<Work&>
task<std::invoke_result_t<Work&>> offload(offload_pool& pool, Work work)
{
    using value = std::invoke_result_t<Work&>;
    std::exception_ptr failed;
    if constexpr (std::is_void_v<value>) {
        co_await detail::run_on_pool(pool, [&] {
            try {
                work();
            } catch (...) {
                failed = std::current_exception();
            }
        });
        if (failed)
            std::rethrow_exception(failed);
    } else {
        std::optional<value> out;
        co_await detail::run_on_pool(pool, [&] {
            try {
                out.emplace(work());
            } catch (...) {
                failed = std::current_exception();
            }
        });
        if (failed)
            std::rethrow_exception(failed);
        co_return *std::move(out);
    }
}

} // namespace basekeeper::io
