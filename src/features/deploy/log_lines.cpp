// Formats of gotrue, PostgREST, Realtime, Kong, PostgreSQL, Logflare, Vector and the rest.
#include "features/deploy/log_lines.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>

namespace basekeeper::deploy {
namespace {

char lower(char c)
{
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

bool contains_any_case(std::string_view text, std::string_view wanted)
{
    return std::ranges::search(text, wanted, [](char a, char b) { return lower(a) == lower(b); }).begin() != text.end();
}

struct mark
{
    std::string_view words;
    log_level means;
};

/// The first of these that stands anywhere in a line decides.
constexpr std::array marks{
    mark{R"("level":"error")", log_level::error},
    mark{R"("level":"fatal")", log_level::error},
    mark{R"("level":"panic")", log_level::error},
    mark{R"("level":50)", log_level::error},
    mark{R"("level":60)", log_level::error},
    mark{R"("level":"warn)", log_level::warning},
    mark{R"("level":40)", log_level::warning},
    mark{R"("level":"debug")", log_level::debug},
    mark{R"("level":20)", log_level::debug},
    mark{R"("level":"info")", log_level::info},
    mark{R"("level":30)", log_level::info},
    mark{"[error]", log_level::error},
    mark{"[crit]", log_level::error},
    mark{"[emerg]", log_level::error},
    mark{"[warn", log_level::warning},
    mark{"[notice]", log_level::info},
    mark{"[info]", log_level::info},
    mark{"[debug]", log_level::debug},
    mark{"FATAL:", log_level::error},
    mark{"PANIC:", log_level::error},
    mark{"ERROR:", log_level::error},
    mark{"WARNING:", log_level::warning},
    mark{" ERROR ", log_level::error},
    mark{" WARN ", log_level::warning},
    mark{" INFO ", log_level::info},
    mark{" DEBUG ", log_level::debug},
    mark{"level=error", log_level::error},
    mark{"level=fatal", log_level::error},
    mark{"level=warn", log_level::warning},
    mark{"level=debug", log_level::debug},
    mark{"panic: ", log_level::error},
    mark{"Error: ", log_level::error},
};

/// What some write at the very beginning, as imgproxy does.
constexpr std::array first_words{
    mark{"ERROR ", log_level::error},
    mark{"WARNING ", log_level::warning},
    mark{"WARN ", log_level::warning},
    mark{"INFO ", log_level::info},
    mark{"DEBUG ", log_level::debug},
};

/// The status of an access line: `"GET / HTTP/1.1" 502 `.
std::optional<int> access_status(std::string_view text)
{
    const auto at = text.find("HTTP/");
    const auto quote = at == std::string_view::npos ? at : text.find("\" ", at);
    if (quote == std::string_view::npos || quote + 5 > text.size())
        return std::nullopt;
    int status = 0;
    for (const char c : text.substr(quote + 2, 3)) {
        if (c < '0' || c > '9')
            return std::nullopt;
        status = status * 10 + (c - '0');
    }
    return status;
}

bool is_time(std::string_view s)
{
    constexpr std::string_view shape = "dddd-dd-ddTdd:dd:dd";
    if (s.size() < shape.size() + 1)
        return false;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const bool digit = s[i] >= '0' && s[i] <= '9';
        if (shape[i] == 'd' ? !digit : s[i] != shape[i])
            return false;
    }
    const auto rest = s.substr(shape.size());
    return rest.ends_with('Z') &&
           (rest == "Z" ||
            (rest[0] == '.' && rest.size() > 2 &&
             std::ranges::all_of(rest.substr(1, rest.size() - 2), [](char c) { return c >= '0' && c <= '9'; })));
}

/// Without the Z, and without zeros that make a fraction longer and not later.
std::string_view without_zeros(std::string_view time)
{
    if (time.ends_with('Z'))
        time.remove_suffix(1);
    if (!time.contains('.'))
        return time;
    while (time.ends_with('0'))
        time.remove_suffix(1);
    if (time.ends_with('.'))
        time.remove_suffix(1);
    return time;
}

} // namespace

log_line take_line(std::string_view& text, std::string_view service)
{
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    const auto blank = line.find(' ');
    if (blank != std::string_view::npos && is_time(line.substr(0, blank)))
        return {line.substr(0, blank), service, line.substr(blank + 1)};
    if (is_time(line))
        return {line, service, {}};
    return {{}, service, line};
}

log_level level_of(std::string_view text)
{
    for (const auto& m : first_words)
        if (text.starts_with(m.words))
            return m.means;
    for (const auto& m : marks)
        if (text.contains(m.words))
            return m.means;
    if (const auto status = access_status(text))
        return *status >= 500 ? log_level::error : *status >= 400 ? log_level::warning : log_level::info;
    return log_level::info;
}

std::string plain(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\x1b' && i + 1 < text.size() && text[i + 1] == '[') {
            i += 2;
            while (i < text.size() && (text[i] < '@' || text[i] > '~'))
                ++i;
            continue;
        }
        if (static_cast<unsigned char>(text[i]) >= 0x20 || text[i] == '\t')
            out += text[i];
    }
    return out;
}

bool is_before(std::string_view a, std::string_view b)
{
    // Digits compare as texts: what is shorter and equal so far is earlier.
    return without_zeros(a) < without_zeros(b);
}

bool passes(const log_filter& f, const log_line& line)
{
    if (!f.services.empty() && std::ranges::find(f.services, line.service) == f.services.end())
        return false;
    if (!f.since.empty() && is_before(line.time, f.since))
        return false;
    if (!f.until.empty() && !is_before(line.time, f.until))
        return false;
    if (f.least != log_level::debug && level_of(line.text) < f.least)
        return false;
    return f.contains.empty() || contains_any_case(line.text, f.contains);
}

std::string rfc3339(wall_time at)
{
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", std::chrono::floor<std::chrono::seconds>(at));
}

result<std::string> moment(std::string_view given, std::string_view argument, wall_time now)
{
    if (given.empty() || is_time(given))
        return std::string(given);
    const auto span = parse_duration(given);
    if (!span)
        return fail(
            condition::invalid_argument,
            fmt::format("{}: \"{}\" is no time", argument, utf8_prefix(given, 60)),
            "write it as 2026-11-25T10:00:00Z, or back from now as 15m or 2h"
        );
    return rfc3339(now - std::chrono::floor<std::chrono::seconds>(*span));
}

} // namespace basekeeper::deploy
