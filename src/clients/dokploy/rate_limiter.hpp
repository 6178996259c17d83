// How many calls a Dokploy gets: a bucket that shrinks when it is refused, and a bounded queue before it; pure.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <optional>

namespace basekeeper::dokploy {

struct rate_settings
{
    double calls_per_second = 10;
    double lowest_per_second = 0.5;
    int burst = 20;
    std::size_t most_waiting = 100;
    std::chrono::milliseconds calm{std::chrono::seconds{10}}; ///< after each, a tenth of the full rate comes back
};

/// Lives on the I/O thread; the clock must outlive it, and it must outlive its places.
class rate_limiter
{
public:
    explicit rate_limiter(const clock& time, rate_settings settings = {});
    rate_limiter(const rate_limiter&) = delete;
    rate_limiter& operator=(const rate_limiter&) = delete;

    /// A place in the queue, left when the call may go or the place is destroyed. First come, first served.
    class place
    {
    public:
        place(place&& other) noexcept;
        place& operator=(place&&) = delete;
        ~place();

        /// Nothing: the call may go now, and the place is left. Else how long to wait before asking again.
        std::optional<std::chrono::milliseconds> wait();

    private:
        friend class rate_limiter;

        place(rate_limiter& of, std::list<int>::iterator at) : of_(&of), at_(at) {}

        void leave();

        rate_limiter* of_; // null: left
        std::list<int>::iterator at_;
    };

    /// Fails with unavailable when the queue is full.
    result<place> enter();

    /// An answer of 429: the rate halves, once for all answers within a second, and nothing goes for as long as was
    /// asked, or for the time of one call.
    void refused(std::optional<std::chrono::milliseconds> asked);

    double calls_per_second();

    std::size_t waiting() const { return queue_.size(); }

private:
    void pass_time();

    const clock& time_;
    rate_settings settings_;
    double rate_;
    double tokens_;
    steady_time counted_;
    steady_time calm_from_;
    steady_time closed_until_;
    std::optional<steady_time> halved_at_{};
    std::list<int> queue_{}; // one entry for each place; only their order matters
};

} // namespace basekeeper::dokploy
