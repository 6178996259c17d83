// Several pieces of work side by side, never more than a few at once.
#pragma once

#include "io/task.hpp"

#include <cstddef>
#include <functional>

namespace basekeeper::io {

/// Does `work(0)` to `work(count - 1)`, at most `at_once` at the same time, and returns when all have ended. When the
/// waiting coroutine is cancelled they are cancelled too, and waited for. What `work` refers to must outlive the call.
task<> together(std::size_t count, std::size_t at_once, std::function<task<>(std::size_t)> work);

} // namespace basekeeper::io
