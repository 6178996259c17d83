// What is asked of a database, how much of the answer is kept, and the answer.
#pragma once

#include "pg/row_set.hpp"

#include <boost/describe/enum.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::pg {

/// The protocol counts parameters in 16 bits; more are refused as invalid_argument.
inline constexpr std::size_t max_parameters = 65'535;

/// One `$n`, as text.
struct parameter
{
    std::optional<std::string> value; ///< nothing is NULL; must not hold a NUL byte
    oid type = 0;                     ///< 0: the server infers it
};

/// Exactly one SQL statement for the extended protocol; several in one text are refused by the server (42601).
struct statement
{
    std::string sql;
    std::vector<parameter> params{};
};

/// How much of an answer is kept. Memory is bounded by about max_bytes + 3 × max_row_bytes (libpq buffers whole rows).
struct caps
{
    std::size_t max_rows = 1'000;
    std::size_t max_bytes = std::size_t{1} << 20U;     ///< of values, as row_set::bytes() counts
    std::size_t max_row_bytes = std::size_t{8} << 20U; ///< a row beyond this ends the statement and the connection

    /// For our own statements whose answer is known to be small enough.
    static caps unlimited() { return {SIZE_MAX, SIZE_MAX, std::size_t{64} << 20U}; }
};

/// What happens to a statement that produces more than the caps allow.
enum class overflow
{
    drain, ///< it runs to its end; rows beyond are counted and dropped. For statements that write
    stop   ///< it is cancelled on the server once the caps are full. For reads: total_rows is then unknown
};

/// Why rows are missing.
enum class truncation
{
    none,
    rows,
    bytes
};
BOOST_DESCRIBE_ENUM(truncation, none, rows, bytes)

/// A NOTICE or WARNING of the server: untrusted words.
struct notice
{
    std::string severity;
    std::string sqlstate;
    std::string message;
};

struct statement_result
{
    row_set rows;
    std::string command;        ///< command tag: `SELECT 3`, `INSERT 0 1`, `CREATE TABLE`; empty when it was stopped
    std::uint64_t affected = 0; ///< rows the tag reports; 0 when it reports none
    std::optional<std::uint64_t> total_rows; ///< rows the statement produced; nothing when it was stopped
    truncation truncated = truncation::none;
    std::vector<notice> notices{}; ///< at most 20 per statement, each cut to 1 KiB
};

} // namespace basekeeper::pg
