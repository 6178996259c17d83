// How soon it is asked again: soon at first, then ever more rarely, so that long waits cost few calls.
#pragma once

#include <algorithm>
#include <chrono>

namespace basekeeper::deploy {

class pace
{
public:
    explicit pace(std::chrono::milliseconds first) : next_(first), longest_(first * 10) {}

    /// The pause before the next look: the first, then half as much again each time, ten times the first at most.
    std::chrono::milliseconds next()
    {
        const auto now = next_;
        next_ = std::min(longest_, next_ + next_ / 2);
        return now;
    }

private:
    std::chrono::milliseconds next_;
    std::chrono::milliseconds longest_;
};

} // namespace basekeeper::deploy
