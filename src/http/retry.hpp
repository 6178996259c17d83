// Trying again what may be tried again: when, how long after, and when not.
#pragma once

#include "base/clock.hpp"
#include "http/client.hpp"
#include "io/deadline.hpp"
#include "io/task.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string_view>

namespace basekeeper::http {

struct retry_settings
{
    int attempts = 4; ///< the first included
    std::chrono::milliseconds first_pause{200};
    std::chrono::milliseconds longest_pause{std::chrono::seconds{10}};
};

/// The pauses between the attempts at one piece of work: they double, each is drawn from half to one and a half of its
/// length so that clients that failed together do not come back together.
class retry_schedule
{
public:
    /// `seed`: different for each piece of work; the same gives the same pauses.
    retry_schedule(retry_settings settings, std::uint64_t seed);

    /// The pause before the next attempt. Nothing when the attempts are used up or the pause would not end within
    /// `left`. What the server asked for (Retry-After) is a lower bound, never shortened.
    std::optional<std::chrono::milliseconds>
    next(std::optional<std::chrono::milliseconds> asked_by_server, std::chrono::milliseconds left);

private:
    retry_settings settings_;
    int made_ = 1;
    std::chrono::milliseconds pause_;
    std::minstd_rand random_;
};

/// Retry-After (RFC 9110 section 10.2.3): seconds, or an IMF-fixdate that is compared with `now`. Nothing when it is
/// neither; zero when the date has passed.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value, wall_time now);

/// True when the request may be sent twice: its method is idempotent (RFC 9110 section 9.2.2) or its maker says so.
bool is_repeatable(const client_request& what);

/// True when another attempt may do better: the other side was away, or answered 429, 502, 503 or 504.
bool may_pass(const result<client_response>& came);

/// Makes attempts by the schedule until one comes to something that does not pass; gives the last. Only for work that
/// may be repeated. Fails with cancelled when the caller gave up between two attempts.
io::task<result<client_response>> with_retries(
    std::function<io::task<result<client_response>>()> attempt,
    retry_schedule schedule,
    const clock& time,
    io::deadline until
);

} // namespace basekeeper::http
