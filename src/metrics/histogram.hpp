// How often something took how long.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

namespace basekeeper::metrics {

/// Counts durations in buckets. Belongs to one thread.
class histogram
{
public:
    /// `bounds`: the upper bound of each bucket in seconds, inclusive and ascending; they outlive the histogram. What
    /// is above the last one is counted too.
    explicit histogram(std::span<const double> bounds) : bounds_(bounds), counts_(bounds.size() + 1) {}

    void observe(std::chrono::steady_clock::duration took)
    {
        const auto seconds = std::chrono::duration<double>(took).count();
        ++counts_[static_cast<std::size_t>(std::ranges::lower_bound(bounds_, seconds) - bounds_.begin())];
        sum_ += seconds;
    }

    std::span<const double> bounds() const { return bounds_; }

    /// One more than there are bounds; not cumulative.
    std::span<const std::uint64_t> counts() const { return counts_; }

    /// Of all durations, in seconds.
    double sum() const { return sum_; }

private:
    std::span<const double> bounds_;
    std::vector<std::uint64_t> counts_;
    double sum_ = 0;
};

} // namespace basekeeper::metrics
