// The ways in, one after the other, and the transaction around every question.
#include "features/inspection/look_in.hpp"

#include <utility>

namespace basekeeper::inspection {
namespace {

using std::chrono::seconds;

/// The owner's pool may be held up by long statements: then a connection beside it is faster.
constexpr seconds pool_patience{3};
constexpr seconds connect_patience{5};

/// A locked catalogue must not hold up who looks for the lock.
constexpr std::string_view patience_sql =
    "select pg_catalog.set_config('search_path', 'pg_catalog', true), "
    "pg_catalog.set_config('lock_timeout', '2s', true), pg_catalog.set_config('statement_timeout', '30s', true), "
    "pg_catalog.set_config('jit', 'off', true)";

error with_way_out(error e)
{
    if (e.sqlstate == "53300")
        e.hint = "ask an administrator to look with a superuser (superuser_reserved_connections are kept for them) and "
                 "to end idle sessions: select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle'; "
                 "restarting the pooler or the busiest service frees its connections too";
    return e;
}

} // namespace

io::task<result<view_in>> look_in(sources from, instances::pools& pools, io::deadline until)
{
    auto lent = co_await pools.owner.acquire(until.capped(pool_patience));
    if (lent)
        co_return view_in(*std::move(lent));
    if (lent.error().code != condition::timeout && lent.error().code != condition::unavailable)
        co_return std::unexpected(std::move(lent).error());
    auto own =
        co_await pg::connection::open(from.where, from.threads, pools.owner.where(), until.capped(connect_patience));
    if (own)
        co_return view_in(*std::move(own));
    if (pools.read_only)
        if (auto narrow = co_await pools.read_only->acquire(until.capped(pool_patience)))
            co_return view_in(*std::move(narrow));
    co_return std::unexpected(with_way_out(std::move(own).error()));
}

io::task<result<std::vector<pg::statement_result>>>
ask(pg::connection& db, std::vector<pg::statement> queries, pg::caps keep, io::deadline until)
{
    const auto count = static_cast<std::ptrdiff_t>(queries.size());
    std::vector<pg::statement> script{{.sql = "begin transaction read only"}, {.sql = std::string(patience_sql)}};
    for (auto& each : queries)
        script.push_back(std::move(each));
    script.push_back({.sql = "rollback"});
    auto ran = CO_TRY(co_await db.run(std::move(script), keep, until));
    if (!ran.ok()) {
        // Ends the transaction that the failure left; a connection that cannot is dropped by its pool.
        static_cast<void>(co_await db.query("rollback", {}, until.capped(connect_patience)));
        co_return std::unexpected(std::move(*ran.failure));
    }
    co_return std::vector<pg::statement_result>(
        std::make_move_iterator(ran.results.begin() + 2), std::make_move_iterator(ran.results.begin() + 2 + count)
    );
}

} // namespace basekeeper::inspection
