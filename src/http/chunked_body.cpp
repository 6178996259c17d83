// A strict decoder of chunks: line ends are CRLF, sizes are hexadecimal digits and nothing else.
#include "http/chunked_body.hpp"

#include "http/ascii.hpp"

#include <algorithm>

namespace basekeeper::http {

chunked_body::state chunked_body::take(std::string_view& in, std::string& body)
{
    while (!in.empty()) {
        auto now = state::more;
        if (at_ == part::data) {
            now = take_data(in, body);
        } else {
            now = ++framing_ > most_framing_ ? state::too_long : take_framing(in.front());
            in.remove_prefix(1);
        }
        if (now != state::more)
            return now;
    }
    return state::more;
}

chunked_body::state chunked_body::take_data(std::string_view& in, std::string& body)
{
    const auto taken = in.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, in.size())));
    body.append(taken);
    in.remove_prefix(taken.size());
    left_ -= taken.size();
    if (left_ == 0)
        at_ = part::data_return;
    return state::more;
}

chunked_body::state chunked_body::expect(char c, char wanted, part then)
{
    if (c != wanted)
        return state::malformed;
    at_ = then;
    return state::more;
}

chunked_body::state chunked_body::take_size(char c)
{
    if (const auto digit = hex_digit(c)) {
        if (++digits_ > 16)
            return state::malformed;
        left_ = left_ << 4U | *digit;
        return state::more;
    }
    if (digits_ == 0)
        return state::malformed;
    if (left_ > most_bytes_ - total_)
        return state::too_long;
    total_ += static_cast<std::size_t>(left_);
    return end_size(c);
}

/// Blanks may stand between a size and what ends it, and nothing else.
chunked_body::state chunked_body::end_size(char c)
{
    if (c == '\r')
        at_ = part::size_end;
    else if (c == ';')
        at_ = part::extension;
    else if (c == ' ' || c == '\t')
        at_ = part::size_blank;
    else
        return state::malformed;
    return state::more;
}

chunked_body::state chunked_body::take_framing(char c)
{
    switch (at_) {
    case part::size:
        return take_size(c);
    case part::size_blank:
        return end_size(c);
    case part::extension:
        if (c == '\r')
            at_ = part::size_end;
        return c == '\n' || c == '\0' ? state::malformed : state::more;
    case part::size_end:
        digits_ = 0;
        return expect(c, '\n', left_ == 0 ? part::trailer_start : part::data);
    case part::data:
    case part::data_return:
        return expect(c, '\r', part::data_end);
    case part::data_end:
        return expect(c, '\n', part::size);
    case part::trailer_start:
        at_ = c == '\r' ? part::last_end : part::trailer;
        return c == '\n' ? state::malformed : state::more;
    case part::trailer:
        if (c == '\r')
            at_ = part::trailer_end;
        return c == '\n' ? state::malformed : state::more;
    case part::trailer_end:
        return expect(c, '\n', part::trailer_start);
    case part::last_end:
        return c == '\n' ? state::complete : state::malformed;
    }
    return state::malformed;
}

} // namespace basekeeper::http
