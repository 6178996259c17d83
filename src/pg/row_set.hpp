// Rows of a result in one block of memory: what tools encode from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::pg {

using oid = std::uint32_t;

struct column
{
    std::string name;
    oid type = 0;      ///< pg_type.oid
    int modifier = -1; ///< type modifier: length of varchar, precision of numeric; -1 for none
    oid table = 0;     ///< pg_class.oid the column was taken from; 0 for an expression
};

/// Text values of rows × columns: one byte arena and one end offset per value. Views into it live as long as the
/// row_set is neither appended to nor moved from.
class row_set
{
public:
    row_set() = default;

    explicit row_set(std::vector<column> columns) : columns_(std::move(columns)) {}

    const std::vector<column>& columns() const noexcept { return columns_; }

    std::size_t size() const noexcept { return columns_.empty() ? empty_rows_ : ends_.size() / columns_.size(); }

    bool empty() const noexcept { return size() == 0; }

    /// The text of one value; nothing for NULL. Requires row < size() and col < columns().size().
    std::optional<std::string_view> value(std::size_t row, std::size_t col) const noexcept;

    /// The same by name; nothing when NULL or when there is no such column.
    std::optional<std::string_view> value(std::size_t row, std::string_view col) const noexcept;

    /// The whole number that a value spells; nothing for NULL and for what is none.
    std::optional<std::int64_t> integer(std::size_t row, std::size_t col) const noexcept;

    /// The place of the first column of that name.
    std::optional<std::size_t> find(std::string_view name) const noexcept;

    /// Bytes of the values themselves (what caps.max_bytes limits).
    std::size_t bytes() const noexcept { return arena_.size(); }

    /// Appends the next value of the row being built, left to right; every columns().size() values make one row.
    void append(std::optional<std::string_view> value);

    /// A row of a result without columns (`select`).
    void append_empty_row() noexcept { ++empty_rows_; }

    void reserve(std::size_t rows, std::size_t bytes);

private:
    static constexpr std::uint64_t null_mark = std::uint64_t{1} << 63U;

    std::vector<column> columns_;
    std::string arena_;
    std::vector<std::uint64_t> ends_; // end of the value in the arena; the top bit marks NULL
    std::size_t empty_rows_ = 0;
};

} // namespace basekeeper::pg
