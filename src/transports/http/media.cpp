// Media types compared without case and without parameters.
#include "transports/http/media.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <string_view>

namespace basekeeper::transports {
namespace {

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool same(std::string_view a, std::string_view b)
{
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

/// `;q=0`, `;q=0.0`…: not acceptable.
bool is_refused(std::string_view parameters)
{
    const auto at = parameters.find("q=");
    if (at == std::string_view::npos)
        return false;
    const auto weight = trimmed(parameters.substr(at + 2, parameters.find(';', at) - at - 2));
    return !weight.empty() && weight.find_first_not_of("0.") == std::string_view::npos;
}

} // namespace

accepted read_accept(const http::header_list& headers)
{
    accepted out{.json = false, .events = false};
    bool named = false;
    for (const auto& [name, value] : headers.fields()) {
        if (!same(name, "accept"))
            continue;
        named = true;
        for (std::string_view rest = value; !rest.empty();) {
            const auto end = rest.find(',');
            const auto one = rest.substr(0, end);
            rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
            const auto semicolon = one.find(';');
            const auto type = trimmed(one.substr(0, semicolon));
            if (semicolon != std::string_view::npos && is_refused(one.substr(semicolon)))
                continue;
            out.json = out.json || same(type, "application/json") || same(type, "application/*") || type == "*/*";
            out.events = out.events || same(type, "text/event-stream") || same(type, "text/*") || type == "*/*";
        }
    }
    return named ? out : accepted{};
}

bool sends_json(const http::header_list& headers)
{
    const auto type = headers.find("content-type");
    return type && same(trimmed(type->substr(0, type->find(';'))), "application/json");
}

} // namespace basekeeper::transports
