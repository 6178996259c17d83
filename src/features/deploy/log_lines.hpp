// Lines of container logs: taken apart, told by level, filtered. Pure.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <boost/describe/enum.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::deploy {

enum class log_level
{
    debug,
    info,
    warning,
    error
};
BOOST_DESCRIBE_ENUM(log_level, debug, info, warning, error)

/// A line as Docker gives it: `2026-11-25T10:00:00.123456789Z text`. Views live as long as the text.
struct log_line
{
    std::string_view time; ///< RFC 3339 in UTC, any number of digits behind the second; empty: it has none
    std::string_view service;
    std::string_view text;
};

/// The first line of `text`, which it is taken from.
log_line take_line(std::string_view& text, std::string_view service);

/// By what the services of the stack write: `"level":"error"`, `[error]`, `LOG:`, `WARNING`, a status of 5xx. `info`
/// for what says nothing of it.
log_level level_of(std::string_view text);

/// The text without colours and other control sequences.
std::string plain(std::string_view text);

/// Compares times of unequal precision: `…:00.1Z` lies before `…:00.12Z`.
bool is_before(std::string_view a, std::string_view b);

/// Empty members let everything through.
struct log_filter
{
    std::vector<std::string> services{};
    log_level least = log_level::debug;
    std::string since{};    ///< RFC 3339; lines of that moment pass
    std::string until{};    ///< RFC 3339; lines of that moment do not, so that pages do not overlap
    std::string contains{}; ///< upper and lower case alike
};

bool passes(const log_filter& f, const log_line& line);

/// `2026-11-25T10:00:00Z`.
std::string rfc3339(wall_time at);

/// An RFC 3339 time in UTC of what a person writes: such a time, or a span back from now (`15m`, `2h`).
result<std::string> moment(std::string_view given, std::string_view argument, wall_time now);

} // namespace basekeeper::deploy
