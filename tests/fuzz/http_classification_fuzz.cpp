// Feeds headers and bodies to what tells posted messages apart: never a crash, a refusal is always JSON with its
// status.
#include "http/exchange.hpp"
#include "json/text.hpp"
#include "transports/http/media.hpp"
#include "transports/http/posted.hpp"
#include "transports/http/query_view.hpp"
#include "transports/http/refusal.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace basekeeper;

struct nothing
{
    std::string text;

    static constexpr auto fields = std::tuple{json::optional("text", &nothing::text, "A text.").header("Text")};
};

struct empty
{
    static constexpr std::tuple<> fields{};
};

mcp::registry offers()
{
    mcp::registry all;
    all.add(mcp::make_tool<nothing, empty>(
        {.name = "x", .group = "g", .about = mcp::subject::server},
        [](nothing, mcp::call&) -> io::task<result<empty>> { co_return empty{}; }
    ));
    return all;
}

/// Lines `name: value` up to an empty one; the rest is the body.
std::string_view read_headers(std::string_view bytes, http::header_list& into)
{
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        const auto line = bytes.substr(0, end);
        bytes = end == std::string_view::npos ? std::string_view{} : bytes.substr(end + 1);
        if (line.empty())
            break;
        const auto colon = line.find(':');
        into.add(
            std::string(line.substr(0, colon)),
            colon == std::string_view::npos ? std::string{} : std::string(line.substr(colon + 1))
        );
    }
    return bytes;
}

void require_refusal(const http::response& answer)
{
    if (answer.status < 400 || answer.status > 599 || !json::read(answer.body))
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto all = offers();
    http::header_list headers;
    const auto body = read_headers({reinterpret_cast<const char*>(data), size}, headers);
    static_cast<void>(transports::read_accept(headers));
    static_cast<void>(transports::sends_json(headers));
    static_cast<void>(transports::read_query_view(headers.fields(), all, [](std::string_view) { return false; }));
    auto document = mcp::read_document(body, {});
    if (!document) {
        require_refusal(transports::refusal(400, {}, document.error()));
        return 0;
    }
    const auto kind = transports::tell_apart(*document, headers, all);
    if (const auto* no = std::get_if<transports::refused_post>(&kind))
        require_refusal(transports::refusal(no->status, no->id, no->why));
    return 0;
}
