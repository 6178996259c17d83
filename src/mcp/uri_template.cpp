// Reverse matching of level-1 URI templates: each variable ends where the next literal part begins.
#include "mcp/uri_template.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace basekeeper::mcp {
namespace {

int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

std::optional<std::string> decode(std::string_view encoded)
{
    std::string out;
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        if (is_unreserved(encoded[i])) {
            out += encoded[i];
            continue;
        }
        if (encoded[i] != '%' || encoded.size() - i < 3 || hex_value(encoded[i + 1]) < 0 ||
            hex_value(encoded[i + 2]) < 0)
            return std::nullopt;
        out += static_cast<char>(hex_value(encoded[i + 1]) * 16 + hex_value(encoded[i + 2]));
        i += 2;
    }
    return out;
}

bool stays_in_place(std::string_view value)
{
    const auto climbs = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return c == '/' || c == '\\' || byte < 0x20U || byte == 0x7FU;
    };
    return !value.empty() && value != "." && value != ".." && is_utf8(value) && std::ranges::none_of(value, climbs);
}

} // namespace

bool is_uri_template(std::string_view text)
{
    return text.contains('{');
}

std::optional<uri_variables> match_uri(std::string_view uri_template, std::string_view uri)
{
    uri_variables found;
    for (;;) {
        const auto open = uri_template.find('{');
        const auto literal = uri_template.substr(0, open);
        if (!uri.starts_with(literal))
            return std::nullopt;
        uri.remove_prefix(literal.size());
        if (open == std::string_view::npos)
            return uri.empty() ? std::optional(std::move(found)) : std::nullopt;
        const auto close = uri_template.find('}', open);
        if (close == std::string_view::npos)
            return std::nullopt;
        const auto name = uri_template.substr(open + 1, close - open - 1);
        uri_template.remove_prefix(close + 1);
        const auto next_literal = uri_template.substr(0, uri_template.find('{'));
        const auto end = next_literal.empty() ? uri.size() : uri.find(next_literal);
        if (end == std::string_view::npos)
            return std::nullopt;
        auto value = decode(uri.substr(0, end));
        if (!value || !stays_in_place(*value))
            return std::nullopt;
        found.insert_or_assign(std::string(name), *std::move(value));
        uri.remove_prefix(end);
    }
}

} // namespace basekeeper::mcp
