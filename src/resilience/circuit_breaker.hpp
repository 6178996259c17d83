// Stops asking an upstream that does not answer, and finds out by single probes when it does again; pure.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace basekeeper::resilience {

enum class circuit_state
{
    closed,   ///< everything passes
    open,     ///< nothing passes until the pause is over
    half_open ///< one probe is under way, nothing else passes
};

/// `closed`, `open` or `half_open`, as it stands in readiness and metrics.
std::string_view to_string(circuit_state s) noexcept;

struct circuit_settings
{
    int failures_to_open = 5;                                          ///< in a row
    std::chrono::milliseconds forget_after{std::chrono::minutes{1}};   ///< failures further apart are no row
    std::chrono::milliseconds first_pause{std::chrono::seconds{1}};    ///< until the first probe
    std::chrono::milliseconds longest_pause{std::chrono::seconds{15}}; ///< pauses double up to this
    std::chrono::milliseconds longest_probe{std::chrono::seconds{60}}; ///< then another probe may go
};

/// One upstream. Lives on the I/O thread; must outlive its passes and the clock the breaker.
class circuit_breaker
{
public:
    /// `upstream` as it is named in errors: `the database of "shop"`.
    circuit_breaker(std::string upstream, const clock& time, circuit_settings settings = {});
    circuit_breaker(const circuit_breaker&) = delete;
    circuit_breaker& operator=(const circuit_breaker&) = delete;

    /// The right to make one attempt. One that ends unreported (the caller gave up) counts neither way, and a probe
    /// that ends so lets the next one go.
    class pass
    {
    public:
        pass(pass&& other) noexcept;
        pass& operator=(pass&&) = delete;
        ~pass();

        void succeeded();

        /// Counts unavailable and timeout as failures. Every other condition is an answer: the upstream is there.
        void failed(condition why);

    private:
        friend class circuit_breaker;

        pass(circuit_breaker& of, std::uint64_t probe) : of_(&of), probe_(probe) {}

        circuit_breaker* of_; // null: reported, or moved from
        std::uint64_t probe_; // 0: not a probe
    };

    /// Fails with unavailable, at once and with the time of the next attempt in the message, while the circuit is open.
    result<pass> admit();

    circuit_state state() const;

    /// How long until a probe may go; zero unless the circuit is open.
    std::chrono::milliseconds next_probe_in() const;

    const std::string& upstream() const { return upstream_; }

    /// How often the circuit went from closed to open.
    std::uint64_t times_opened() const { return times_opened_; }

private:
    bool probe_is_out() const;
    void success();
    void failure(std::uint64_t probe);
    void abandoned(std::uint64_t probe);

    std::string upstream_;
    const clock& time_;
    circuit_settings settings_;
    bool closed_ = true;
    int failures_ = 0;
    steady_time last_failure_{};
    steady_time probe_from_{};
    steady_time probe_began_{};
    std::uint64_t probe_ = 0;  // the one that is out; 0: none
    std::uint64_t probes_ = 0; // so far
    std::chrono::milliseconds pause_{0};
    std::uint64_t times_opened_ = 0;
};

} // namespace basekeeper::resilience
