// A prepared statement: bind values, step through rows, read columns.
#pragma once

#include "base/result.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

struct sqlite3_stmt;

namespace basekeeper::sqlite {

/// Integers that SQLite can hold without loss.
template <class T>
concept storable_integer = std::integral<T> && (std::signed_integral<T> || sizeof(T) < sizeof(std::int64_t));

/// One statement of one connection, used again and again. Parameters count from 1, columns from 0, as in SQLite.
class statement
{
public:
    /// Values are copied. Binding is for a statement that is not between its rows: `reset()` it first.
    result<void> bind(int index, std::nullptr_t);
    result<void> bind(int index, std::string_view text);
    result<void> bind(int index, std::span<const std::byte> blob);

    result<void> bind(int index, storable_integer auto number)
    {
        return bind_int64(index, static_cast<std::int64_t>(number));
    }

    result<void> bind(int index, std::floating_point auto number)
    {
        return bind_double(index, static_cast<double>(number));
    }

    /// No value is NULL.
    template <class T>
    result<void> bind(int index, const std::optional<T>& value)
    {
        return value ? bind(index, *value) : bind(index, nullptr);
    }

    /// Resets and binds every parameter in order; their number must be right.
    template <class... Args>
    result<void> bind_all(const Args&... args)
    {
        result<void> done = start_over(sizeof...(args));
        [[maybe_unused]] int index = 0;
        static_cast<void>((done && ... && (done = bind(++index, args))));
        return done;
    }

    /// True: a row can be read. False: the statement is done, and stays so until `reset()` or `bind_all()`.
    result<bool> step();

    /// Binds, runs to the end and resets: for statements whose rows do not matter.
    template <class... Args>
    result<void> run(const Args&... args)
    {
        if (auto bound = bind_all(args...); !bound)
            return bound;
        return run_to_end();
    }

    /// Makes the statement ready to run again and frees its locks; bound values stay.
    void reset() noexcept;

    int column_count() const noexcept;
    bool is_null(int column) const noexcept;

    /// Values of the current row, converted by SQLite where the type differs; NULL reads as zero or empty. Text and
    /// blobs are views that live until the next `step()`, `reset()` or read of the same column as another type.
    std::int64_t column_int64(int column) const noexcept;
    double column_double(int column) const noexcept;
    std::string_view column_text(int column) const noexcept;
    std::span<const std::byte> column_blob(int column) const noexcept;

private:
    friend class connection;

    struct finalizer
    {
        void operator()(sqlite3_stmt* s) const noexcept;
    };

    explicit statement(sqlite3_stmt* native) : native_(native) {}

    result<void> bind_int64(int index, std::int64_t number);
    result<void> bind_double(int index, double number);
    result<void> start_over(std::size_t parameters);
    result<void> run_to_end();
    result<void> checked(int code, std::string_view doing) const;

    std::unique_ptr<sqlite3_stmt, finalizer> native_;
    bool done_ = false;
};

} // namespace basekeeper::sqlite
