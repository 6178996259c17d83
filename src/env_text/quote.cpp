// The forms in the order in which people would choose them; each is used only where nothing in the value disturbs it.
#include "env_text/quote.hpp"

#include "base/text.hpp"
#include "env_text/scan.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace basekeeper::env_text {
namespace {

constexpr std::string_view quote_characters = "'\"`";

bool is_letter(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_letter_or_digit(char c) noexcept
{
    return is_letter(c) || (c >= '0' && c <= '9');
}

/// Means the same to dotenv, to shells and to compose.
bool is_bare(std::string_view value) noexcept
{
    constexpr std::string_view harmless = "./:@%+,=~^[]-";
    return !value.empty() &&
           std::ranges::all_of(value, [&](char c) { return is_letter_or_digit(c) || harmless.contains(c); });
}

/// Bare by the rules of dotenv alone: for values with all kinds of quotes inside.
bool is_bare_for_dotenv(std::string_view value) noexcept
{
    return !value.empty() && !quote_characters.contains(value.front()) && value.find_first_of("#\n\r") == value.npos &&
           trimmed(value).size() == value.size() &&
           std::ranges::all_of(value, [](char c) { return static_cast<unsigned char>(c) >= ' '; }) &&
           value_of(value) == value; // U+2028 begins a line, in which quotes count again
}

std::string in_quotes(std::string_view value, char quote)
{
    std::string out(1, quote);
    for (const char c : value)
        if (c == '\r')
            out += "\\r";
        else
            out += c;
    return out += quote;
}

/// The form that can hold the value; 0: bare, nothing at all: none.
std::optional<char> form_for(std::string_view value)
{
    if (is_bare(value))
        return '\0';
    const bool needs_escape = value.contains('\r');
    const bool has_escapes = value.contains("\\n") || value.contains("\\r");
    if (!value.ends_with('\\'))
        for (const char quote : quote_characters)
            if (!value.contains(quote) && (quote == '"' ? !has_escapes : !needs_escape))
                return quote;
    return is_bare_for_dotenv(value) ? std::optional('\0') : std::nullopt;
}

} // namespace

bool is_name(std::string_view name) noexcept
{
    return !name.empty() && is_letter(name.front()) && std::ranges::all_of(name, is_letter_or_digit) &&
           name != "__proto__";
}

result<crypto::secret<>> quoted(const crypto::secret<>& value)
{
    const std::string_view text = value.reveal();
    if (text.contains('\0') || !is_utf8(text))
        return fail(
            condition::invalid_argument, "a value is no text in UTF-8", "encode it, in base64 for example, and set that"
        );
    const auto form = form_for(text);
    if (!form)
        return fail(
            condition::invalid_argument,
            "a value cannot be written so that Dokploy reads it back: it mixes quotes with #, line ends or a final "
            "backslash",
            "choose a value without one of ', \" and `, and without a backslash at the end"
        );
    if (*form == '\0')
        return value;
    return crypto::secret<>(in_quotes(text, *form));
}

bool is_replaced_on_deployment(std::string_view value) noexcept
{
    for (auto at = value.find("${"); at != std::string_view::npos; at = value.find("${", at + 1)) {
        const auto inside = value.substr(at + 2);
        if (inside.starts_with('{') ? inside.contains("}}")
                                    : !inside.empty() && is_letter(inside[0]) && inside.contains('}'))
            return true;
    }
    return false;
}

} // namespace basekeeper::env_text
