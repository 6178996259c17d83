// The arithmetic of buckets.
#include "access/rate_limiter.hpp"

#include <algorithm>
#include <cmath>

namespace basekeeper::access {

rate_limiter::rate_limiter(rate_limit limit, std::size_t most_names, const clock& time)
    : limit_{limit.per_second, std::max(limit.burst, 1.0)}, most_(std::max<std::size_t>(most_names, 1)), time_(time)
{}

std::optional<std::chrono::seconds> rate_limiter::take(std::string_view name)
{
    if (limit_.per_second <= 0)
        return std::nullopt;
    const auto now = time_.steady();
    if (const auto known = buckets_.find(name); known != buckets_.end()) {
        order_.splice(order_.begin(), order_, known->second);
        auto& b = order_.front();
        const double passed = std::chrono::duration<double>(now - b.seen).count();
        b.left = std::min(limit_.burst, b.left + passed * limit_.per_second);
        b.seen = now;
    } else {
        if (order_.size() == most_) {
            buckets_.erase(order_.back().name);
            order_.pop_back();
        }
        order_.push_front({.name = std::string(name), .left = limit_.burst, .seen = now});
        buckets_.emplace(order_.front().name, order_.begin());
    }
    auto& b = order_.front();
    if (b.left >= 1) {
        b.left -= 1;
        return std::nullopt;
    }
    const double wait = std::ceil((1 - b.left) / limit_.per_second);
    return std::chrono::seconds{std::max(static_cast<std::int64_t>(wait), std::int64_t{1})};
}

} // namespace basekeeper::access
