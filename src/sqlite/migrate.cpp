// Numbered migrations over PRAGMA user_version.
#include "sqlite/migrate.hpp"

#include "sqlite/connection.hpp"
#include "sqlite/transaction.hpp"

#include <fmt/format.h>

namespace basekeeper::sqlite {
namespace {

result<std::int64_t> schema_version(connection& db)
{
    auto query = TRY(db.prepare("PRAGMA user_version"));
    TRY(query.step());
    return query.column_int64(0);
}

result<void> check_numbers(std::span<const migration> steps)
{
    int expected = 1;
    for (const auto& step : steps) {
        if (step.version != expected)
            return fail(
                condition::internal,
                fmt::format("migration '{}' has number {} instead of {}", step.name, step.version, expected),
                "report this as a bug"
            );
        ++expected;
    }
    return {};
}

result<void> check_not_newer(const connection& db, std::int64_t version, std::span<const migration> steps)
{
    const auto newest = static_cast<std::int64_t>(steps.size());
    if (version >= 0 && version <= newest)
        return {};
    return fail(
        condition::conflict,
        fmt::format(
            "database {} has schema version {}, this program knows versions up to {}", db.file(), version, newest
        ),
        "upgrade this program to the version that wrote the database, or restore a backup from before that upgrade"
    );
}

/// True when the step was missing and is done now.
result<bool> apply(connection& db, const migration& step, std::span<const migration> all)
{
    auto change = TRY(transaction::begin(db));
    // Read under the write lock: another process may have been quicker.
    const auto version = TRY(schema_version(db));
    TRY(check_not_newer(db, version, all));
    if (version >= step.version)
        return false;
    TRY(db.exec(step.sql));
    if (!db.in_transaction())
        return fail(condition::internal, "the step ended its own transaction", "report this as a bug");
    TRY(db.exec(fmt::format("PRAGMA user_version = {}", step.version)));
    TRY(change.commit());
    return true;
}

} // namespace

result<int> migrate(connection& db, std::span<const migration> steps)
{
    TRY(check_numbers(steps));
    const auto version = TRY(schema_version(db));
    TRY(check_not_newer(db, version, steps));
    int applied = 0;
    for (const auto& step : steps.subspan(static_cast<std::size_t>(version))) {
        auto done = apply(db, step, steps);
        if (!done)
            return fail(std::move(done).error().within(
                fmt::format("migration {} '{}' of {}", step.version, step.name, db.file())
            ));
        applied += *done ? 1 : 0;
    }
    return applied;
}

} // namespace basekeeper::sqlite
