// The arena and its offsets.
#include "pg/row_set.hpp"

#include <algorithm>
#include <charconv>

namespace basekeeper::pg {

std::optional<std::string_view> row_set::value(std::size_t row, std::size_t col) const noexcept
{
    const auto at = row * columns_.size() + col;
    if ((ends_[at] & null_mark) != 0)
        return std::nullopt;
    const auto begin = at == 0 ? 0 : static_cast<std::size_t>(ends_[at - 1] & ~null_mark);
    return std::string_view(arena_).substr(begin, static_cast<std::size_t>(ends_[at]) - begin);
}

std::optional<std::string_view> row_set::value(std::size_t row, std::string_view col) const noexcept
{
    const auto at = find(col);
    return at ? value(row, *at) : std::nullopt;
}

std::optional<std::int64_t> row_set::integer(std::size_t row, std::size_t col) const noexcept
{
    const auto text = value(row, col);
    std::int64_t n = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), n).ec != std::errc{})
        return std::nullopt;
    return n;
}

std::optional<std::size_t> row_set::find(std::string_view name) const noexcept
{
    const auto found = std::ranges::find(columns_, name, &column::name);
    if (found == columns_.end())
        return std::nullopt;
    return static_cast<std::size_t>(found - columns_.begin());
}

void row_set::append(std::optional<std::string_view> value)
{
    if (value)
        arena_.append(*value);
    ends_.push_back(arena_.size() | (value ? 0 : null_mark));
}

void row_set::reserve(std::size_t rows, std::size_t bytes)
{
    ends_.reserve(rows * columns_.size());
    arena_.reserve(bytes);
}

} // namespace basekeeper::pg
