// Cuts a byte stream into lines, one message each, in bounded memory and without reading anything twice.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace basekeeper::transports {

enum class line_state
{
    whole,
    too_long ///< was longer than the limit; its text is gone
};

struct line
{
    line_state state = line_state::whole;
    std::string_view text; ///< without its end; valid until the next call of `space` or `end`
};

/// Does no I/O. Lines end with LF or CR LF; lines of nothing but white space are left out. Usage: read into `space()`,
/// `commit` what was read, take lines with `next` until there is none; at the end of the stream `end` gives the rest.
class line_framer
{
public:
    explicit line_framer(std::size_t longest_line);

    /// Where the next bytes may be put; at least 16 KiB.
    std::span<char> space();

    /// Says how many bytes were put there.
    void commit(std::size_t bytes);

    std::optional<line> next();

    /// The last line when the stream ended without ending it.
    std::optional<line> end();

    /// Bytes held, for tests of the memory bound.
    std::size_t capacity() const { return buffer_.size(); }

private:
    std::optional<line> finish_line(std::string_view text);

    std::size_t longest_line_;
    std::vector<char> buffer_;
    std::size_t from_ = 0;    // start of the line that is not given out yet
    std::size_t scanned_ = 0; // no line end before this
    std::size_t to_ = 0;      // end of what was read
    bool skipping_ = false;   // inside a line that is too long
};

} // namespace basekeeper::transports
