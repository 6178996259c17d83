// Defaults may hold variables themselves, so that it calls itself.
#include "stack/interpolation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace basekeeper::stack {
namespace {

bool begins_name(char c)
{
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::size_t name_length(std::string_view text)
{
    if (text.empty() || !begins_name(text.front()))
        return 0;
    const auto end = std::ranges::find_if(text, [](char c) { return !begins_name(c) && (c < '0' || c > '9'); });
    return static_cast<std::size_t>(end - text.begin());
}

/// The end of what stands in braces, which may hold braces itself; npos when it is not closed.
std::size_t closing_brace(std::string_view text, std::size_t from)
{
    int depth = 0;
    for (auto at = from; at < text.size(); ++at) {
        if (text[at] == '{')
            ++depth;
        else if (text[at] == '}' && --depth == 0)
            return at;
    }
    return std::string_view::npos;
}

std::string value_or_blank(std::string_view name, const values_by_name& values, std::vector<std::string>& unset)
{
    const auto found = values.find(name);
    if (found != values.end())
        return found->second;
    if (std::ranges::find(unset, name) == unset.end())
        unset.emplace_back(name);
    return {};
}

/// What `NAME…` in braces stands for.
result<std::string> expanded(std::string_view inside, const values_by_name& values, std::vector<std::string>& unset)
{
    const auto length = name_length(inside);
    const auto name = inside.substr(0, length);
    auto rest = inside.substr(length);
    if (length == 0)
        return fail(condition::invalid_argument, fmt::format("invalid interpolation format: \"${{{}}}\"", inside));
    if (rest.empty())
        return value_or_blank(name, values, unset);
    const bool also_empty = rest.starts_with(':');
    if (also_empty)
        rest.remove_prefix(1);
    const auto found = values.find(name);
    const bool given = found != values.end() && (!also_empty || !found->second.empty());
    if (rest.starts_with('-'))
        return given ? result<std::string>(found->second) : interpolated(rest.substr(1), values, unset);
    if (rest.starts_with('+'))
        return given ? interpolated(rest.substr(1), values, unset) : result<std::string>(std::string{});
    if (rest.starts_with('?') && !given)
        return fail(
            condition::invalid_argument,
            fmt::format("required variable {} is missing a value: {}", name, rest.substr(1))
        );
    return given ? found->second : std::string{};
}

} // namespace

result<std::string> interpolated(std::string_view text, const values_by_name& values, std::vector<std::string>& unset)
{
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '$') {
            out += text[at];
            continue;
        }
        const auto next = text.substr(at + 1);
        if (next.starts_with('$')) {
            out += '$';
            ++at;
        } else if (next.starts_with('{')) {
            const auto end = closing_brace(text, at + 1);
            if (end == std::string_view::npos)
                return fail(condition::invalid_argument, fmt::format("invalid interpolation format: \"{}\"", text));
            out += TRY(expanded(text.substr(at + 2, end - at - 2), values, unset));
            at = end;
        } else if (const auto length = name_length(next); length > 0) {
            out += value_or_blank(next.substr(0, length), values, unset);
            at += length;
        } else {
            out += '$';
        }
    }
    return out;
}

} // namespace basekeeper::stack
