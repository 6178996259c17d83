// Names, exit codes and one-line rendering of errors.
#include "base/error.hpp"

namespace basekeeper {

std::string_view to_string(condition c) noexcept
{
    switch (c) {
    case condition::invalid_argument:
        return "invalid_argument";
    case condition::not_found:
        return "not_found";
    case condition::conflict:
        return "conflict";
    case condition::denied:
        return "denied";
    case condition::timeout:
        return "timeout";
    case condition::unavailable:
        return "unavailable";
    case condition::cancelled:
        return "cancelled";
    case condition::input_required:
        return "input_required";
    case condition::internal:
        return "internal";
    }
    return "internal";
}

bool retryable(condition c) noexcept
{
    return c == condition::timeout || c == condition::unavailable;
}

int exit_code(condition c) noexcept
{
    switch (c) {
    case condition::invalid_argument:
        return 2;
    case condition::not_found:
        return 3;
    case condition::conflict:
        return 4;
    case condition::denied:
        return 5;
    case condition::timeout:
        return 6;
    case condition::unavailable:
        return 7;
    case condition::cancelled:
    case condition::input_required:
        return 8;
    case condition::internal:
        return 1;
    }
    return 1;
}

error error::within(std::string_view doing) &&
{
    message.insert(0, std::string(doing) + ": ");
    return std::move(*this);
}

std::string describe(const error& e)
{
    std::string out = e.message;
    if (!e.server_text.empty())
        out += " (server: \"" + e.server_text + "\")";
    if (!e.hint.empty())
        out += "\n  next: " + e.hint;
    return out;
}

} // namespace basekeeper
