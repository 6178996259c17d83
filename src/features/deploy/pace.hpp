// How soon it is asked again: soon at first, then ever more rarely, so that long waits cost few calls; and how often in
// vain.
#pragma once

#include "base/error.hpp"

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

/// A Dokploy that restarts in the middle of a long wait: what does not answer is asked again.
class absence
{
public:
    /// True when the wait may go on in spite of this failure.
    bool may_pass(const error& why) { return retryable(why.code) && ++in_a_row_ < most; }

    void is_over() { in_a_row_ = 0; }

    static constexpr int most = 10; ///< failures in a row, each of which was tried several times

private:
    int in_a_row_ = 0;
};

} // namespace basekeeper::deploy
