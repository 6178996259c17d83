// Feeds arbitrary bytes, in pieces of arbitrary size, through the line framer and the JSON-RPC reader.
#include "json/text.hpp"
#include "mcp/jsonrpc.hpp"
#include "transports/line_framer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

using namespace basekeeper;

constexpr std::size_t longest_line = 4096;

/// Whatever goes back to a client must be JSON.
void require_json(const std::string& text)
{
    if (!json::read(text))
        std::abort();
}

void classify(boost::json::value message)
{
    auto kind = mcp::classify(std::move(message));
    if (const auto* call = std::get_if<mcp::request>(&kind))
        require_json(mcp::begin_result(call->id) + "}}");
    else if (const auto* bad = std::get_if<mcp::rejected>(&kind))
        require_json(mcp::error_response(bad->id, bad->why));
}

void take(const transports::line& one)
{
    if (one.text.size() > longest_line)
        std::abort();
    if (one.state == transports::line_state::too_long)
        return;
    auto document = mcp::read_document(one.text, {});
    if (!document)
        return require_json(mcp::error_response({}, document.error()));
    if (!document->is_array())
        return classify(*std::move(document));
    for (auto& message : document->get_array())
        classify(std::move(message));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    // The first byte chooses the size of the pieces.
    const auto piece = std::size_t{data[0]} + 1;
    std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    basekeeper::transports::line_framer framer(longest_line);
    while (!bytes.empty()) {
        const auto space = framer.space();
        const auto n = std::min({piece, bytes.size(), space.size()});
        std::memcpy(space.data(), bytes.data(), n);
        framer.commit(n);
        bytes.remove_prefix(n);
        while (const auto one = framer.next())
            take(*one);
    }
    if (const auto rest = framer.end())
        take(*rest);
    if (framer.capacity() > 4 * longest_line + (128U << 10U))
        std::abort();
    return 0;
}
