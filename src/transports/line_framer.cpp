// One buffer that grows with the longest line that is allowed and shrinks again after it.
#include "transports/line_framer.hpp"

#include <algorithm>
#include <cstring>

namespace basekeeper::transports {
namespace {

constexpr std::size_t usual_size = std::size_t{64} << 10U;
constexpr std::size_t least_space = std::size_t{16} << 10U;

bool is_blank(std::string_view text)
{
    return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

} // namespace

line_framer::line_framer(std::size_t longest_line) : longest_line_(longest_line), buffer_(usual_size) {}

std::span<char> line_framer::space()
{
    const auto held = to_ - from_;
    if (from_ != 0 && (held == 0 || buffer_.size() - to_ < least_space)) {
        std::memmove(buffer_.data(), buffer_.data() + from_, held);
        scanned_ -= from_;
        from_ = 0;
        to_ = held;
    }
    if (held == 0 && buffer_.size() > usual_size)
        std::vector<char>(usual_size).swap(buffer_);
    if (buffer_.size() - to_ < least_space)
        buffer_.resize(std::max(buffer_.size() * 2, to_ + least_space));
    return {buffer_.data() + to_, buffer_.size() - to_};
}

void line_framer::commit(std::size_t bytes)
{
    to_ += bytes;
}

std::optional<line> line_framer::next()
{
    while (scanned_ < to_) {
        const auto* found = static_cast<const char*>(std::memchr(buffer_.data() + scanned_, '\n', to_ - scanned_));
        if (found == nullptr) {
            scanned_ = to_;
            break;
        }
        const auto at = static_cast<std::size_t>(found - buffer_.data());
        const std::string_view text(buffer_.data() + from_, at - from_);
        from_ = scanned_ = at + 1;
        if (const auto complete = finish_line(text))
            return complete;
    }
    if (skipping_ || to_ - from_ > longest_line_) {
        skipping_ = true;
        from_ = scanned_ = to_;
    }
    return std::nullopt;
}

std::optional<line> line_framer::end()
{
    const std::string_view text(buffer_.data() + from_, to_ - from_);
    from_ = scanned_ = to_;
    return finish_line(text);
}

std::optional<line> line_framer::finish_line(std::string_view text)
{
    if (text.ends_with('\r'))
        text.remove_suffix(1);
    if (skipping_ || text.size() > longest_line_) {
        skipping_ = false;
        return line{.state = line_state::too_long, .text = {}};
    }
    if (is_blank(text))
        return std::nullopt;
    return line{.state = line_state::whole, .text = text};
}

} // namespace basekeeper::transports
