// Applying and undoing: what is to be run is decided from the records, under the lock, before anything runs.
#include "features/migrations/engine.hpp"

#include "features/database/hidden_code.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace basekeeper::migrations {
namespace {

std::optional<own_row> unfinished(const records& all, const std::string& version, std::string_view state)
{
    const auto own = all.own.find(version);
    return own != all.own.end() && own->second.state == state ? std::optional(own->second) : std::nullopt;
}

/// The version that is wanted, the one of an unfinished migration of the same text, or the time; never one that is
/// taken, for two may begin within one second.
std::string choose_version(const new_migration& what, const records& all, wall_time now)
{
    if (!what.version.empty())
        return what.version;
    for (const auto& [version, own] : all.own)
        if (own.state == state_applying && own.checksum == checksum(what.text))
            return version;
    for (;; now += std::chrono::seconds{1})
        if (auto version = version_at(now); !all.history.contains(version) && !all.own.contains(version))
            return version;
}

result<job> job_up(new_migration what, const records& all, const run_options& with)
{
    if (all.history.contains(what.version))
        return fail(
            condition::conflict,
            fmt::format("version {} is applied already, as \"{}\"", what.version, all.history.at(what.version).name),
            "leave version out to take the time, or choose another"
        );
    if (unfinished(all, what.version, state_reverting))
        return fail(
            condition::conflict,
            fmt::format("the undoing of version {} was begun and is not done", what.version),
            "finish it with rollback_migration (basekeeper migration down)"
        );
    if (what.down)
        if (auto read = make_plan(*what.down); !read)
            return fail(std::move(read).error().within("down"));
    job out{
        .way = direction::up,
        .version = what.version,
        .name = std::move(what.name),
        .what = TRY(make_plan(what.text)),
        .checksum = checksum(what.text),
        .digest = {},
        .down = std::move(what.down),
        .who = with.who,
        .found = unfinished(all, what.version, state_applying),
        .after_each = with.after_each,
    };
    out.digest = digest_of(out.what.statement_texts());
    return out;
}

/// The script that undoes a version: of the folder, of our records, of the platform's own column.
std::optional<std::string> down_of(const std::string& version, const records& all, const folder* from)
{
    if (from != nullptr)
        if (const auto* file = from->find(version); file != nullptr && file->down)
            return file->down;
    if (const auto own = all.own.find(version); own != all.own.end() && own->second.down)
        return own->second.down;
    const auto row = all.history.find(version);
    if (row != all.history.end() && row->second.rollback && !row->second.rollback->empty())
        return fmt::format("{}", fmt::join(*row->second.rollback, "\n;\n"));
    return std::nullopt;
}

result<job> job_down(const std::string& version, const records& all, const folder* from, const run_options& with)
{
    const auto down = down_of(version, all, from);
    if (!down)
        return fail(condition::not_found, version);
    auto read = make_plan(*down);
    if (!read)
        return fail(std::move(read).error().within(fmt::format("the down script of {}", version)));
    const auto row = all.history.find(version);
    job out{
        .way = direction::down, .version = version, .name = {}, .what = *std::move(read), .checksum = {}, .digest = {}
    };
    if (const auto own = all.own.find(version); own != all.own.end()) {
        out.name = own->second.name;
        out.checksum = own->second.checksum;
        out.digest = own->second.digest;
        out.down = own->second.down;
        out.before = own->second;
    } else if (row != all.history.end()) {
        out.name = row->second.name;
        out.digest = row->second.digest;
    }
    out.who = with.who;
    out.found = unfinished(all, version, state_reverting);
    out.after_each = with.after_each;
    return out;
}

/// Versions newer than `to` that are applied or begun, newest first.
std::vector<std::string> newer_than(const std::string& to, const records& all)
{
    std::vector<std::string> out;
    for (const auto& [version, row] : all.history)
        if (is_before(to, version))
            out.push_back(version);
    for (const auto& [version, own] : all.own)
        if (is_before(to, version) && own.state != state_applied && !all.history.contains(version))
            out.push_back(version);
    std::ranges::sort(out, std::greater{});
    return out;
}

result<std::vector<job>>
jobs_down(const std::string& to, const records& all, const folder* from, const run_options& with)
{
    if (to != "0" && !all.history.contains(to))
        return fail(
            condition::not_found,
            fmt::format("version {} is not applied", to),
            "list_migrations shows which are; 0 undoes all"
        );
    std::vector<job> out;
    std::vector<std::string> without;
    for (const auto& version : newer_than(to, all)) {
        auto one = job_down(version, all, from, with);
        if (!one && one.error().code == condition::not_found)
            without.push_back(version);
        else
            out.push_back(TRY(std::move(one)));
    }
    if (!without.empty())
        return fail(
            condition::conflict,
            fmt::format("no down script is known for {}; nothing was undone", fmt::join(without, ", ")),
            "write what undoes it as a new migration, or put a down script into the folder: down/<version>_<name>.sql"
        );
    return out;
}

/// The files of a folder that are not applied, oldest first.
result<std::vector<job>>
jobs_up(const folder& from, const up_request& what, const records& all, const run_options& with)
{
    const auto newest = all.newest();
    std::vector<job> out;
    for (const auto& file : from.files) {
        if (all.history.contains(file.version) || (!what.to.empty() && is_before(what.to, file.version)))
            continue;
        if (what.taken == order::strict && newest && is_before(file.version, *newest))
            return fail(
                condition::conflict,
                fmt::format("{} is older than {}, which is applied", file.version, *newest),
                "look whether it still fits, then run this with --include-all"
            );
        auto one = job_up({file.version, file.name, file.text, file.down}, all, with);
        if (!one)
            return fail(std::move(one).error().within(to_file_name(file.version, file.name)));
        out.push_back(*std::move(one));
    }
    return out;
}

/// What the texts do not show and a rollback would leave is asked of the catalogue, as for a dry run of execute_sql.
io::task<result<>> refuse_hidden_code(session& on, const std::vector<job>& jobs, io::deadline until)
{
    std::vector<sql::qualified_name> relations;
    for (const auto& one : jobs)
        for (std::size_t n = 0; n < one.what.statements.size(); ++n)
            std::ranges::move(sql::classify(one.what.statement(n)).relations, std::back_inserter(relations));
    if (relations.empty())
        co_return result<>{};
    auto ask = database::ask_hidden_code(relations);
    const auto answer = CO_TRY(co_await on.db().query(std::move(ask), pg::caps{}, pg::overflow::drain, until));
    if (const auto found = database::read_hidden_code(answer); !found.empty())
        co_return fail(
            condition::denied,
            fmt::format("a dry run would leave something behind: {}", found),
            "apply it without a dry run, or switch the code off first (ALTER TABLE ... DISABLE TRIGGER)"
        );
    co_return result<>{};
}

} // namespace

assessment assess(std::string_view script)
{
    assessment worst;
    script = without_mark(script);
    const auto read = sql::read_script(script);
    if (!read)
        return {sql::effect::destroys, "cannot be examined: " + read.error().message, {}};
    for (const auto& one : *read) {
        if (one.transaction == sql::transaction_word::opens || one.transaction == sql::transaction_word::commits)
            continue;
        const auto seen = sql::classify(script.substr(one.begin, one.end - one.begin));
        if (seen.effect > worst.effect) {
            worst.effect = seen.effect;
            worst.summary.clear();
        }
        constexpr std::size_t longest_summary = 500;
        if (seen.effect == worst.effect && seen.effect != sql::effect::reads && worst.summary.size() < longest_summary)
            worst.summary += (worst.summary.empty() ? "" : "; ") + seen.summary;
        // What is run apart is not part of a dry run.
        if (worst.outlasts.empty() && one.runs != sql::placement::alone)
            worst.outlasts = seen.outlasts.empty() ? seen.keeps_code : seen.outlasts;
    }
    return worst;
}

io::task<result<session>> engine::begin(std::string instance, const run_options& with, io::deadline until)
{
    const auto open = CO_TRY(co_await open_.of(std::move(instance)));
    auto how = how_;
    how.lock_timeout = with.lock_timeout.value_or(how.lock_timeout);
    auto on = CO_TRY(co_await session::open(open->owner, how, until));
    if (co_await open_.pooling_of(*open, on.db(), until) == ways::pooling::transaction) {
        co_await on.close();
        co_return fail(
            condition::conflict,
            "this connection goes through a pooler in transaction mode, where no lock keeps other runners out",
            "add the instance again by the session pooler or directly (at Supabase the same address with port 5432)"
        );
    }
    co_return on;
}

io::task<result<run_report>>
engine::run_all(session& on, std::vector<job> jobs, const run_options& with, io::deadline until)
{
    run_report out;
    if (with.how == manner::rehearse) {
        CO_TRY(co_await refuse_hidden_code(on, jobs, until));
        std::vector<rehearsed> scripts;
        for (auto& one : jobs) {
            out.done.push_back({.version = one.version, .name = one.name, .statements = one.what.statements.size()});
            scripts.push_back({fmt::format("{}_{}", one.version, one.name), std::move(one.what)});
        }
        out.rehearsal = CO_TRY(co_await migrations::rehearse(on, std::move(scripts), until));
        co_return out;
    }
    for (auto& one : jobs) {
        const auto version = one.version;
        const auto name = one.name;
        auto ran = co_await migrations::run(on, std::move(one), until);
        if (!ran) {
            auto e = std::move(ran).error();
            if (!out.done.empty())
                e.message += fmt::format(" ({} before it: done)", out.done.size());
            co_return fail(std::move(e));
        }
        out.done.push_back({version, name, ran->statements, ran->steps, ran->duration_ms, std::move(ran->notes)});
    }
    co_return out;
}

io::task<result<run_report>>
engine::choose_and_run(session& on, const job_choice& choose, const run_options& with, io::deadline until)
{
    if (with.how == manner::apply)
        CO_TRY(co_await make_tables(on.db(), until));
    const auto all = CO_TRY(co_await read_records(on.db(), until));
    co_return co_await run_all(on, CO_TRY(choose(all)), with, until);
}

io::task<result<run_report>>
engine::work(std::string instance, job_choice choose, const run_options& with, io::deadline until)
{
    auto on = CO_TRY(co_await begin(instance, with, until));
    schema_changed_(instance);
    auto done = co_await choose_and_run(on, choose, with, until);
    co_await on.close();
    schema_changed_(instance);
    co_return done;
}

io::task<result<run_report>>
engine::apply(std::string instance, new_migration what, run_options with, io::deadline until)
{
    CO_TRY(check_name(what.name));
    if (!what.version.empty())
        CO_TRY(check_version(what.version));
    CO_TRY(make_plan(what.text));
    const auto now = time_.wall();
    const auto choose = [&](const records& all) -> result<std::vector<job>> {
        what.version = choose_version(what, all, now);
        std::vector<job> jobs;
        jobs.push_back(TRY(job_up(std::move(what), all, with)));
        return jobs;
    };
    co_return co_await work(std::move(instance), choose, with, until);
}

io::task<result<run_report>> engine::roll_back(
    std::string instance, std::string to_version, const folder* from, run_options with, io::deadline until
)
{
    CO_TRY(check_version(to_version));
    const auto choose = [&](const records& all) { return jobs_down(to_version, all, from, with); };
    co_return co_await work(std::move(instance), choose, with, until);
}

io::task<result<run_report>>
engine::up(std::string instance, const folder& from, up_request what, run_options with, io::deadline until)
{
    const auto choose = [&](const records& all) { return jobs_up(from, what, all, with); };
    co_return co_await work(std::move(instance), choose, with, until);
}

} // namespace basekeeper::migrations
