// Fuzz target of SMTP replies: the same replies whatever the pieces, within the limits, and texts fit to be shown.
#include "base/text.hpp"
#include "clients/smtp/reply.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace basekeeper;

struct heard
{
    std::vector<smtp::reply> replies;
    bool broken = false;
    bool more = false;
};

heard read_all(std::string_view bytes, std::size_t piece)
{
    smtp::reply_reader reader;
    heard out;
    while (!bytes.empty() && !out.broken) {
        reader.feed(bytes.substr(0, piece));
        bytes.remove_prefix(std::min(piece, bytes.size()));
        for (;;) {
            auto one = reader.next();
            out.broken = !one;
            if (!one || !*one)
                break;
            out.replies.push_back(**std::move(one));
        }
    }
    out.more = reader.has_more();
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto whole = read_all(bytes, bytes.size());
    const auto pieces = read_all(bytes, data[0] % 16U + 1U);
    if (whole.broken != pieces.broken || whole.replies.size() != pieces.replies.size() ||
        (!whole.broken && whole.more != pieces.more))
        std::abort();
    for (std::size_t i = 0; i < whole.replies.size(); ++i) {
        const auto& one = whole.replies[i];
        if (one.code != pieces.replies[i].code || one.lines != pieces.replies[i].lines)
            std::abort();
        if (one.code < 200 || one.code > 599 || one.lines.empty() ||
            one.lines.size() > smtp::reply_reader::most_lines + 1)
            std::abort();
        const auto text = one.text();
        if (!is_utf8(text) || text.contains('\r') || text.contains('\0') || text.size() > 1'024)
            std::abort();
        static_cast<void>(smtp::extensions_of(one));
    }
    return 0;
}
