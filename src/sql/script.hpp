// The statements of a script, and which of them PostgreSQL does not run inside a transaction with others.
#pragma once

#include "base/result.hpp"
#include "sql/qualified_name.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::sql {

/// Where a statement of a script may run.
enum class placement
{
    together,    ///< in one transaction with its neighbours
    then_commit, ///< in a transaction that ends after it: what it adds cannot be used before
    alone        ///< outside of any transaction
};

/// What is to be looked at when it is not known whether a statement that ran alone has taken effect.
enum class aftermath
{
    unknown,          ///< nothing is known about it
    harmless,         ///< running it once more does no harm: VACUUM, ALTER SYSTEM
    builds_index,     ///< CREATE INDEX CONCURRENTLY `subject` on `over`; may leave an invalid one
    drops_index,      ///< DROP INDEX CONCURRENTLY `subject`; may leave an invalid one
    rebuilds_indexes, ///< REINDEX CONCURRENTLY; may leave invalid copies
    detaches,         ///< ALTER TABLE `over` DETACH PARTITION `subject` CONCURRENTLY; may have to be finalised
    makes_database,
    drops_database
};

/// What a statement does to the transaction that it is in.
enum class transaction_word
{
    none,
    opens,    ///< BEGIN, START TRANSACTION
    commits,  ///< COMMIT, END
    ends,     ///< ROLLBACK, PREPARE TRANSACTION, COMMIT PREPARED and what else ends one
    savepoint ///< SAVEPOINT, RELEASE, ROLLBACK TO
};

/// Whether a statement changes settings that later statements may rely on.
enum class setting_scope
{
    none,
    transaction, ///< SET LOCAL
    session      ///< SET, RESET
};

struct script_statement
{
    std::size_t begin = 0; ///< bytes of the script; comments before the statement are part of it
    std::size_t end = 0;   ///< the semicolon not included
    std::size_t code = 0;  ///< where its first word stands, after the comments
    std::string kind;      ///< `CREATE INDEX`; `UNKNOWN` when the grammar of PostgreSQL 15 does not know it
    placement runs = placement::together;
    std::string why{}; ///< "CREATE INDEX CONCURRENTLY": what makes it run apart
    aftermath after = aftermath::unknown;
    qualified_name subject{};
    qualified_name over{};
    transaction_word transaction = transaction_word::none;
    setting_scope settings = setting_scope::none;
    bool copies_from_client = false;   ///< COPY ... FROM STDIN: its data cannot be part of a script here
    bool discards_session = false;     ///< DISCARD ALL, which gives back advisory locks
    std::optional<error> unreadable{}; ///< why the grammar refused it; the server may know better
};

/// The largest script, in bytes.
inline constexpr std::size_t max_script_bytes = std::size_t{16} << 20U;

/// Cuts a script at its semicolons as psql does, BEGIN ATOMIC bodies and brackets kept whole, and looks at each
/// statement. Fails with invalid_argument for text that is too long, not UTF-8, holds NUL, or where a literal or a
/// comment does not end. A statement that the grammar does not take is no failure: it is `unreadable`.
result<std::vector<script_statement>> read_script(std::string_view script);

} // namespace basekeeper::sql
