// Token buckets: how many requests one caller or address may make.
#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace basekeeper::access {

struct rate_limit
{
    double per_second = 0; ///< 0: no limit
    double burst = 1;      ///< requests at once, at least 1
};

/// One bucket for each name. Knows the most recent names only: one that comes back after it was forgotten finds a full
/// bucket, so the table should hold more names than can be active in `burst / per_second`.
class rate_limiter
{
public:
    rate_limiter(rate_limit limit, std::size_t most_names, const clock& time);

    /// Takes one request out of a bucket: nothing when it is allowed, else after how long, rounded up, the next one is.
    std::optional<std::chrono::seconds> take(std::string_view name);

    std::size_t size() const { return buckets_.size(); }

private:
    struct bucket
    {
        std::string name;
        double left;
        steady_time seen;
    };

    using recency = std::list<bucket>; // the most recent first

    rate_limit limit_;
    std::size_t most_;
    const clock& time_;
    recency order_;
    std::unordered_map<std::string_view, recency::iterator> buckets_; // keys are views into `order_`
};

} // namespace basekeeper::access
