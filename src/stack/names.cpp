// Letters of Western European languages become their plain neighbours; whatever else is no label becomes a hyphen.
#include "stack/names.hpp"

#include "base/text.hpp"
#include "stack/addresses.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace basekeeper::stack {
namespace {

/// U+00C0 to U+00FF, two letters each where one does not do.
constexpr std::array<std::string_view, 64> plain_letters{
    "a", "a", "a", "a", "a", "a", "ae", "c", "e",  "e",  "e", "e", "i", "i", "i", "i", "d",  "n", "o",  "o", "o", "o",
    "o", "",  "o", "u", "u", "u", "u",  "y", "th", "ss", "a", "a", "a", "a", "a", "a", "ae", "c", "e",  "e", "e", "e",
    "i", "i", "i", "i", "d", "n", "o",  "o", "o",  "o",  "o", "",  "o", "u", "u", "u", "u",  "y", "th", "y",
};

char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_letter(char c) noexcept
{
    return c >= 'a' && c <= 'z';
}

bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

std::unexpected<error> no_domain(std::string_view why, std::string hint)
{
    return fail(condition::invalid_argument, fmt::format("the domain cannot be used: {}", why), std::move(hint));
}

} // namespace

std::string suggested_name(std::string_view wish)
{
    std::string out;
    for (std::size_t at = 0; at < wish.size();) {
        const auto length = std::max<std::size_t>(utf8_sequence_length(wish.substr(at)), 1);
        const char c = lower(wish[at]);
        std::string_view letters;
        if (length == 1 && (is_letter(c) || is_digit(c)))
            letters = {&c, 1};
        else if (length == 2 && wish[at] == '\xC3')
            letters = plain_letters.at(static_cast<unsigned char>(wish[at + 1]) - 0x80U);
        if (!letters.empty())
            out += letters;
        else if (!out.empty() && out.back() != '-' && wish[at] != '\'')
            out += '-';
        at += length;
    }
    out.resize(std::min(out.size(), longest_name));
    while (out.ends_with('-'))
        out.pop_back();
    if (out.empty())
        return "supabase";
    if (!is_letter(out.front()))
        out.insert(0, "db-").resize(std::min(out.size(), longest_name));
    while (out.ends_with('-'))
        out.pop_back();
    return out;
}

result<> check_name(std::string_view name)
{
    if (is_dns_label(name) && name.size() <= longest_name && is_letter(name.front()))
        return {};
    return fail(
        condition::invalid_argument,
        fmt::format("the name '{}' cannot stand in an address", utf8_prefix(name, 80)),
        fmt::format(
            "use {}: small letters, digits and inner hyphens, a letter first, at most {}",
            suggested_name(name),
            longest_name
        )
    );
}

result<std::string> domain_of(std::string_view text)
{
    std::string host(text);
    if (const auto url = parse_url(text))
        host = url->host;
    std::ranges::transform(host, host.begin(), lower);
    while (host.ends_with('/') || host.ends_with('.'))
        host.pop_back();
    const auto example = std::string("give a name such as supabase.example.com");
    if (host.size() > 253)
        return no_domain("it is longer than 253 characters", example);
    if (host.starts_with("*."))
        return no_domain("it is a wildcard", "give one name, such as supabase" + host.substr(1));
    int labels = 0;
    std::string_view last;
    for (std::string_view rest = host;; ++labels) {
        last = rest.substr(0, rest.find('.'));
        if (!is_dns_label(last))
            return no_domain("a part of it is not made of letters, digits and inner hyphens", example);
        if (last.size() == rest.size())
            break;
        rest.remove_prefix(last.size() + 1);
    }
    if (labels == 0)
        return no_domain("it is a single word, which has no meaning outside", example);
    if (std::ranges::all_of(last, is_digit))
        return no_domain("it is an address, and certificates are for names", example);
    return host;
}

} // namespace basekeeper::stack
