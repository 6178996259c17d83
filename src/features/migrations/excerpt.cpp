// Finds lines and draws carets.
#include "features/migrations/excerpt.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::migrations {
namespace {

/// Characters shown before and behind the caret.
constexpr std::size_t characters_before = 40;
constexpr std::size_t characters_behind = 60;

bool begins_character(char c)
{
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
}

std::size_t characters_in(std::string_view text)
{
    return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

/// The last `count` characters of a text.
std::string_view tail(std::string_view text, std::size_t count)
{
    auto at = text.size();
    for (; at > 0 && count > 0; --at)
        if (begins_character(text[at - 1]))
            --count;
    return text.substr(at);
}

std::string_view head(std::string_view text, std::size_t count)
{
    std::size_t at = 0;
    for (; at < text.size(); ++at)
        if (begins_character(text[at]) && count-- == 0)
            break;
    return text.substr(0, at);
}

std::string one_line(std::string_view text)
{
    std::string out(text);
    std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return out;
}

} // namespace

place place_at(std::string_view text, std::size_t byte)
{
    const auto before = text.substr(0, byte);
    const auto newline = before.rfind('\n');
    const auto line = newline == std::string_view::npos ? before : before.substr(newline + 1);
    return {static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1, characters_in(line) + 1};
}

std::string place_text(place p)
{
    return fmt::format("line {}, column {}", p.line, p.column);
}

std::size_t byte_of(std::string_view text, std::size_t begin, int character)
{
    auto at = std::min(begin, text.size());
    for (auto left = character; at < text.size(); ++at)
        if (begins_character(text[at]) && --left == 0)
            break;
    return at;
}

std::string excerpt(std::string_view text, std::size_t byte)
{
    byte = std::min(byte, text.size());
    const auto newline = text.substr(0, byte).rfind('\n');
    const auto begin = newline == std::string_view::npos ? 0 : newline + 1;
    const auto end = std::min(text.find('\n', byte), text.size());
    const auto all_before = text.substr(begin, byte - begin);
    const auto before = tail(all_before, characters_before);
    const auto behind = head(text.substr(byte, end - byte), characters_behind);
    const auto label = fmt::format("LINE {}: {}", place_at(text, byte).line, before == all_before ? "" : "...");
    return fmt::format(
        "{}{}{}\n{:{}}^", label, one_line(before), one_line(behind), "", label.size() + characters_in(before)
    );
}

} // namespace basekeeper::migrations
