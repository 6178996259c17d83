// Spans of time as people write them: 30s, 15m, 24h, 90d.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace basekeeper {

/// A whole number and one unit of s, m, h or d, nothing else: `90d`. Nothing for any other text, and beyond 100 years.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

/// In the largest unit that loses nothing: `15m`, `36h`; zero is `0s`. Not for negative spans.
std::string format_duration(std::chrono::seconds span);

} // namespace basekeeper
