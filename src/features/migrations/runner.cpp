// The loop over the steps: each is run, recorded, and what it leaves decides about the next.
#include "features/migrations/runner.hpp"

#include "crypto/random.hpp"
#include "features/migrations/attempt.hpp"

#include <fmt/format.h>

namespace basekeeper::migrations {
namespace {

// A script may have changed the role; records are written by the login, and the script goes on as what it was. Both
// hold for one transaction, after which the setting of the script is back by itself.
constexpr std::string_view as_login_sql = R"(
select pg_catalog.set_config('basekeeper.role', pg_catalog.current_setting('role'), true),
       pg_catalog.set_config('role', 'none', true))";
constexpr std::string_view as_script_sql =
    "select pg_catalog.set_config('role', pg_catalog.current_setting('basekeeper.role'), true)";

std::vector<pg::statement> by_login(std::vector<pg::statement> records)
{
    records.insert(records.begin(), {.sql = std::string(as_login_sql)});
    records.push_back({.sql = std::string(as_script_sql)});
    return records;
}

} // namespace

attempt::attempt(session& on, job what, io::deadline until) : on_(on), job_(std::move(what)), until_(until) {}

std::string attempt::title() const
{
    return fmt::format("{} {}_{}", job_.way == direction::up ? "migration" : "undoing", job_.version, job_.name);
}

std::string attempt::what_stays() const
{
    if (!left_behind_.empty())
        return left_behind_;
    if (done_ == 0)
        return "nothing of it stays";
    return fmt::format(
        "its first {} of {} statements stay, and the next run goes on behind them", done_, job_.what.statements.size()
    );
}

error attempt::failed_at(error e, std::size_t n) const
{
    if (e.sqlstate == "42601")
        e.hint = "correct the SQL at the caret and run it again";
    return at_statement(std::move(e), job_.what, n, fmt::format("{}; {}", title(), what_stays()));
}

own_row attempt::row(std::size_t done, std::optional<std::size_t> alone) const
{
    const bool whole = done == job_.what.statements.size() && job_.way == direction::up;
    return {
        .version = job_.version,
        .name = job_.name,
        .checksum = job_.checksum,
        .digest = job_.digest,
        .down = job_.down,
        .state = std::string(
            whole                       ? state_applied
            : job_.way == direction::up ? state_applying
                                        : state_reverting
        ),
        .statements = job_.what.statements.size(),
        .done = done,
        .done_checksum = migrations::checksum(job_.what, done),
        .alone = alone,
        .run = run_,
        .applied_by = job_.who,
        .finished_at = {},
        .duration_ms = {},
    };
}

std::vector<pg::statement> attempt::records_of(const step& done) const
{
    std::vector<pg::statement> out;
    if (!is_last(done)) {
        out.push_back(write_own(row(done.first + done.count, std::nullopt)));
    } else if (job_.way == direction::up) {
        out.push_back(write_own(row(job_.what.statements.size(), std::nullopt)));
        out.push_back(write_history(job_.version, job_.name, job_.what.statement_texts()));
    } else {
        out.push_back(delete_own(job_.version));
        out.push_back(delete_history(job_.version));
    }
    return by_login(std::move(out));
}

pg::statement attempt::record_of_beginning(std::size_t alone) const
{
    return write_own(row(done_, alone));
}

/// What is known again after a statement has failed that ran apart.
pg::statement attempt::record_of_failure() const
{
    if (done_ > 0)
        return write_own(row(done_, std::nullopt));
    if (job_.way == direction::up)
        return delete_own(job_.version);
    return job_.before ? write_own(*job_.before) : delete_own(job_.version);
}

/// One record, on its own.
io::task<result<>> attempt::record(pg::statement what, io::deadline until)
{
    std::vector<pg::statement> one;
    one.push_back(std::move(what));
    auto written = CO_TRY(co_await on_.db().run(by_login(std::move(one)), pg::caps{}, until));
    if (!written.ok())
        co_return fail(std::move(*written.failure).within("recording it"));
    co_return result<>{};
}

io::task<> attempt::note_duration(std::int64_t milliseconds)
{
    out_.duration_ms = milliseconds;
    if (job_.way == direction::down || on_.lost())
        co_return;
    auto finished = row(job_.what.statements.size(), std::nullopt);
    finished.duration_ms = milliseconds;
    // Only the figure: it may be lost in a crash of the server, so nobody waits for its disk.
    std::vector<pg::statement> script;
    script.push_back({.sql = "select pg_catalog.set_config('synchronous_commit', 'off', true)"});
    script.push_back(write_duration(finished));
    co_await on_.db().run(by_login(std::move(script)), pg::caps{}, until_);
}

io::task<result<outcome>> attempt::run()
{
    const auto began = std::chrono::steady_clock::now();
    out_.statements = job_.what.statements.size();
    run_ = crypto::random_token(12);
    CO_TRY(co_await on_.refresh(until_));
    CO_TRY(co_await check_syntax());
    done_ = CO_TRY(co_await where_to_begin());
    if (done_ > 0)
        CO_TRY(co_await restore_settings(done_));
    const auto total = job_.what.statements.size();
    if (done_ == total && recorded_) {
        // The last statement ran apart and only its record was missing.
        step nothing{.first = total, .count = 0};
        CO_TRY(co_await run_transaction(nothing));
    }
    while (done_ < total) {
        const auto next = job_.what.steps_from(done_).front();
        auto ran = next.alone ? co_await run_alone(next) : co_await run_transaction(next);
        if (!ran && !next.alone && runs_apart_after_all(ran.error()))
            continue;
        if (!ran)
            co_return fail(co_await gave_up(std::move(ran).error()));
        done_ = next.first + next.count;
        recorded_ = true;
        ++out_.steps;
        if (next.alone)
            out_.notes.push_back(fmt::format("statement {} ran apart: {}", next.first + 1, next.why));
        else if (!next.why.empty() && done_ < total)
            out_.notes.push_back(fmt::format("committed after statement {}: {}", done_, next.why));
        if (job_.after_each)
            job_.after_each(done_, total, title());
    }
    const auto took = std::chrono::steady_clock::now() - began;
    co_await note_duration(std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
    co_return std::move(out_);
}

/// The server knows better than the grammar of one version what cannot be in a transaction: such a statement, rolled
/// back with its step, is run apart. Also procedures and DO blocks that commit by themselves.
bool attempt::runs_apart_after_all(const error& e)
{
    constexpr std::string_view in_transaction = "25001";
    constexpr std::string_view commits_itself = "2D000";
    if (!failed_ || (e.sqlstate != in_transaction && e.sqlstate != commits_itself))
        return false;
    auto& one = job_.what.statements[*failed_];
    if (one.settings != sql::setting_scope::none || one.kind == "SET" || one.runs == sql::placement::alone)
        return false;
    one.runs = sql::placement::alone;
    one.why = fmt::format("{}, which the server does not run in a transaction", one.kind);
    return true;
}

io::task<> attempt::name_blockers(error& e)
{
    constexpr std::string_view blockers_sql = R"(
select pg_catalog.format('session %s (%s, %s) holds %s on %s since %s', a.pid, a.application_name, a.state,
         pg_catalog.string_agg(distinct l.mode, ', '), l.relation::regclass, pg_catalog.date_trunc('second', a.xact_start))
from pg_catalog.pg_locks l
join pg_catalog.pg_stat_activity a on a.pid = l.pid
join pg_catalog.pg_class c on c.oid = l.relation
where l.granted and l.locktype = 'relation' and a.pid <> pg_catalog.pg_backend_pid()
  and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
  and pg_catalog.strpos(pg_catalog.lower($1), pg_catalog.lower(c.relname::text)) > 0
group by a.pid, a.application_name, a.state, l.relation, a.xact_start order by a.xact_start limit 3)";
    if (!failed_ || on_.lost() || !co_await on_.refresh(until_))
        co_return;
    std::vector<pg::parameter> params{{std::string(job_.what.statement(*failed_))}};
    const auto found = co_await on_.db().query(std::string(blockers_sql), std::move(params), until_);
    for (std::size_t r = 0; found && r < found->rows.size(); ++r)
        e.server_text += "\n" + std::string(found->rows.value(r, 0).value_or(""));
    e.hint = "end the session that holds the lock, or run it again when less is going on; lock_timeout_ms says how "
             "long each try waits";
}

io::task<error> attempt::gave_up(error why)
{
    const bool waited = why.sqlstate == lock_not_available;
    if (waited)
        why.message = fmt::format("a lock was not granted within {} ms, tried {} times", waited_.count(), tries_);
    if (failed_)
        why = failed_at(std::move(why), *failed_);
    else
        why.message = fmt::format("{}: {}; {}", title(), why.message, what_stays());
    if (waited)
        co_await name_blockers(why);
    co_return why;
}

io::task<result<outcome>> run(session& on, job what, io::deadline until)
{
    attempt one(on, std::move(what), until);
    co_return co_await one.run();
}

} // namespace basekeeper::migrations
