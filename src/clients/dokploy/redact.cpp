// Three passes: what is known to be secret, what is named like a secret, what looks like one.
#include "clients/dokploy/redact.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace basekeeper::dokploy {
namespace {

/// Shorter values would take ordinary words out of a sentence.
constexpr std::size_t shortest_known = 6;

bool is_word(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

bool is_token_char(char c)
{
    return is_word(c) || c == '.';
}

void replace_all(std::string& text, std::string_view what)
{
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + redaction.size()))
        text.replace(at, what.size(), redaction);
}

std::string_view without_quotes(std::string_view value)
{
    constexpr std::string_view blanks = " \t\r\n";
    value.remove_prefix(std::min(value.find_first_not_of(blanks), value.size()));
    value = value.substr(0, value.find_last_not_of(blanks) + 1);
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
        value = value.substr(1, value.size() - 2);
    return value;
}

/// The values of the lines of an env text; a line without `=` is a value itself.
void redact_known(std::string& text, std::string_view secret)
{
    if (secret.size() >= shortest_known)
        replace_all(text, secret);
    while (!secret.empty()) {
        const auto line = secret.substr(0, secret.find('\n'));
        secret.remove_prefix(std::min(line.size() + 1, secret.size()));
        const auto equals = line.find('=');
        const auto value = without_quotes(equals == std::string_view::npos ? line : line.substr(equals + 1));
        if (value.size() >= shortest_known)
            replace_all(text, value);
    }
}

bool names_secret(std::string_view name)
{
    constexpr std::array parts{
        "password",
        "passwd",
        "secret",
        "token",
        "apikey",
        "api_key",
        "api-key",
        "access_key",
        "access-key",
        "accesskey",
        "private_key",
        "privatekey",
        "jwt"
    };
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower == "key" || lower == "bearer" || lower.ends_with("_key") ||
           std::ranges::any_of(parts, [&](std::string_view part) { return lower.contains(part); });
}

/// An option, or `Bearer`: its value stands behind a blank.
bool takes_next_word(std::string_view name)
{
    return name.starts_with("--") || name == "Bearer" || name == "bearer";
}

struct span_of_value
{
    std::size_t from;
    std::size_t to;
};

/// Where the value stands that belongs to the name before `at`; from == to when there is none.
span_of_value value_after(std::string_view text, std::size_t at, bool is_option)
{
    const auto skip_blanks = [&] {
        while (at < text.size() && (text[at] == ' ' || text[at] == '\t'))
            ++at;
    };
    const auto begin = at;
    while (at < text.size() && (text[at] == '"' || text[at] == '\'' || text[at] == '\\'))
        ++at; // the end of a quoted name
    skip_blanks();
    const bool assigned = at < text.size() && (text[at] == '=' || text[at] == ':');
    if (assigned)
        ++at;
    else if (!is_option || at == begin)
        return {at, at};
    skip_blanks();
    while (at < text.size() && text[at] == '\\')
        ++at;
    const char quote = at < text.size() && (text[at] == '"' || text[at] == '\'') ? text[at] : '\0';
    if (quote != '\0') {
        const auto end = std::min(text.find(quote, at + 1), text.size());
        return {at + 1, end};
    }
    const auto end = std::min(text.find_first_of(" \t\r\n,;&\"'}", at), text.size());
    return {at, end};
}

std::string redact_named(std::string_view text)
{
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
        if (!is_word(text[at])) {
            out += text[at++];
            continue;
        }
        auto end = at;
        while (end < text.size() && is_word(text[end]))
            ++end;
        const auto name = text.substr(at, end - at);
        out += name;
        at = end;
        if (!names_secret(name))
            continue;
        const auto value = value_after(text, at, takes_next_word(name));
        if (value.from >= value.to)
            continue;
        out += text.substr(at, value.from - at);
        out += redaction;
        at = value.to;
    }
    return out;
}

/// `eyJ….eyJ….…`: a header and a payload in base64url.
void redact_tokens(std::string& text)
{
    for (auto at = text.find("eyJ"); at != std::string::npos; at = text.find("eyJ", at + 1)) {
        auto end = at;
        while (end < text.size() && is_token_char(text[end]))
            ++end;
        if (end - at >= 20)
            text.replace(at, end - at, redaction);
    }
}

/// Keys and certificates as PEM.
void redact_pem(std::string& text)
{
    for (auto at = text.find("-----BEGIN"); at != std::string::npos; at = text.find("-----BEGIN", at + 1)) {
        const auto end = text.find("-----END", at);
        text.replace(at, end == std::string::npos ? end : end - at, redaction);
    }
}

/// `scheme://user:password@host`.
void redact_url_passwords(std::string& text)
{
    for (auto at = text.find("://"); at != std::string::npos; at = text.find("://", at + 3)) {
        const auto end = std::min(text.find_first_of(" \t\r\n/\"'", at + 3), text.size());
        const auto authority = std::string_view(text).substr(at + 3, end - at - 3);
        const auto host = authority.rfind('@');
        const auto colon = authority.find(':');
        if (host != std::string_view::npos && colon < host)
            text.replace(at + 3 + colon + 1, host - colon - 1, redaction);
    }
}

} // namespace

std::string redact(std::string_view text, std::span<const crypto::secret<>> known)
{
    std::string out(text);
    for (const auto& secret : known)
        redact_known(out, secret.reveal());
    redact_pem(out);
    out = redact_named(out);
    redact_tokens(out);
    redact_url_passwords(out);
    return out;
}

} // namespace basekeeper::dokploy
