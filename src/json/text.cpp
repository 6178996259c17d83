// Writes JSON text piece by piece.
#include "json/text.hpp"

#include "base/text.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

namespace basekeeper::json {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

void write_escape(std::string& out, char c)
{
    switch (c) {
    case '"':
        out += "\\\"";
        break;
    case '\\':
        out += "\\\\";
        break;
    case '\n':
        out += "\\n";
        break;
    case '\r':
        out += "\\r";
        break;
    case '\t':
        out += "\\t";
        break;
    case '\b':
        out += "\\b";
        break;
    case '\f':
        out += "\\f";
        break;
    default:
        out += "\\u00";
        out += hex_digits[static_cast<unsigned char>(c) >> 4U];
        out += hex_digits[static_cast<unsigned char>(c) & 15U];
    }
}

constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

} // namespace

namespace {

/// True for bytes that stand for themselves in a JSON string.
constexpr std::array<bool, 256> make_plain_table()
{
    std::array<bool, 256> plain{};
    for (std::size_t c = 0x20; c < 0x80; ++c)
        plain[c] = c != '"' && c != '\\';
    return plain;
}

constexpr auto is_plain = make_plain_table();

} // namespace

void write_string(std::string& out, std::string_view s)
{
    out += '"';
    std::size_t from = 0; // start of the run that can be copied as it is
    std::size_t i = 0;
    const auto copy_run = [&] { out.append(s, from, i - from); };
    while (i < s.size()) {
        const auto byte = static_cast<unsigned char>(s[i]);
        if (is_plain[byte]) {
            ++i;
            continue;
        }
        if (byte >= 0x80U) {
            if (const auto length = utf8_sequence_length(s.substr(i)); length != 0) {
                i += length;
                continue;
            }
            copy_run();
            out += replacement_character;
        } else {
            copy_run();
            write_escape(out, s[i]);
        }
        from = ++i;
    }
    copy_run();
    out += '"';
}

void write_number(std::string& out, std::int64_t n)
{
    std::array<char, 24> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), n).ptr;
    out.append(text.data(), end);
}

void write_number(std::string& out, std::uint64_t n)
{
    std::array<char, 24> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), n).ptr;
    out.append(text.data(), end);
}

void write_number(std::string& out, double n)
{
    if (!std::isfinite(n)) {
        out += std::isnan(n) ? "\"NaN\"" : n > 0 ? "\"Infinity\"" : "\"-Infinity\"";
        return;
    }
    std::array<char, 40> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), n).ptr;
    out.append(text.data(), end);
    if (n == 0 && std::signbit(n))
        out += ".0"; // "-0" would be read back as the integer, which has no sign
}

void write_value(std::string& out, const boost::json::value& v)
{
    switch (v.kind()) {
    case boost::json::kind::null:
        out += "null";
        break;
    case boost::json::kind::bool_:
        out += v.get_bool() ? "true" : "false";
        break;
    case boost::json::kind::int64:
        write_number(out, v.get_int64());
        break;
    case boost::json::kind::uint64:
        write_number(out, v.get_uint64());
        break;
    case boost::json::kind::double_:
        write_number(out, v.get_double());
        break;
    case boost::json::kind::string:
        write_string(out, v.get_string());
        break;
    case boost::json::kind::array: {
        char separator = '[';
        for (const auto& item : v.get_array()) {
            out += separator;
            separator = ',';
            write_value(out, item);
        }
        out += v.get_array().empty() ? "[]" : "]";
        break;
    }
    case boost::json::kind::object: {
        char separator = '{';
        for (const auto& [key, item] : v.get_object()) {
            out += separator;
            separator = ',';
            write_string(out, key);
            out += ':';
            write_value(out, item);
        }
        out += v.get_object().empty() ? "{}" : "}";
        break;
    }
    }
}

void write_canonical(std::string& out, const boost::json::value& v)
{
    if (v.is_array()) {
        char separator = '[';
        for (const auto& item : v.get_array()) {
            out += separator;
            separator = ',';
            write_canonical(out, item);
        }
        out += v.get_array().empty() ? "[]" : "]";
    } else if (v.is_object()) {
        std::vector<const boost::json::key_value_pair*> members;
        for (const auto& member : v.get_object())
            members.push_back(&member);
        std::ranges::sort(members, {}, [](const auto* m) { return std::string_view(m->key()); });
        char separator = '{';
        for (const auto* m : members) {
            out += separator;
            separator = ',';
            write_string(out, m->key());
            out += ':';
            write_canonical(out, m->value());
        }
        out += members.empty() ? "{}" : "}";
    } else
        write_value(out, v);
}

std::string to_text(const boost::json::value& v)
{
    std::string out;
    write_value(out, v);
    return out;
}

} // namespace basekeeper::json
