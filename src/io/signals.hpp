// Signals of the operating system as something to wait for.
#pragma once

#include "io/task.hpp"

#include <vector>

namespace basekeeper::io {

/// Waits until one of these signals arrives and returns its number: `wait_for_signal({SIGTERM, SIGINT})`. While
/// somebody waits, they do not have their default effect. Fails with cancelled, or invalid_argument for a number that
/// cannot be caught.
task<result<int>> wait_for_signal(std::vector<int> numbers);

} // namespace basekeeper::io
