// Comparing and cutting the ASCII words of HTTP, without a locale.
#pragma once

#include <optional>
#include <string_view>

namespace basekeeper::http {

constexpr char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// True when the two differ at most in case: names of fields, tokens (RFC 9110 section 5.6.2).
constexpr bool same_word(std::string_view a, std::string_view b)
{
    if (a.size() != b.size())
        return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

/// Without the blanks and tabs around it.
constexpr std::string_view trimmed(std::string_view text)
{
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// True when the comma-separated `list` has that word.
constexpr bool has_word(std::string_view list, std::string_view word)
{
    while (!list.empty()) {
        const auto comma = list.find(',');
        if (same_word(trimmed(list.substr(0, comma)), word))
            return true;
        list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    }
    return false;
}

constexpr std::optional<unsigned> hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return static_cast<unsigned>(c - '0');
    if (lower(c) >= 'a' && lower(c) <= 'f')
        return static_cast<unsigned>(lower(c) - 'a') + 10U;
    return std::nullopt;
}

} // namespace basekeeper::http
