// Takes and gives back the connection and its advisory lock.
#include "features/migrations/session.hpp"

#include "io/event.hpp"

#include <fmt/format.h>

namespace basekeeper::migrations {
namespace {

// 'bkmig' as a number: what runners agree on. It is asked for again and again, never waited for on the server: a
// session that waits there holds a snapshot, for which CREATE INDEX CONCURRENTLY of the other would wait in turn.
constexpr std::string_view try_lock_sql = "select pg_catalog.pg_try_advisory_lock(423037069671)";
constexpr std::string_view unlock_sql = "select pg_catalog.pg_advisory_unlock(423037069671)";

constexpr std::string_view holder_sql = R"(
select pg_catalog.format('session %s of %s (%s), begun %s', a.pid, a.usename, a.application_name, a.backend_start)
from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a on a.pid = l.pid
where l.locktype = 'advisory' and l.granted and l.classid::pg_catalog.int8 = 98 and l.objid::pg_catalog.int8 = 2130274663
  and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
limit 1)";

constexpr std::chrono::milliseconds pause_between_tries{100};

} // namespace

io::task<result<>> session::lock(io::deadline until)
{
    const auto patience = until.capped(how_.other_runner);
    for (;;) {
        const auto got = CO_TRY(co_await db().query(std::string(try_lock_sql), {}, until));
        if (got.rows.value(0, 0) == "t")
            co_return result<>{};
        if (patience.expired())
            break;
        CO_TRY(co_await io::sleep(pause_between_tries));
    }
    error e(
        condition::conflict,
        fmt::format("another runner is at work on this database for {} ms", how_.other_runner.count()),
        "wait until it is done and run this again; it goes on from there"
    );
    if (const auto who = co_await db().query(std::string(holder_sql), {}, until); who && !who->rows.empty())
        e.server_text = std::string(who->rows.value(0, 0).value_or(""));
    co_return fail(std::move(e));
}

session::~session()
{
    drop();
}

void session::drop()
{
    if (lease_)
        lease_->discard(); // else the pool would lend the lock to somebody else
    lease_.reset();
}

io::task<result<session>> session::open(pg::pool& from, waiting how, io::deadline until)
{
    session out(from, how);
    CO_TRY(co_await out.reopen(until));
    co_return out;
}

io::task<result<>> session::reopen(io::deadline until)
{
    drop();
    lease_.emplace(CO_TRY(co_await from_->acquire(until)));
    co_return co_await lock(until);
}

io::task<result<>> session::refresh(io::deadline until)
{
    std::vector<pg::statement> script{
        {.sql = "reset session authorization"},
        {.sql = "reset role"},
        {.sql = "reset all"},
        {.sql = "select pg_catalog.set_config('lock_timeout', $1, false)",
         .params = {{std::to_string(how_.lock_timeout.count())}}},
    };
    auto ran = CO_TRY(co_await db().run(std::move(script), pg::caps{}, until));
    if (!ran.ok())
        co_return fail(std::move(*ran.failure).within("preparing the session"));
    co_return result<>{};
}

io::task<> session::close()
{
    const auto until = io::deadline::after(std::chrono::seconds{5});
    if (!lost() && db().transaction() == pg::transaction_status::idle) {
        const auto unlocked = co_await db().query(std::string(unlock_sql), {}, until);
        if (unlocked && unlocked->rows.value(0, 0) == "t") {
            lease_->reset_before_reuse();
            lease_.reset();
        }
    }
    drop();
}

} // namespace basekeeper::migrations
