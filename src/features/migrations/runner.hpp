// Runs one script, up or down, so that whatever happens its records say exactly how far it came.
#pragma once

#include "features/migrations/plan.hpp"
#include "features/migrations/records.hpp"
#include "features/migrations/session.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::migrations {

/// Told after each step; runs on the I/O thread and must outlive the run.
using step_progress = std::function<void(std::size_t done, std::size_t total, std::string_view what)>;

/// What is to be run.
struct job
{
    direction way = direction::up;
    std::string version;
    std::string name;
    plan what;                         ///< the script that runs: of the migration, or of its undoing
    std::string checksum;              ///< of the migration's own text
    std::string digest;                ///< of the migration's own statements
    std::optional<std::string> down{}; ///< to be kept for a rollback
    std::string who;
    std::optional<own_row> found{};  ///< what an earlier attempt at the same left
    std::optional<own_row> before{}; ///< our row before an undoing
    step_progress after_each{};
};

/// How it went.
struct outcome
{
    std::size_t statements = 0;
    std::size_t steps = 0; ///< transactions and statements that ran apart
    std::int64_t duration_ms = 0;
    std::vector<std::string> notes{}; ///< what was resumed, retried, rebuilt, or run apart, one sentence each
};

/// Runs all steps that are not done yet.
///
/// A script that can run in one transaction does, its records with it: it is there as a whole or not at all. Else each
/// step is recorded in the transaction that it runs in, and a statement that cannot be in one is recorded before and
/// after; what a crash leaves is looked at by the next run. Fails with the error of the statement, its line and caret,
/// and what of the script stays. A lock that is not granted in time rolls the step back and is tried again.
/// Requires the lock of the session; leaves it with no transaction open, or lost.
io::task<result<outcome>> run(session& on, job what, io::deadline until);

} // namespace basekeeper::migrations
