// The migrations of one instance: list, apply, undo, try out, and compare with a folder; without any MCP type.
#pragma once

#include "features/migrations/drift.hpp"
#include "features/migrations/dry_run.hpp"
#include "features/migrations/runner.hpp"
#include "instances/connections.hpp"
#include "sql/classify.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::migrations {

/// A migration as it is listed.
struct listed
{
    std::string version;
    std::string name;
    std::string state; ///< `applied`, or how far it is: `applying (2 of 5 statements)`
    bool can_roll_back = false;
    std::optional<std::string> applied_at; ///< where we know
    std::optional<std::string> applied_by;

    static constexpr auto fields = std::tuple{
        json::required("version", &listed::version),
        json::required("name", &listed::name),
        json::required("state", &listed::state),
        json::required("can_roll_back", &listed::can_roll_back),
        json::optional("applied_at", &listed::applied_at),
        json::optional("applied_by", &listed::applied_by),
    };
};

/// Whether the schema is looked at as well.
enum class depth
{
    records,
    schema
};

struct list_request
{
    std::size_t limit = 100;
    std::string before; ///< a version; empty: from the newest on
    depth look = depth::records;
};

struct migration_page
{
    std::vector<listed> migrations; ///< newest first
    std::optional<std::string> next_before;
    std::vector<migrations::drift> drift; ///< between records, history and, if asked for, schema

    static constexpr auto fields = std::tuple{
        json::required("migrations", &migration_page::migrations),
        json::optional("next_before", &migration_page::next_before),
        json::required("drift", &migration_page::drift),
    };
};

enum class manner
{
    apply,
    rehearse ///< a dry run
};

/// How migrations are run.
struct run_options
{
    manner how = manner::apply;
    std::string who;
    std::optional<std::chrono::milliseconds> lock_timeout{};
    step_progress after_each{};
};

struct new_migration
{
    std::string version; ///< empty: the time in UTC
    std::string name;
    std::string text;
    std::optional<std::string> down{};
};

/// What was done with one migration.
struct migration_report
{
    std::string version;
    std::string name;
    std::size_t statements = 0;
    std::size_t steps = 0;
    std::int64_t duration_ms = 0;
    std::vector<std::string> notes{};

    static constexpr auto fields = std::tuple{
        json::required("version", &migration_report::version),
        json::required("name", &migration_report::name),
        json::required("statements", &migration_report::statements),
        json::required("steps", &migration_report::steps),
        json::required("duration_ms", &migration_report::duration_ms),
        json::required("notes", &migration_report::notes),
    };
};

/// What was done, in order; of a dry run what would be.
struct run_report
{
    std::vector<migration_report> done;
    std::optional<migrations::rehearsal> rehearsal;

    static constexpr auto fields = std::tuple{
        json::required("done", &run_report::done),
        json::optional("rehearsal", &run_report::rehearsal),
    };
};

/// Which files of a folder are taken.
enum class order
{
    strict, ///< fails when a file is older than what is applied
    any
};

struct up_request
{
    std::string to; ///< the last version; empty: all
    order taken = order::strict;
};

struct status_report
{
    std::vector<std::string> pending; ///< versions of files that are not applied
    std::size_t applied = 0;
    std::vector<migrations::drift> drift;

    static constexpr auto fields = std::tuple{
        json::required("applied", &status_report::applied),
        json::required("pending", &status_report::pending),
        json::required("drift", &status_report::drift),
    };
};

/// What a script would do: the worst of its statements.
struct assessment
{
    sql::effect effect = sql::effect::reads;
    std::string summary;
    std::string outlasts; ///< what a rollback may not take back, for a dry run
};

assessment assess(std::string_view script);

/// One per server; lives on the I/O thread. Every function opens the instance at first use and fails with its errors.
class engine
{
public:
    /// `schema_changed` hears of an instance before and after its schema may change: who keeps something of it forgets.
    using change_listener = std::function<void(const std::string& instance)>;

    engine(instances::connections& open, const clock& time, change_listener schema_changed, waiting how = {})
        : open_(open), time_(time), schema_changed_(std::move(schema_changed)), how_(how)
    {}

    io::task<result<migration_page>> list(std::string instance, list_request what, io::deadline until);

    /// Applies one. An unfinished one of the same text, or version, is gone on with. Fails with conflict when the
    /// version is taken.
    io::task<result<run_report>> apply(std::string instance, new_migration what, run_options with, io::deadline until);

    /// Undoes everything newer than a version, newest first; `0` undoes all. Down scripts of `from`, where given, are
    /// taken before recorded ones. Fails with not_found for a version that is not applied, and with conflict, before
    /// anything is undone, when one has no down script.
    io::task<result<run_report>>
    roll_back(std::string instance, std::string to_version, const folder* from, run_options with, io::deadline until);

    /// Applies the files of a folder that are not applied, oldest first, and stops at the first failure.
    io::task<result<run_report>>
    up(std::string instance, const folder& from, up_request what, run_options with, io::deadline until);

    io::task<result<status_report>> status(std::string instance, const folder& with, io::deadline until);

private:
    /// Decides from the records, under the lock, what is to be run.
    using job_choice = std::function<result<std::vector<job>>(const records&)>;

    io::task<result<run_report>>
    work(std::string instance, job_choice choose, const run_options& with, io::deadline until);
    io::task<result<run_report>>
    choose_and_run(session& on, const job_choice& choose, const run_options& with, io::deadline until);
    io::task<result<session>> begin(std::string instance, const run_options& with, io::deadline until);
    io::task<result<run_report>>
    run_all(session& on, std::vector<job> jobs, const run_options& with, io::deadline until);

    instances::connections& open_;
    const clock& time_;
    change_listener schema_changed_;
    waiting how_;
};

} // namespace basekeeper::migrations
