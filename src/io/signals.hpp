// Signals of the operating system as something to wait for.
#pragma once

#include "io/task.hpp"

#include <memory>
#include <vector>

namespace basekeeper::io {

/// Signals one after the other. While the object lives they do not have their default effect, not even between two
/// waits: for signals that come again. Numbers that cannot be caught are left out.
class signal_stream
{
public:
    signal_stream(io::executor where, const std::vector<int>& numbers);
    ~signal_stream();
    signal_stream(const signal_stream&) = delete;
    signal_stream& operator=(const signal_stream&) = delete;

    /// The next one. Fails with cancelled.
    task<result<int>> next();

private:
    struct registered;
    std::unique_ptr<registered> registered_;
};

/// Waits until one of these signals arrives and returns its number: `wait_for_signal({SIGTERM, SIGINT})`. While
/// somebody waits, they do not have their default effect. Fails with cancelled, or invalid_argument for a number that
/// cannot be caught.
task<result<int>> wait_for_signal(std::vector<int> numbers);

} // namespace basekeeper::io
