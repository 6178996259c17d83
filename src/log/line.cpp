// Lines for people and for machines.
#include "log/line.hpp"

#include "base/text.hpp"

#include <boost/describe/enum_to_string.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::log {
namespace {

bool is_control(unsigned char c)
{
    return c < 0x20 || c == 0x7f;
}

/// Appends text that is safe within one line; the characters of `escaped_too` get a backslash.
void append_escaped(std::string& out, std::string_view text, std::string_view escaped_too)
{
    while (!text.empty()) {
        const auto length = utf8_sequence_length(text);
        const auto c = static_cast<unsigned char>(text.front());
        if (length == 0)
            out += "\xEF\xBF\xBD";
        else if (is_control(c))
            out += c == '\n' ? "\\n" : c == '\t' ? "\\t" : fmt::format("\\u{:04x}", c);
        // U+0080 to U+009F steer some terminals just as the ASCII control characters do.
        else if (length == 2 && c == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0)
            out += fmt::format("\\u{:04x}", static_cast<unsigned char>(text[1]));
        else {
            if (escaped_too.find(text.front()) != std::string_view::npos)
                out += '\\';
            out += text.substr(0, length);
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
}

void append_quoted(std::string& out, std::string_view text)
{
    out += '"';
    append_escaped(out, text, "\"\\");
    out += '"';
}

void append_value(std::string& out, std::string_view value)
{
    const bool plain = !value.empty() && std::ranges::all_of(value, [](char c) {
        return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f && c != '"' && c != '=';
    });
    if (plain)
        out += value;
    else
        append_quoted(out, value);
}

} // namespace

std::string to_line(format how, const event& e)
{
    std::string out;
    if (how == format::json) {
        out = fmt::format(
            R"({{"time":"{}","level":"{}","message":)", to_rfc3339(e.time), boost::describe::enum_to_string(e.at, "off")
        );
        append_quoted(out, e.message);
        for (const auto& f : e.fields) {
            out += ',';
            append_quoted(out, f.key);
            out += ':';
            append_quoted(out, f.value);
        }
        out += '}';
        return out;
    }
    out = fmt::format("{} {:<7} ", to_rfc3339(e.time), boost::describe::enum_to_string(e.at, "off"));
    append_escaped(out, e.message, {});
    for (const auto& f : e.fields) {
        out += ' ';
        append_value(out, f.key);
        out += '=';
        append_value(out, f.value);
    }
    return out;
}

} // namespace basekeeper::log
