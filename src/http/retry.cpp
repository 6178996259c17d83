// The schedule, Retry-After, and the loop around attempts.
#include "http/retry.hpp"

#include "io/event.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace basekeeper::http {
namespace {

using std::chrono::milliseconds;

/// Longer waits than this are the same as never; keeps the arithmetic within its range.
constexpr milliseconds longest_wait = std::chrono::hours{24 * 365};

std::optional<int> number(std::string_view digits)
{
    int out = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    if (failed != std::errc{} || end != digits.data() + digits.size() || digits.empty() || digits.front() == '-')
        return std::nullopt;
    return out;
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, the only form of a date that may be sent.
std::optional<wall_time> parse_imf_fixdate(std::string_view s)
{
    constexpr std::array<std::string_view, 12> months{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    if (s.size() != 29 || s[3] != ',' || s[4] != ' ' || s[7] != ' ' || s[11] != ' ' || s[16] != ' ' || s[19] != ':' ||
        s[22] != ':' || s.substr(25) != " GMT")
        return std::nullopt;
    const auto month = std::ranges::find(months, s.substr(8, 3));
    const auto day = number(s.substr(5, 2));
    const auto year = number(s.substr(12, 4));
    const auto hour = number(s.substr(17, 2));
    const auto minute = number(s.substr(20, 2));
    const auto second = number(s.substr(23, 2));
    if (month == months.end() || !day || !year || !hour || !minute || !second)
        return std::nullopt;
    const std::chrono::year_month_day date{
        std::chrono::year{*year},
        std::chrono::month{static_cast<unsigned>(month - months.begin()) + 1},
        std::chrono::day{static_cast<unsigned>(*day)}
    };
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60)
        return std::nullopt;
    return std::chrono::sys_days(date) + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
           std::chrono::seconds{*second};
}

std::optional<milliseconds> asked_pause(const result<client_response>& came, wall_time now)
{
    const auto value = came ? came->header("retry-after") : std::nullopt;
    return value ? parse_retry_after(*value, now) : std::nullopt;
}

} // namespace

retry_schedule::retry_schedule(retry_settings settings, std::uint64_t seed)
    : settings_(settings), pause_(settings.first_pause),
      random_(static_cast<std::minstd_rand::result_type>(seed ^ (seed >> 32U)))
{}

std::optional<milliseconds> retry_schedule::next(std::optional<milliseconds> asked_by_server, milliseconds left)
{
    if (made_ >= settings_.attempts)
        return std::nullopt;
    ++made_;
    const auto jitter = std::uniform_int_distribution<int>(50, 150)(random_);
    const auto own = std::min(pause_ * jitter / 100, settings_.longest_pause);
    pause_ = std::min(pause_ * 2, settings_.longest_pause);
    const auto pause = std::max(own, asked_by_server.value_or(milliseconds{0}));
    if (pause >= left)
        return std::nullopt;
    return pause;
}

std::optional<milliseconds> parse_retry_after(std::string_view value, wall_time now)
{
    const bool digits = !value.empty() && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
    if (digits) {
        const auto seconds = number(value);
        return seconds ? std::min(longest_wait, milliseconds(std::chrono::seconds{*seconds})) : longest_wait;
    }
    const auto at = parse_imf_fixdate(value);
    if (!at)
        return std::nullopt;
    const auto left = std::chrono::ceil<milliseconds>(*at - now);
    return std::clamp(left, milliseconds{0}, longest_wait);
}

bool is_repeatable(const client_request& what)
{
    if (what.repeat)
        return *what.repeat == repeatable::yes;
    // PUT and DELETE are idempotent by definition; POST and PATCH only when their maker knows it.
    return what.method != client_method::post && what.method != client_method::patch;
}

bool may_pass(const result<client_response>& came)
{
    if (!came)
        return came.error().code == condition::unavailable;
    return came->status == 429 || came->status == 502 || came->status == 503 || came->status == 504;
}

io::task<result<client_response>> with_retries(
    std::function<io::task<result<client_response>>()> attempt,
    retry_schedule schedule,
    const clock& time,
    io::deadline until
)
{
    for (;;) {
        auto came = co_await attempt();
        if (!may_pass(came))
            co_return came;
        const auto pause = schedule.next(asked_pause(came, time.wall()), until.remaining());
        if (!pause)
            co_return came;
        CO_TRY(co_await io::sleep(*pause));
    }
}

} // namespace basekeeper::http
