// The arithmetic of the bucket.
#include "clients/dokploy/rate_limiter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace basekeeper::dokploy {
namespace {

using std::chrono::milliseconds;

milliseconds in_milliseconds(double seconds)
{
    return milliseconds(static_cast<milliseconds::rep>(std::ceil(seconds * 1'000)));
}

} // namespace

rate_limiter::rate_limiter(const clock& time, rate_settings settings)
    : time_(time), settings_(settings), rate_(settings.calls_per_second), tokens_(settings.burst),
      counted_(time.steady()), calm_from_(counted_), closed_until_(counted_)
{}

rate_limiter::place::place(place&& other) noexcept : of_(std::exchange(other.of_, nullptr)), at_(other.at_) {}

rate_limiter::place::~place()
{
    leave();
}

void rate_limiter::place::leave()
{
    if (of_ != nullptr)
        of_->queue_.erase(at_);
    of_ = nullptr;
}

std::optional<milliseconds> rate_limiter::place::wait()
{
    if (of_ == nullptr)
        return std::nullopt;
    auto& limiter = *of_;
    limiter.pass_time();
    const auto before = static_cast<double>(std::distance(limiter.queue_.begin(), at_));
    const auto needed = before + 1 - limiter.tokens_;
    const auto closed = std::chrono::ceil<milliseconds>(limiter.closed_until_ - limiter.time_.steady());
    const auto refill = needed > 0 ? in_milliseconds(needed / limiter.rate_) : milliseconds{0};
    const auto wait = std::max(closed, refill);
    if (wait.count() > 0)
        return wait;
    limiter.tokens_ -= 1;
    leave();
    return std::nullopt;
}

result<rate_limiter::place> rate_limiter::enter()
{
    if (queue_.size() >= settings_.most_waiting)
        return fail(
            condition::unavailable,
            fmt::format("{} calls to Dokploy wait already", queue_.size()),
            "try again when they are through"
        );
    queue_.push_back(0);
    return place(*this, std::prev(queue_.end()));
}

void rate_limiter::refused(std::optional<milliseconds> asked)
{
    pass_time();
    const auto now = time_.steady();
    if (!halved_at_ || now - *halved_at_ >= std::chrono::seconds{1}) {
        rate_ = std::max(settings_.lowest_per_second, rate_ / 2);
        halved_at_ = now;
    }
    tokens_ = std::min(tokens_, 1.0); // what was saved up is what was too much
    calm_from_ = now;
    closed_until_ = std::max(closed_until_, now + asked.value_or(in_milliseconds(1 / rate_)));
}

double rate_limiter::calls_per_second()
{
    pass_time();
    return rate_;
}

void rate_limiter::pass_time()
{
    const auto now = time_.steady();
    tokens_ = std::min(
        static_cast<double>(settings_.burst), tokens_ + std::chrono::duration<double>(now - counted_).count() * rate_
    );
    counted_ = now;
    const auto calm_spans = (now - calm_from_) / settings_.calm;
    if (calm_spans <= 0)
        return;
    rate_ =
        std::min(settings_.calls_per_second, rate_ + static_cast<double>(calm_spans) * settings_.calls_per_second / 10);
    calm_from_ += calm_spans * settings_.calm;
}

} // namespace basekeeper::dokploy
