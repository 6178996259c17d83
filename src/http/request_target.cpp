// Splits and decodes request targets.
#include "http/request_target.hpp"

#include "http/ascii.hpp"

namespace basekeeper::http {

namespace {

enum class plus_sign
{
    itself,
    blank
};

/// Undoes percent-encoding. Nothing for a broken escape or a zero byte, which C strings further down would end at.
std::optional<std::string> decode(std::string_view text, plus_sign plus)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
            const auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : std::nullopt;
            if (!high || !low || (*high == 0 && *low == 0))
                return std::nullopt;
            c = static_cast<char>(*high << 4U | *low);
            i += 2;
        } else if (c == '+' && plus == plus_sign::blank) {
            c = ' ';
        }
        out += c;
    }
    return out;
}

std::unexpected<error> refuse()
{
    return fail(
        condition::invalid_argument,
        "cannot read the request target",
        "send a path that starts with / and escapes other characters as %XX"
    );
}

result<> parse_query(std::string_view text, std::vector<std::pair<std::string, std::string>>& into)
{
    while (!text.empty()) {
        const auto end = text.find('&');
        const auto part = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (part.empty())
            continue;
        const auto equals = part.find('=');
        auto name = decode(part.substr(0, equals), plus_sign::blank);
        auto value =
            decode(equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1), plus_sign::blank);
        if (!name || !value)
            return refuse();
        into.emplace_back(*std::move(name), *std::move(value));
    }
    return {};
}

/// Takes `http://authority` off the front of an absolute target.
std::string_view take_authority(std::string_view& text)
{
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!same_word(text.substr(0, scheme.size()), scheme))
            continue;
        const auto rest = text.substr(scheme.size());
        const auto end = std::min(rest.find_first_of("/?"), rest.size());
        text = rest.substr(end);
        return rest.substr(0, end);
    }
    return {};
}

} // namespace

result<request_target> parse_target(std::string_view text)
{
    request_target out;
    out.authority = take_authority(text);
    const auto question = text.find('?');
    const auto path = text.substr(0, question);
    if (path.empty() && !out.authority.empty()) {
        out.path = "/";
    } else {
        auto decoded = decode(path, plus_sign::itself);
        if (!decoded || !path.starts_with('/') || path.contains('#'))
            return refuse();
        out.path = *std::move(decoded);
    }
    if (question != std::string_view::npos)
        TRY(parse_query(text.substr(question + 1), out.query));
    return out;
}

} // namespace basekeeper::http
