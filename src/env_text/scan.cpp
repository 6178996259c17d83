// dotenv reads with one regular expression:
//   ^ \s* (export \s+)? NAME (\s* = \s*? | : \s+?) ( \s* QUOTED | [^#\r\n]+ )? \s* (# .*)? $
// What follows walks the same way without its backtracking. The order of alternatives decides: a quoted text, which may
// begin lines further down, counts only when nothing but a comment follows it; else everything up to # or the line end.
#include "env_text/scan.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace basekeeper::env_text {
namespace {

constexpr std::array quotes{'\'', '"', '`'};

bool is_name_character(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
}

/// Bytes of the line terminator at `at`: \n, U+2028, U+2029.
std::size_t terminator_at(std::string_view text, std::size_t at) noexcept
{
    if (at < text.size() && text[at] == '\n')
        return 1;
    const auto three = text.substr(std::min(at, text.size()), 3);
    return three == "\xE2\x80\xA8" || three == "\xE2\x80\xA9" ? 3 : 0;
}

std::size_t behind_spaces(std::string_view text, std::size_t at) noexcept
{
    while (const auto length = space_at(text, at))
        at += length;
    return at;
}

/// Where `\s* (# .*)? $` ends when it begins at `at`; nothing when something else follows in the line.
std::optional<std::size_t> end_of_tail(std::string_view text, std::size_t at) noexcept
{
    std::optional<std::size_t> last_line_end;
    while (at < text.size()) {
        if (text[at] == '#')
            return line_end(text, at);
        if (terminator_at(text, at) != 0)
            last_line_end = at;
        const auto length = space_at(text, at);
        if (length == 0)
            return last_line_end;
        at += length;
    }
    return text.size();
}

struct piece
{
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t tail_end = 0;
};

/// A text in this quote from `open` on. The closing quote is the first that has no backslash before it; when something
/// follows that one, the last one with a backslash behind which nothing follows.
std::optional<piece> quoted_at(std::string_view text, std::size_t open, char quote)
{
    std::vector<std::size_t> with_backslash;
    auto at = open + 1;
    for (; at < text.size() && text[at] != quote; ++at)
        if (text[at] == '\\' && at + 1 < text.size() && text[at + 1] == quote)
            with_backslash.push_back(++at);
    const auto closed_at = [&](std::size_t close) -> std::optional<piece> {
        if (const auto tail = end_of_tail(text, close + 1))
            return piece{open, close + 1, *tail};
        return std::nullopt;
    };
    if (at < text.size())
        if (auto found = closed_at(at))
            return found;
    while (!with_backslash.empty()) {
        if (auto found = closed_at(with_backslash.back()))
            return found;
        with_backslash.pop_back();
    }
    return std::nullopt;
}

/// The value behind a separator; there always is one, if an empty one.
piece value_at(std::string_view text, std::size_t at)
{
    const auto open = behind_spaces(text, at);
    if (open < text.size() && std::ranges::find(quotes, text[open]) != quotes.end())
        if (const auto found = quoted_at(text, open, text[open]))
            return *found;
    const auto end = std::min(text.find_first_of("#\n", at), text.size());
    const auto inside = trimmed(text.substr(at, end - at));
    const auto begin = inside.empty() ? at : static_cast<std::size_t>(inside.data() - text.data());
    return {begin, begin + inside.size(), end_of_tail(text, end).value_or(end)};
}

/// NAME and separator from `at` on; the rest of the assignment follows.
std::optional<assignment> named_at(std::string_view text, std::size_t at)
{
    assignment out{.name_begin = at};
    while (at < text.size() && is_name_character(text[at]))
        ++at;
    out.name_end = at;
    if (out.name_end == out.name_begin)
        return std::nullopt;
    if (at < text.size() && text[at] == ':') {
        const auto space = space_at(text, at + 1);
        if (space == 0)
            return std::nullopt;
        at += 1 + space;
    } else {
        at = behind_spaces(text, at);
        if (at == text.size() || text[at] != '=')
            return std::nullopt;
        ++at;
    }
    const auto value = value_at(text, at);
    out.value_begin = value.begin;
    out.value_end = value.end;
    out.end = value.tail_end;
    return out;
}

std::optional<assignment> assignment_at(std::string_view text, std::size_t at)
{
    constexpr std::string_view exporting = "export";
    std::optional<assignment> found;
    if (text.substr(at).starts_with(exporting) && space_at(text, at + exporting.size()) != 0)
        found = named_at(text, behind_spaces(text, at + exporting.size()));
    if (!found)
        found = named_at(text, at);
    if (found)
        found->begin = at;
    return found;
}

/// Takes quotes off: from a quote at the beginning of a line to the last such quote at the end of one.
std::string unquoted(std::string_view written)
{
    std::array<std::optional<std::size_t>, quotes.size()> last{};
    for (std::size_t at = 0; at < written.size(); ++at)
        if (const auto* quote = std::ranges::find(quotes, written[at]); quote != quotes.end())
            if (at + 1 == written.size() || terminator_at(written, at + 1) != 0)
                last[static_cast<std::size_t>(quote - quotes.begin())] = at;
    std::string out;
    out.reserve(written.size());
    for (std::size_t at = 0; at < written.size();) {
        const auto* quote = std::ranges::find(quotes, written[at]);
        const auto close =
            quote == quotes.end() ? std::nullopt : last[static_cast<std::size_t>(quote - quotes.begin())];
        if (close && *close > at) {
            out += written.substr(at + 1, *close - at - 1);
            at = *close + 1;
        }
        const auto next = line_end(written, at);
        const auto length = terminator_at(written, next);
        out += written.substr(at, next - at + length);
        at = next + length;
    }
    return out;
}

void replace_all(std::string& text, std::string_view from, char to)
{
    std::size_t kept = 0;
    for (std::size_t at = 0; at < text.size(); ++kept)
        if (text.compare(at, from.size(), from) == 0) {
            text[kept] = to;
            at += from.size();
        } else {
            text[kept] = text[at++];
        }
    text.resize(kept);
}

} // namespace

std::size_t line_end(std::string_view text, std::size_t at) noexcept
{
    while (at < text.size() && terminator_at(text, at) == 0)
        ++at;
    return at;
}

std::size_t line_begin(std::string_view text, std::size_t at) noexcept
{
    while (at > 0 && text[at - 1] != '\n' && (at < 3 || terminator_at(text, at - 3) != 3))
        --at;
    return at;
}

std::size_t behind_line(std::string_view text, std::size_t at) noexcept
{
    const auto end = line_end(text, at);
    return end + terminator_at(text, end);
}

std::size_t space_at(std::string_view text, std::size_t at) noexcept
{
    if (at >= text.size())
        return 0;
    const auto byte = [&](std::size_t n) {
        return at + n < text.size() ? static_cast<unsigned char>(text[at + n]) : 0U;
    };
    const auto first = byte(0);
    if (first == ' ' || (first >= '\t' && first <= '\r'))
        return 1;
    if (first < 0xC2)
        return 0;
    if (first == 0xC2)
        return byte(1) == 0xA0 ? 2 : 0;
    const auto code = first << 16U | byte(1) << 8U | byte(2);
    const bool is_space = (code >= 0xE28080 && code <= 0xE2808A) || code == 0xE280A8 || code == 0xE280A9 ||
                          code == 0xE280AF || code == 0xE2819F || code == 0xE38080 || code == 0xE19A80 ||
                          code == 0xEFBBBF;
    return is_space ? 3 : 0;
}

std::string_view trimmed(std::string_view text) noexcept
{
    text.remove_prefix(behind_spaces(text, 0));
    while (!text.empty()) {
        std::size_t length = 1;
        while (length < 3 && length < text.size() &&
               (static_cast<unsigned char>(text[text.size() - length]) & 0xC0U) == 0x80U)
            ++length;
        if (space_at(text, text.size() - length) != length)
            break;
        text.remove_suffix(length);
    }
    return text;
}

std::vector<assignment> scan(std::string_view text)
{
    std::vector<assignment> found;
    for (std::size_t at = behind_spaces(text, 0); at < text.size();) {
        if (const auto one = assignment_at(text, at)) {
            found.push_back(*one);
            at = one->end;
        }
        const auto next = line_end(text, at);
        at = behind_spaces(text, next);
    }
    return found;
}

std::string value_of(std::string_view written)
{
    auto value = unquoted(written);
    if (written.starts_with('"')) {
        replace_all(value, "\\n", '\n');
        replace_all(value, "\\r", '\r');
    }
    return value;
}

std::string with_plain_line_ends(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at)
        if (text[at] != '\r')
            out += text[at];
        else if (at + 1 == text.size() || text[at + 1] != '\n')
            out += '\n';
    return out;
}

} // namespace basekeeper::env_text
