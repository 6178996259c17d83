// Spans of time from text and back.
#include "base/duration.hpp"

#include <array>
#include <charconv>

namespace basekeeper {
namespace {

struct unit
{
    char letter;
    std::int64_t seconds;
};

constexpr std::array units{unit{'d', 86'400}, unit{'h', 3'600}, unit{'m', 60}, unit{'s', 1}};
constexpr std::int64_t longest_seconds = std::int64_t{36'525} * 86'400;

} // namespace

std::optional<std::chrono::seconds> parse_duration(std::string_view text)
{
    std::int64_t count = 0;
    if (text.size() < 2 || text.front() < '0' || text.front() > '9')
        return std::nullopt;
    const auto* end = &text.back();
    const auto [stopped, failed] = std::from_chars(&text.front(), end, count);
    if (failed != std::errc{} || stopped != end)
        return std::nullopt;
    for (const auto& u : units)
        if (u.letter == text.back() && count <= longest_seconds / u.seconds)
            return std::chrono::seconds{count * u.seconds};
    return std::nullopt;
}

std::string format_duration(std::chrono::seconds span)
{
    for (const auto& u : units)
        if (span.count() != 0 && span.count() % u.seconds == 0)
            return std::to_string(span.count() / u.seconds) + u.letter;
    return "0s";
}

} // namespace basekeeper
