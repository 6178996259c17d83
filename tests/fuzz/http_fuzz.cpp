// Feeds any bytes to what reads HTTP and WebSocket clients: it never crashes, and pieces do not change what is read.
#include "http/chunked_body.hpp"
#include "http/request_head.hpp"
#include "http/websocket_frame.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace basekeeper::http {
namespace {

constexpr std::size_t most_bytes = 4'096;

void require(bool holds)
{
    if (!holds)
        std::abort();
}

/// Reads chunks `piece` bytes at a time and returns the outcome with what is left.
std::pair<chunked_body::state, std::string> decode(std::string_view bytes, std::size_t piece, std::string& body)
{
    chunked_body chunks(most_bytes, most_bytes);
    auto state = chunked_body::state::more;
    while (!bytes.empty() && state == chunked_body::state::more) {
        auto part = bytes.substr(0, piece);
        const auto given = part.size();
        state = chunks.take(part, body);
        bytes.remove_prefix(given - part.size());
    }
    return {state, std::string(bytes)};
}

void check(std::string_view bytes)
{
    if (const auto end = end_of_head(bytes, 0)) {
        require(end_of_head(bytes, *end / 2) == end);
        const auto head = parse_head(bytes.substr(0, *end), 100);
        require(
            head ? head->asked.path.starts_with('/') && !(head->chunked && head->content_length)
                 : head.error().http_status >= 400
        );
    }
    std::string whole;
    std::string in_pieces;
    require(decode(bytes, bytes.size(), whole) == decode(bytes, 1, in_pieces));
    require(whole == in_pieces && whole.size() <= most_bytes);
    const auto frame = read_frame(bytes, most_bytes);
    require(!frame || !*frame || ((*frame)->size <= bytes.size() && (*frame)->payload.size() <= most_bytes));
}

} // namespace
} // namespace basekeeper::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    basekeeper::http::check({reinterpret_cast<const char*>(data), size});
    return 0;
}
