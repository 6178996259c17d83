// One step: a transaction with its records, or a statement that runs apart between two records.
#include "features/migrations/attempt.hpp"

#include "crypto/random.hpp"
#include "io/event.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace basekeeper::migrations {
namespace {

/// Statements sent at once: their round trips are saved, and the error still says which one failed.
constexpr std::size_t batch_statements = 64;
constexpr std::size_t batch_bytes = std::size_t{1} << 20U;

/// Rows that statements of a migration return are of no interest.
constexpr pg::caps no_rows{.max_rows = 0, .max_bytes = 0};

/// While a concurrent build waits for others it stops nobody, so it may wait for longer.
constexpr int concurrent_patience = 20;

bool is_concurrent(const sql::script_statement& one)
{
    switch (one.after) {
    case sql::aftermath::builds_index:
    case sql::aftermath::drops_index:
    case sql::aftermath::rebuilds_indexes:
    case sql::aftermath::detaches:
        return true;
    default:
        return false;
    }
}

/// Whether the failure of a statement that may have taken effect before says that it had: the thing exists already, or
/// is gone already.
bool says_done(const error& e)
{
    constexpr auto codes =
        std::to_array<std::string_view>({"42710", "42P04", "42P06", "42P07", "42704", "3D000", "42P01"});
    return std::ranges::find(codes, e.sqlstate) != codes.end();
}

} // namespace

/// The grammar here is that of PostgreSQL 15. What it does not take, the server is asked about before anything runs.
io::task<result<>> attempt::check_syntax()
{
    for (std::size_t n = 0; n < job_.what.statements.size(); ++n) {
        if (!job_.what.statements[n].unreadable)
            continue;
        auto seen = co_await on_.db().parse({.sql = std::string(job_.what.statement(n))}, until_);
        if (!seen && (seen.error().sqlstate == "42601" || on_.lost()))
            co_return fail(failed_at(std::move(seen).error(), n));
    }
    co_return result<>{};
}

io::task<> attempt::roll_back() const
{
    if (!on_.lost() && on_.db().transaction() != pg::transaction_status::idle)
        co_await on_.db().simple_script("rollback", for_the_record());
}

io::task<bool> attempt::pause_before_retry(int attempt, const error& why)
{
    if (why.sqlstate != lock_not_available && why.sqlstate != deadlock_detected)
        co_return false;
    const auto& how = on_.patience();
    auto pause = std::min(how.first_pause * (1 << std::min(attempt - 1, 10)), how.longest_pause);
    std::array<std::byte, 1> die{};
    crypto::random_bytes(die);
    pause += pause * std::to_integer<int>(die[0]) / 512;
    if (attempt >= how.attempts || until_.remaining() <= pause)
        co_return false;
    if (attempt == 1)
        out_.notes.push_back(fmt::format(
            "statement {} waited for a lock in vain and was tried again", failed_ ? *failed_ + 1 : done_ + 1
        ));
    co_return (co_await io::sleep(pause)).has_value();
}

io::task<result<>> attempt::run_transaction(const step& what)
{
    for (int attempt = 1;; ++attempt) {
        run_ = crypto::random_token(12);
        failed_.reset();
        committing_ = false;
        tries_ = attempt;
        waited_ = on_.patience().lock_timeout;
        auto ran = co_await try_transaction(what);
        if (ran)
            co_return result<>{};
        co_await roll_back();
        auto why = std::move(ran).error();
        if (on_.lost() || (committing_ && why.sqlstate.empty())) {
            if (CO_TRY(co_await settle(what, why)))
                co_return result<>{};
            co_return fail(std::move(why));
        }
        if (!co_await pause_before_retry(attempt, why))
            co_return fail(std::move(why));
    }
}

io::task<result<>> attempt::try_transaction(const step& what)
{
    std::vector<pg::statement> opening{{.sql = "begin"}};
    // Records come first: what the migration sets, and what runs at its commit, is then as if they were not there.
    std::ranges::move(records_of(what), std::back_inserter(opening));
    for (std::size_t n = 0; n < what.first; ++n)
        if (job_.what.statements[n].settings == sql::setting_scope::transaction)
            opening.push_back({.sql = std::string(job_.what.statement(n))});
    auto opened = CO_TRY(co_await on_.db().run(std::move(opening), no_rows, until_));
    if (!opened.ok()) {
        auto e = std::move(*opened.failure).within("recording it");
        if (e.sqlstate == "23505")
            e.hint = "somebody else has applied this version meanwhile: see list_migrations";
        co_return fail(std::move(e));
    }
    CO_TRY(co_await run_batches(what));
    if (on_.db().transaction() != pg::transaction_status::open)
        co_return fail(
            condition::conflict,
            "the script ended the transaction that it was run in",
            "leave COMMIT and ROLLBACK out of it, also in code that it calls"
        );
    committing_ = true;
    const auto ended = CO_TRY(co_await on_.db().query("commit", {}, until_));
    if (ended.command != "COMMIT")
        co_return fail(condition::conflict, "the transaction was rolled back at its end", "see the server's log");
    co_return result<>{};
}

io::task<result<>> attempt::run_batches(const step& what)
{
    const auto end = what.first + what.count;
    for (std::size_t n = what.first; n < end;) {
        std::vector<pg::statement> batch;
        std::size_t bytes = 0;
        for (auto next = n; next < end && batch.size() < batch_statements && bytes < batch_bytes; ++next) {
            batch.push_back({.sql = std::string(job_.what.statement(next))});
            bytes += batch.back().sql.size();
        }
        const auto sent = batch.size();
        failed_ = n;
        auto ran = CO_TRY(co_await on_.db().run(std::move(batch), no_rows, until_));
        if (!ran.ok()) {
            failed_ = n + ran.results.size();
            co_return fail(std::move(*ran.failure));
        }
        failed_.reset();
        n += sent;
    }
    co_return result<>{};
}

io::task<result<>> attempt::record_end_of(const step& what)
{
    run_ = crypto::random_token(12);
    // Without BEGIN, what is sent at once is one transaction.
    auto written = co_await on_.db().run(records_of(what), no_rows, until_);
    if (written && written->ok())
        co_return result<>{};
    auto why = written ? std::move(*written->failure) : std::move(written).error();
    CO_TRY(co_await reconnect());
    if (CO_TRY(co_await is_committed(what)))
        co_return result<>{};
    co_return fail(std::move(why).within("recording that a statement is done"));
}

/// What a statement that failed has left; when that cannot be seen or cleared away, the record stays as it is, so that
/// the next run begins with it.
io::task<result<effect_seen>> attempt::look_after_failure(const step& what, error& why)
{
    const bool was_lost = on_.lost();
    if (was_lost)
        CO_TRY(co_await reconnect());
    if (doubtful_ == what.first && says_done(why))
        co_return effect_seen::done;
    const auto seen = co_await look_after(what.first);
    if (!seen) {
        left_behind_ = "what it left could not be cleared away yet, and the next run begins with that";
        co_return effect_seen::unknown;
    }
    const bool in_doubt = was_lost || why.sqlstate.empty();
    if (*seen == effect_seen::done && in_doubt)
        co_return effect_seen::done;
    if (*seen == effect_seen::unknown && in_doubt) {
        left_behind_ = "whether it took effect cannot be seen, and the next run repeats it";
        co_return effect_seen::unknown;
    }
    CO_TRY(co_await record(record_of_failure(), for_the_record()));
    co_return effect_seen::not_done;
}

io::task<result<>> attempt::run_alone(const step& what)
{
    failed_ = what.first;
    for (int attempt = 1;; ++attempt) {
        tries_ = attempt;
        CO_TRY(co_await record(record_of_beginning(what.first), until_));
        auto ran = co_await try_alone(what);
        if (ran)
            co_return co_await record_end_of(what);
        auto why = std::move(ran).error();
        const auto seen = CO_TRY(co_await look_after_failure(what, why));
        if (seen == effect_seen::done) {
            out_.notes.push_back(fmt::format("statement {} had taken effect although it seemed to fail", what.first + 1)
            );
            co_return co_await record_end_of(what);
        }
        if (seen == effect_seen::unknown || !co_await pause_before_retry(attempt, why))
            co_return fail(std::move(why));
    }
}

io::task<result<>> attempt::wait_at_most(std::chrono::milliseconds lock_timeout)
{
    constexpr std::string_view set_timeout = "select pg_catalog.set_config('lock_timeout', $1, false)";
    std::vector<pg::parameter> value{{std::to_string(lock_timeout.count())}};
    CO_TRY(co_await on_.db().query(std::string(set_timeout), std::move(value), for_the_record()));
    co_return result<>{};
}

io::task<result<>> attempt::try_alone(const step& what)
{
    const auto usual = on_.patience().lock_timeout;
    const bool longer = is_concurrent(job_.what.statements[what.first]);
    waited_ = longer ? usual * concurrent_patience : usual;
    if (longer)
        CO_TRY(co_await wait_at_most(waited_));
    auto ran = co_await on_.db().query(
        {.sql = std::string(job_.what.statement(what.first))}, no_rows, pg::overflow::drain, until_
    );
    co_await roll_back();
    if (longer && !on_.lost())
        CO_TRY(co_await wait_at_most(usual));
    if (!ran)
        co_return fail(std::move(ran).error());
    co_return result<>{};
}

} // namespace basekeeper::migrations
