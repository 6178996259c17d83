// One event as one line of text; pure.
#pragma once

#include "base/clock.hpp"
#include "log/logger.hpp"

#include <span>
#include <string>
#include <string_view>

namespace basekeeper::log {

/// What happened, when, and in which context.
struct event
{
    wall_time time;
    level at = level::info;
    std::string_view message;
    std::span<const field> fields;
};

/// The line without its line break. Whatever the event holds, there is none inside either: control characters are
/// escaped and bytes that are not UTF-8 become U+FFFD, so no value can forge a line or steer a terminal.
std::string to_line(format how, const event& e);

} // namespace basekeeper::log
