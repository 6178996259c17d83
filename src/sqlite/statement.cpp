// Statements over SQLite's prepare, bind, step and column calls.
#include "sqlite/statement.hpp"

#include "sqlite/native.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace basekeeper::sqlite {

void statement::finalizer::operator()(sqlite3_stmt* s) const noexcept
{
    sqlite3_finalize(s);
}

result<void> statement::checked(int code, std::string_view doing) const
{
    if (code == SQLITE_OK)
        return {};
    return failure(sqlite3_db_handle(native_.get()), code, doing);
}

result<void> statement::bind(int index, std::nullptr_t)
{
    return checked(sqlite3_bind_null(native_.get(), index), "binding a value for");
}

result<void> statement::bind(int index, std::string_view text)
{
    // A null address would bind NULL instead of the empty text.
    const char* const data = text.data() != nullptr ? text.data() : "";
    const int code = sqlite3_bind_text64(native_.get(), index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    return checked(code, "binding a value for");
}

result<void> statement::bind(int index, std::span<const std::byte> blob)
{
    const int code = blob.empty()
                         ? sqlite3_bind_zeroblob(native_.get(), index, 0)
                         : sqlite3_bind_blob64(native_.get(), index, blob.data(), blob.size(), SQLITE_TRANSIENT);
    return checked(code, "binding a value for");
}

result<void> statement::bind_int64(int index, std::int64_t number)
{
    return checked(sqlite3_bind_int64(native_.get(), index, number), "binding a value for");
}

result<void> statement::bind_double(int index, double number)
{
    return checked(sqlite3_bind_double(native_.get(), index, number), "binding a value for");
}

result<void> statement::start_over(std::size_t parameters)
{
    reset();
    sqlite3_clear_bindings(native_.get());
    const auto expected = static_cast<std::size_t>(sqlite3_bind_parameter_count(native_.get()));
    if (parameters != expected)
        return fail(
            condition::internal,
            fmt::format("a statement of {} parameters was given {} values", expected, parameters),
            "report this as a bug"
        );
    return {};
}

result<bool> statement::step()
{
    if (done_)
        return false; // SQLite would silently run the statement a second time
    const int code = sqlite3_step(native_.get());
    if (code == SQLITE_ROW)
        return true;
    done_ = true;
    if (code == SQLITE_DONE)
        return false;
    auto failed = failure(sqlite3_db_handle(native_.get()), code, "running a statement on");
    sqlite3_reset(native_.get()); // frees the locks; what it returns is the same error again
    return failed;
}

result<void> statement::run_to_end()
{
    while (TRY(step())) {
    }
    reset();
    return {};
}

void statement::reset() noexcept
{
    sqlite3_reset(native_.get());
    done_ = false;
}

int statement::column_count() const noexcept
{
    return sqlite3_column_count(native_.get());
}

bool statement::is_null(int column) const noexcept
{
    return sqlite3_column_type(native_.get(), column) == SQLITE_NULL;
}

std::int64_t statement::column_int64(int column) const noexcept
{
    return sqlite3_column_int64(native_.get(), column);
}

double statement::column_double(int column) const noexcept
{
    return sqlite3_column_double(native_.get(), column);
}

std::string_view statement::column_text(int column) const noexcept
{
    // In this order: asking for the text converts, and only then is the size that of the text.
    const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(native_.get(), column));
    const int size = sqlite3_column_bytes(native_.get(), column);
    return text == nullptr ? std::string_view{} : std::string_view(text, static_cast<std::size_t>(size));
}

std::span<const std::byte> statement::column_blob(int column) const noexcept
{
    const auto* const data = static_cast<const std::byte*>(sqlite3_column_blob(native_.get(), column));
    const int size = sqlite3_column_bytes(native_.get(), column);
    return data == nullptr ? std::span<const std::byte>{} : std::span(data, static_cast<std::size_t>(size));
}

} // namespace basekeeper::sqlite
