// Media types compared without case and without parameters.
#include "transports/http/media.hpp"

#include "http/ascii.hpp"

#include <string_view>

namespace basekeeper::transports {
namespace {

using http::same_word;
using http::trimmed;

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
        if (!same_word(name, "accept"))
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
            out.json =
                out.json || same_word(type, "application/json") || same_word(type, "application/*") || type == "*/*";
            out.events =
                out.events || same_word(type, "text/event-stream") || same_word(type, "text/*") || type == "*/*";
        }
    }
    return named ? out : accepted{};
}

bool sends_json(const http::header_list& headers)
{
    const auto type = headers.find("content-type");
    return type && same_word(trimmed(type->substr(0, type->find(';'))), "application/json");
}

} // namespace basekeeper::transports
