// Takes the chunks of a body apart (RFC 9112 section 7.1).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace basekeeper::http {

/// Fed with bytes as they arrive, in pieces of any size.
class chunked_body
{
public:
    enum class state
    {
        more,     ///< needs more bytes
        complete, ///< what follows belongs to the next request
        too_long,
        malformed
    };

    /// `most_bytes`: of the body without its framing. Framing (extensions, trailers) may take `most_framing` in all.
    chunked_body(std::size_t most_bytes, std::size_t most_framing)
        : most_bytes_(most_bytes), most_framing_(most_framing)
    {}

    /// Takes bytes off the front of `in` and appends what they carry to `body`. Trailers are read and dropped.
    state take(std::string_view& in, std::string& body);

private:
    enum class part
    {
        size,
        size_blank, ///< blanks after the size
        extension,
        size_end, ///< the line feed after the size
        data,
        data_return,
        data_end,
        trailer_start, ///< at the beginning of a line after the last chunk
        trailer,
        trailer_end,
        last_end ///< the line feed of the empty line
    };

    state take_framing(char c);
    state take_data(std::string_view& in, std::string& body);
    state take_size(char c);
    state end_size(char c);
    state expect(char c, char wanted, part then);

    std::size_t most_bytes_;
    std::size_t most_framing_;
    std::size_t framing_ = 0;
    std::uint64_t left_ = 0; ///< of the current chunk
    std::size_t total_ = 0;
    unsigned digits_ = 0;
    part at_ = part::size;
};

} // namespace basekeeper::http
