// Unwrapping header values, strictly: two readings of one header are how requests are smuggled past a check.
#include "mcp/header_value.hpp"

#include "base/text.hpp"
#include "crypto/encoding.hpp"

#include <algorithm>

namespace basekeeper::mcp {
namespace {

constexpr std::string_view prefix = "=?base64?";
constexpr std::string_view suffix = "?=";
constexpr std::string_view optional_white_space = " \t";

std::string_view trimmed(std::string_view s)
{
    const auto from = s.find_first_not_of(optional_white_space);
    if (from == std::string_view::npos)
        return {};
    return s.substr(from, s.find_last_not_of(optional_white_space) - from + 1);
}

/// Visible ASCII, space and tab; the rest of RFC 9110's field-content (obs-text) has no agreed meaning.
bool may_stand_in_header(char c)
{
    return (c >= ' ' && c <= '~') || c == '\t';
}

} // namespace

result<std::string> decode_header_value(std::string_view value)
{
    value = trimmed(value);
    if (!std::ranges::all_of(value, may_stand_in_header))
        return fail(
            condition::invalid_argument,
            "the header has a character outside of visible ASCII",
            "send such text as =?base64?…?="
        );
    const bool wrapped =
        value.size() >= prefix.size() + suffix.size() && value.starts_with(prefix) && value.ends_with(suffix);
    if (!wrapped)
        return std::string(value);
    value.remove_prefix(prefix.size());
    value.remove_suffix(suffix.size());
    const auto bytes = crypto::from_base64(value);
    if (!bytes)
        return fail(
            condition::invalid_argument,
            "the header's =?base64?…?= is not base64",
            "use the standard alphabet, with padding (RFC 4648 section 4)"
        );
    std::string text;
    text.reserve(bytes->size());
    for (const auto byte : *bytes)
        text += static_cast<char>(byte);
    if (!is_utf8(text))
        return fail(condition::invalid_argument, "the header's =?base64?…?= holds no UTF-8", "encode UTF-8 text");
    return text;
}

} // namespace basekeeper::mcp
