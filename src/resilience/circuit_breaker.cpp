// The state machine: failures in a row open, a pause that doubles, one probe at a time, a success closes.
#include "resilience/circuit_breaker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace basekeeper::resilience {

std::string_view to_string(circuit_state s) noexcept
{
    switch (s) {
    case circuit_state::closed:
        return "closed";
    case circuit_state::open:
        return "open";
    case circuit_state::half_open:
        break;
    }
    return "half_open";
}

circuit_breaker::circuit_breaker(std::string upstream, const clock& time, circuit_settings settings)
    : upstream_(std::move(upstream)), time_(time), settings_(settings)
{}

bool circuit_breaker::probe_is_out() const
{
    return probe_ != 0 && time_.steady() - probe_began_ < settings_.longest_probe;
}

circuit_state circuit_breaker::state() const
{
    if (closed_)
        return circuit_state::closed;
    return probe_is_out() ? circuit_state::half_open : circuit_state::open;
}

std::chrono::milliseconds circuit_breaker::next_probe_in() const
{
    if (state() != circuit_state::open)
        return std::chrono::milliseconds{0};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(probe_from_ - time_.steady());
    return std::max(left, std::chrono::milliseconds{0});
}

result<circuit_breaker::pass> circuit_breaker::admit()
{
    if (closed_)
        return pass(*this, 0);
    const auto wait = next_probe_in();
    if (!probe_is_out() && wait.count() == 0) {
        probe_ = ++probes_;
        probe_began_ = time_.steady();
        return pass(*this, probe_);
    }
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
    return fail(
        condition::unavailable,
        probe_is_out() ? fmt::format("{} did not answer before (circuit open, one attempt is under way)", upstream_)
                       : fmt::format("{} did not answer before (circuit open, next try in {} s)", upstream_, seconds),
        fmt::format("repeat the call after {} s; `basekeeper doctor` tells what is wrong", std::max(seconds, 1L))
    );
}

void circuit_breaker::success()
{
    closed_ = true;
    failures_ = 0;
    probe_ = 0;
}

void circuit_breaker::failure(std::uint64_t probe)
{
    const auto now = time_.steady();
    if (closed_) {
        if (failures_ > 0 && now - last_failure_ > settings_.forget_after)
            failures_ = 0;
        last_failure_ = now;
        if (++failures_ < settings_.failures_to_open)
            return;
        closed_ = false;
        ++times_opened_;
        pause_ = settings_.first_pause;
    } else {
        // An attempt from before the circuit opened says nothing new.
        if (probe == 0 || probe != probe_)
            return;
        probe_ = 0;
        pause_ = std::min(pause_ * 2, settings_.longest_pause);
    }
    probe_from_ = now + pause_;
}

void circuit_breaker::abandoned(std::uint64_t probe)
{
    if (probe != 0 && probe == probe_)
        probe_ = 0;
}

circuit_breaker::pass::pass(pass&& other) noexcept : of_(std::exchange(other.of_, nullptr)), probe_(other.probe_) {}

circuit_breaker::pass::~pass()
{
    if (of_ != nullptr)
        of_->abandoned(probe_);
}

void circuit_breaker::pass::succeeded()
{
    if (of_ != nullptr)
        std::exchange(of_, nullptr)->success();
}

void circuit_breaker::pass::failed(condition why)
{
    if (why == condition::cancelled || of_ == nullptr)
        return;
    if (why != condition::unavailable && why != condition::timeout)
        return succeeded();
    std::exchange(of_, nullptr)->failure(probe_);
}

} // namespace basekeeper::resilience
