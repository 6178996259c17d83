// Bytes that have arrived and are not yet understood.
#pragma once

#include <string>
#include <string_view>

namespace basekeeper::http {

/// A queue of bytes that gives its memory back when it is empty.
class input
{
public:
    std::string_view view() const { return std::string_view(bytes_).substr(begin_); }

    std::size_t size() const { return bytes_.size() - begin_; }

    bool empty() const { return size() == 0; }

    void append(std::string_view more)
    {
        if (begin_ > 0 && begin_ >= bytes_.size() / 2) {
            bytes_.erase(0, begin_);
            begin_ = 0;
        }
        bytes_.append(more);
    }

    void consume(std::size_t count)
    {
        begin_ += count;
        if (begin_ == bytes_.size())
            clear();
    }

    void clear()
    {
        bytes_.clear();
        begin_ = 0;
        if (bytes_.capacity() > most_idle_bytes)
            bytes_.shrink_to_fit();
    }

private:
    static constexpr std::size_t most_idle_bytes = 2'048;

    std::string bytes_;
    std::size_t begin_ = 0;
};

} // namespace basekeeper::http
