// Texts of HTTP taken apart as leniently as servers do.
#include "features/simulated_stack/exchange.hpp"

#include "json/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace basekeeper::simulated_stack {
namespace {

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string form_decoded(std::string_view text)
{
    std::string plain(text);
    std::ranges::replace(plain, '+', ' ');
    return percent_decoded(plain);
}

} // namespace

const std::string* find_header(const fields& in, std::string_view name)
{
    const auto found = std::ranges::find_if(in, [&](const auto& one) { return same_name(one.first, name); });
    return found == in.end() ? nullptr : &found->second;
}

std::string percent_decoded(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        if (text[i] == '%' && i + 2 < text.size()) {
            const auto* begin = text.data() + i + 1;
            const auto [end, failed] = std::from_chars(begin, begin + 2, value, 16);
            if (failed == std::errc{} && end == begin + 2) {
                out += static_cast<char>(value);
                i += 2;
                continue;
            }
        }
        out += text[i];
    }
    return out;
}

fields parameters(std::string_view query)
{
    fields out;
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto one = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (one.empty())
            continue;
        const auto equals = std::min(one.find('='), one.size());
        out.emplace_back(
            form_decoded(one.substr(0, equals)), form_decoded(one.substr(std::min(equals + 1, one.size())))
        );
    }
    return out;
}

std::optional<std::string> parameter(std::string_view query, std::string_view name)
{
    for (auto& [key, value] : parameters(query))
        if (key == name)
            return std::move(value);
    return std::nullopt;
}

boost::json::object body_object(const request& asked)
{
    const auto read = json::read(asked.body);
    return read && read->is_object() ? read->get_object() : boost::json::object{};
}

std::string text_member(const boost::json::object& in, std::string_view name)
{
    const auto* found = in.if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string{};
}

bool is_true(const boost::json::object& in, std::string_view name)
{
    const auto* found = in.if_contains(name);
    return found != nullptr && found->is_bool() && found->get_bool();
}

answer json_answer(int status, const boost::json::value& body)
{
    return {status, {{"Content-Type", "application/json; charset=utf-8"}}, json::to_text(body)};
}

answer text_answer(int status, std::string body)
{
    return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body)};
}

std::vector<std::string> path_parts(std::string_view path)
{
    std::vector<std::string> out;
    while (!path.empty()) {
        const auto end = std::min(path.find('/'), path.size());
        if (end > 0)
            out.push_back(percent_decoded(path.substr(0, end)));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return out;
}

} // namespace basekeeper::simulated_stack
