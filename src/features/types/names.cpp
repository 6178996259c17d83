// Splitting into words, and what Unicode says of single characters.
#include "features/types/names.hpp"

#include "base/text.hpp"
#include "features/types/unicode_ranges.hpp"
#include "json/text.hpp"

#include <algorithm>
#include <cstdint>

namespace basekeeper::types {
namespace {

bool is_ascii_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_ascii_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool within(std::span<const code_point_range> ranges, char32_t c)
{
    const auto after = std::ranges::upper_bound(ranges, c, {}, &code_point_range::first);
    return after != ranges.begin() && c <= std::prev(after)->last;
}

/// Takes one character off the front; U+FFFD for a byte that is not UTF-8.
char32_t take_character(std::string_view& text)
{
    const auto length = utf8_sequence_length(text);
    if (length == 0) {
        text.remove_prefix(1);
        return 0xFFFD;
    }
    const auto lead = static_cast<unsigned char>(text.front());
    char32_t c = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i)
        c = (c << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
    text.remove_prefix(length);
    return c;
}

bool starts_identifier(char32_t c)
{
    return c == '$' || c == '_' || within(identifier_starts, c);
}

bool continues_identifier(char32_t c)
{
    return starts_identifier(c) || within(identifier_continuations, c);
}

} // namespace

std::vector<std::string_view> words_of(std::string_view name)
{
    std::vector<std::string_view> words;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (is_ascii_letter(name[i]) || is_ascii_digit(name[i]))
            continue;
        words.push_back(name.substr(begin, i - begin));
        begin = i + std::max<std::size_t>(1, utf8_sequence_length(name.substr(i)));
        i = begin - 1;
    }
    words.push_back(name.substr(begin));
    return words;
}

std::string pascal_case(std::string_view name)
{
    std::string out;
    for (const auto word : words_of(name))
        for (std::size_t i = 0; i < word.size(); ++i)
            out += i == 0 && word[0] >= 'a' && word[0] <= 'z' ? static_cast<char>(word[0] - 'a' + 'A') : word[i];
    return out;
}

std::string json_string(std::string_view text)
{
    std::string out;
    json::write_string(out, text);
    return out;
}

bool is_identifier(std::string_view name)
{
    if (name.empty() || !starts_identifier(take_character(name)))
        return false;
    while (!name.empty())
        if (!continues_identifier(take_character(name)))
            return false;
    return true;
}

std::size_t display_width(std::string_view text)
{
    std::size_t width = 0;
    while (!text.empty()) {
        const auto c = take_character(text);
        if (c < 0x80)
            ++width;
        else if (!within(zero_width, c))
            width += within(double_width, c) ? 2 : 1;
    }
    return width;
}

} // namespace basekeeper::types
