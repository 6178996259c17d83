// Remembers the checks of recent texts: agents send the same statement thousands of times a second.
#pragma once

#include "sql/check_read.hpp"
#include "sql/classify.hpp"

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace basekeeper::sql {

/// Least-recently-used cache over check_read() and classify(), bounded in entries and bytes. Not safe for concurrent
/// use: one owner, one thread. A text larger than a quarter of the byte bound is checked anew each time.
class check_cache
{
public:
    check_cache(std::size_t max_entries, std::size_t max_bytes);

    /// As check_read(); valid until the next call on this cache.
    const read_verdict& check_read(std::string_view text);

    /// As classify(); valid until the next call on this cache.
    const statement_effect& classify(std::string_view text);

    std::size_t entries() const { return by_text_.size(); }

    /// The bytes of texts and answers held, approximately.
    std::size_t bytes() const { return bytes_; }

private:
    struct entry
    {
        std::string text;
        std::optional<read_verdict> read{};
        std::optional<statement_effect> effect{};
        std::size_t bytes = 0;
    };

    entry& find_or_make(std::string_view text);
    void account(entry& changed);

    std::size_t max_entries_;
    std::size_t max_bytes_;
    std::size_t bytes_ = 0;
    std::list<entry> recent_; ///< newest first; the keys of by_text_ point into it
    std::unordered_map<std::string_view, std::list<entry>::iterator> by_text_;
    entry oversized_; ///< the answer of a text that is too large to keep
};

} // namespace basekeeper::sql
