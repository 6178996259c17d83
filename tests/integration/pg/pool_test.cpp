// Pool and lane on a real server: exhaustion, order, restart, isolation of errors, reset between users.
#include "integration/pg/database.hpp"
#include "io/event.hpp"
#include "io/nursery.hpp"
#include "pg/shared_session.hpp"

#include <algorithm>

namespace basekeeper::pg {
namespace {

using namespace std::chrono_literals;

[[noreturn]] void rethrow(std::exception_ptr bug)
{
    std::rethrow_exception(bug);
}

io::task<> exhaustion(io::runtime& on)
{
    pool db(on.executor(), on.pool(), by_socket(), {.max_connections = 2});
    io::nursery jobs(on.executor(), rethrow);
    std::vector<int> order;
    const auto take = [&](int number) -> io::task<> {
        auto got = co_await db.acquire(soon());
        EXPECT_TRUE(got);
        order.push_back(number);
        EXPECT_EQ(co_await scalar(**got, "select 1"), "1");
    };
    {
        auto first = co_await db.acquire(soon());
        auto second = co_await db.acquire(soon());
        EXPECT_EQ(db.usage().leased, 2U);
        auto late = co_await db.acquire(io::deadline::after(50ms));
        EXPECT_EQ(late.error().code, condition::timeout);
        EXPECT_NE(late.error().message.find("all 2 connections"), std::string::npos);
        for (int i = 0; i < 5; ++i)
            jobs.spawn(take(i));
        const auto withdrawn = jobs.spawn([](pool& p) -> io::task<> {
            EXPECT_EQ((co_await p.acquire(soon())).error().code, condition::cancelled);
        }(db));
        EXPECT_EQ(db.usage().waiting, 6U);
        io::nursery::cancel(withdrawn);
        co_await io::yield();
        EXPECT_EQ(db.usage().waiting, 5U);
    }
    EXPECT_TRUE(co_await jobs.join(soon()));
    EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
    EXPECT_EQ(db.usage().idle, 2U);
    EXPECT_TRUE(co_await db.close(soon()));
    EXPECT_EQ((co_await db.acquire(soon())).error().code, condition::unavailable);
}

TEST(pool_integration, waiters_are_served_in_order_and_may_give_up)
{
    test::run_on_fresh_runtime(exhaustion);
}

io::task<> hasty_cancellation(io::runtime& on, int steps)
{
    pool db(on.executor(), on.pool(), by_socket(), {.max_connections = 2});
    io::nursery jobs(on.executor(), rethrow);
    const auto sleep_long = [&]() -> io::task<> {
        auto got = co_await db.acquire(soon());
        if (!got)
            EXPECT_EQ(got.error().code, condition::cancelled);
        else
            EXPECT_EQ(
                (co_await (**got).query({"select pg_sleep(30)"}, {}, io::deadline::after(40s))).error().code,
                condition::cancelled
            );
    };
    const auto one = jobs.spawn(sleep_long());
    for (int i = 0; i < steps; ++i)
        co_await io::yield();
    io::nursery::cancel(one);
    EXPECT_TRUE(co_await jobs.join(io::deadline::after(10s))) << "after " << steps << " steps";
    EXPECT_TRUE(co_await db.close(soon()));
}

TEST(pool_integration, a_cancellation_is_heeded_at_any_moment_of_connecting)
{
    for (const int steps : {0, 1, 2, 3, 5, 10, 50, 200, 1'000, 5'000})
        test::run_on_fresh_runtime([steps](io::runtime& on) { return hasty_cancellation(on, steps); });
}

io::task<> reuse_and_reset(io::runtime& on)
{
    pool db(on.executor(), on.pool(), by_socket(), {.max_connections = 1});
    const auto pid_of_next = [&]() -> io::task<std::string> {
        auto got = co_await db.acquire(soon());
        EXPECT_TRUE(got);
        co_return co_await scalar(**got, "select pg_backend_pid() || ' ' || current_setting('work_mem')");
    };
    const auto before = co_await pid_of_next();
    EXPECT_EQ(co_await pid_of_next(), before);
    {
        auto got = co_await db.acquire(soon());
        EXPECT_EQ(co_await scalar(**got, "select set_config('work_mem', '77kB', false)"), "77kB");
        got->reset_before_reuse();
    }
    EXPECT_EQ(co_await pid_of_next(), before);
    {
        auto got = co_await db.acquire(soon());
        EXPECT_TRUE(co_await (*got)->query("begin", {}, soon()));
    }
    EXPECT_EQ(db.usage().idle, 0U);
    const auto second = co_await pid_of_next();
    EXPECT_NE(second, before);
    {
        auto got = co_await db.acquire(soon());
        got->discard();
        got->reset_before_reuse();
    }
    EXPECT_NE(co_await pid_of_next(), second);
    EXPECT_TRUE(co_await db.close(soon()));
}

TEST(pool_integration, sessions_are_reused_reset_or_dropped_as_their_user_left_them)
{
    test::run_on_fresh_runtime(reuse_and_reset);
}

io::task<> restart(io::runtime& on)
{
    test::postgres_server own;
    pool db(on.executor(), on.pool(), parse_target(own.socket_url()).value(), {.max_connections = 3});
    EXPECT_TRUE(co_await db.run_shared({"select 1"}, {}, soon()));
    {
        auto one = co_await db.acquire(soon());
        auto two = co_await db.acquire(soon());
    }
    EXPECT_EQ(db.usage().idle, 2U);
    EXPECT_EQ(db.usage().lanes, 1U);
    own.stop();
    const auto started = std::chrono::steady_clock::now();
    const auto away = co_await db.acquire(io::deadline::after(2s));
    EXPECT_EQ(away.error().code, condition::unavailable);
    EXPECT_LT(std::chrono::steady_clock::now() - started, 2500ms);
    EXPECT_FALSE(co_await db.run_shared({"select 1"}, {}, io::deadline::after(500ms)));
    own.start();
    {
        auto again = co_await db.acquire(soon());
        EXPECT_TRUE(again) << describe(again.error());
        if (again)
            EXPECT_EQ(co_await scalar(**again, "select 5"), "5");
    }
    EXPECT_TRUE(co_await db.run_shared({"select 1"}, {}, soon()));
    EXPECT_TRUE(co_await db.close(soon()));
    EXPECT_EQ(db.usage().lanes, 0U);
}

TEST(pool_integration, after_a_restart_the_next_call_works)
{
    test::run_on_fresh_runtime(restart);
}

/// Writes down what a pool asks and tells; refuses to connect when told to.
struct noting_watch final : pool_watch
{
    struct attempt final : connect_attempt
    {
        explicit attempt(std::vector<std::string>& to) : notes(to) {}

        void ended(const error* failed) override
        {
            notes.push_back(failed == nullptr ? "connected" : "failed " + std::string(to_string(failed->code)));
        }

        std::vector<std::string>& notes;
    };

    result<std::unique_ptr<connect_attempt>> may_connect() override
    {
        if (refuses)
            return fail(condition::unavailable, "circuit open", "wait");
        return std::make_unique<attempt>(notes);
    }

    void statement_ended(std::chrono::steady_clock::duration took, const error* failed) override
    {
        EXPECT_GT(took.count(), 0);
        notes.push_back(failed == nullptr ? "statement" : "statement failed");
    }

    std::vector<std::string> notes;
    bool refuses = false;
};

io::task<> watched_pool(io::runtime& on)
{
    const auto watch = std::make_shared<noting_watch>();
    pool db(on.executor(), on.pool(), by_socket(), {.watch = watch});
    EXPECT_TRUE(co_await db.run_shared({"select 1"}, {}, soon()));
    {
        auto one = co_await db.acquire(soon());
        EXPECT_TRUE(co_await (*one)->query("select 1", {}, soon()));
        EXPECT_FALSE(co_await (*one)->query("select nonsense", {}, soon()));
        EXPECT_TRUE(co_await (*one)->run({{"select 1"}, {"select 2"}}, {}, soon()));
        EXPECT_FALSE((co_await (*one)->run({{"select 1"}, {"nonsense"}}, {}, soon()))->ok());
    }
    const std::vector<std::string> expected{
        "connected", "statement", "connected", "statement", "statement failed", "statement", "statement failed"
    };
    EXPECT_EQ(watch->notes, expected);
    watch->refuses = true;
    EXPECT_TRUE(co_await db.acquire(soon())) << "an idle connection needs no permission";
    {
        auto one = co_await db.acquire(soon());
        const auto began = std::chrono::steady_clock::now();
        const auto refused = co_await db.acquire(soon());
        EXPECT_EQ(refused.error().message, "circuit open");
        EXPECT_LT(std::chrono::steady_clock::now() - began, 50ms) << "no retries of what was refused";
    }
    EXPECT_TRUE(co_await db.close(soon()));
}

TEST(pool_integration, whoever_watches_is_asked_before_connecting_and_told_of_statements)
{
    test::run_on_fresh_runtime(watched_pool);
}

io::task<> watched_failure(io::runtime& on)
{
    const auto watch = std::make_shared<noting_watch>();
    test::postgres_server away;
    away.stop();
    pool db(
        on.executor(),
        on.pool(),
        parse_target(away.socket_url()).value(),
        {.connect_attempts = 2, .first_pause = 1ms, .watch = watch}
    );
    EXPECT_FALSE(co_await db.acquire(soon()));
    EXPECT_EQ(watch->notes, (std::vector<std::string>{"failed unavailable"})) << "one failure with all its retries";
    EXPECT_TRUE(co_await db.close(soon()));
}

TEST(pool_integration, a_server_that_is_away_is_one_failure_per_caller)
{
    test::run_on_fresh_runtime(watched_failure);
}

io::task<> idle_end(io::runtime& on)
{
    pool db(on.executor(), on.pool(), by_socket(), {.idle_timeout = 80ms, .check_after_idle = 1ms});
    EXPECT_TRUE(co_await db.run_shared({"select 1"}, {}, soon()));
    static_cast<void>(co_await db.acquire(soon()));
    static_cast<void>(co_await io::sleep(5ms));
    static_cast<void>(co_await db.acquire(soon())); // asked before it is lent
    EXPECT_EQ(db.usage().idle, 1U);
    for (int i = 0; i < 200 && db.usage().idle + db.usage().lanes > 0; ++i)
        static_cast<void>(co_await io::sleep(10ms));
    EXPECT_EQ(db.usage().idle, 0U);
    EXPECT_EQ(db.usage().lanes, 0U);
    EXPECT_TRUE(co_await db.close(soon()));
}

TEST(pool_integration, idle_connections_and_lanes_end)
{
    test::run_on_fresh_runtime(idle_end);
}

io::task<> closing(io::runtime& on)
{
    auto db = std::make_unique<pool>(on.executor(), on.pool(), by_socket(), pool_settings{.max_connections = 1});
    std::optional<lease> held = co_await [](pool& p) -> io::task<std::optional<lease>> {
        auto got = co_await p.acquire(soon());
        co_return std::optional<lease>(*std::move(got));
    }(*db);
    io::nursery jobs(on.executor(), rethrow);
    jobs.spawn([](pool& p) -> io::task<> {
        EXPECT_EQ((co_await p.acquire(soon())).error().code, condition::unavailable);
    }(*db));
    EXPECT_EQ((co_await db->close(io::deadline::after(50ms))).error().code, condition::timeout);
    EXPECT_TRUE(co_await jobs.join(soon()));
    db.reset();
    EXPECT_EQ(co_await scalar(**held, "select 3"), "3");
    held.reset();
}

TEST(pool_integration, close_refuses_waiters_and_a_lease_may_outlive_it)
{
    test::run_on_fresh_runtime(closing);
}

struct lane_run
{
    std::vector<int> order{};
    int wrong = 0;
};

io::task<> one_of_many(pool& db, int number, lane_run& run)
{
    auto got = co_await db.run_shared({"select $1::int", {{std::to_string(number)}}}, {}, soon());
    if (!got || got->rows.value(0, 0U) != std::to_string(number))
        ++run.wrong;
    run.order.push_back(number);
}

io::task<> a_thousand(io::runtime& on)
{
    pool db(on.executor(), on.pool(), by_socket(), {.lane_patience = 10s});
    EXPECT_TRUE(co_await db.run_shared({"select 1"}, {}, soon()));
    io::nursery jobs(on.executor(), rethrow);
    lane_run run;
    for (int i = 0; i < 1'000; ++i)
        jobs.spawn(one_of_many(db, i, run));
    EXPECT_TRUE(co_await jobs.join(soon()));
    EXPECT_EQ(run.wrong, 0);
    EXPECT_EQ(run.order.size(), 1'000U);
    EXPECT_TRUE(std::ranges::is_sorted(run.order));
    EXPECT_EQ(db.usage().lanes, 1U);
    EXPECT_TRUE(co_await db.close(soon()));
}

TEST(lane_integration, a_thousand_calls_at_once_are_answered_in_order)
{
    test::run_on_fresh_runtime(a_thousand);
}

io::task<> keep_result(shared_session& lane, statement what, io::deadline until, result<statement_result>& into)
{
    into = co_await lane.run(std::move(what), {.max_rows = 5}, until);
}

io::task<> isolation(io::runtime& on)
{
    shared_session lane(co_await connected(on));
    io::nursery jobs(on.executor(), rethrow);
    std::vector<result<statement_result>> got(6);
    jobs.spawn(keep_result(lane, {"create table lane_test(i int)"}, soon(), got[0]));
    jobs.spawn(keep_result(lane, {"select 1/0"}, soon(), got[1]));
    jobs.spawn(keep_result(lane, {"insert into lane_test select generate_series(1, 100) returning i"}, soon(), got[2]));
    jobs.spawn(keep_result(lane, {"select nonsense"}, soon(), got[3]));
    jobs.spawn(keep_result(lane, {"do $$ begin raise warning 'w'; end $$"}, soon(), got[4]));
    jobs.spawn(keep_result(lane, {"select count(*) from lane_test"}, soon(), got[5]));
    EXPECT_EQ(lane.in_flight(), 6U);
    EXPECT_TRUE(co_await jobs.join(soon()));
    EXPECT_TRUE(got[0]);
    EXPECT_EQ(got[1].error().sqlstate, "22012");
    EXPECT_TRUE(got[2]);
    EXPECT_EQ(got[2]->rows.size(), 5U);
    EXPECT_EQ(got[2]->total_rows, 100U);
    EXPECT_EQ(got[3].error().sqlstate, "42703");
    EXPECT_EQ(got[4]->notices.size(), 1U);
    EXPECT_EQ(got[5]->rows.value(0, 0U), "100");
    EXPECT_TRUE(got[5]->notices.empty());
    EXPECT_TRUE(co_await lane.run({"drop table lane_test"}, {}, soon()));
    const auto rows_before = resident_bytes();
    auto many = co_await lane.run({"select i, md5(i::text) from generate_series(1, 300000) i"}, {}, soon());
    EXPECT_EQ(many->total_rows, 300'000U);
    EXPECT_EQ(many->rows.size(), 1'000U);
    if (!sanitized)
        EXPECT_LE(resident_bytes(), rows_before + (4U << 20U));
    EXPECT_EQ(
        (co_await lane.run({"select $1", {{std::string("\0", 1)}}}, {}, soon())).error().code,
        condition::invalid_argument
    );
    EXPECT_TRUE(co_await lane.close(soon()));
    EXPECT_EQ((co_await lane.run({"select 1"}, {}, soon())).error().code, condition::unavailable);
}

TEST(lane_integration, errors_transactions_and_notices_stay_with_their_statement)
{
    test::run_on_fresh_runtime(isolation);
}

io::task<> deadlines(io::runtime& on)
{
    auto other = co_await connected(on);
    shared_session lane(co_await connected(on));
    io::nursery jobs(on.executor(), rethrow);
    std::vector<result<statement_result>> got(4);
    const auto started = std::chrono::steady_clock::now();
    jobs.spawn(keep_result(lane, {"select pg_sleep(30), 'lane-deadline'"}, io::deadline::after(150ms), got[0]));
    jobs.spawn(keep_result(lane, {"select 2"}, soon(), got[1]));
    jobs.spawn(keep_result(lane, {"select pg_sleep(30), 'lane-deadline'"}, io::deadline::after(100ms), got[2]));
    jobs.spawn(keep_result(lane, {"select 4"}, soon(), got[3]));
    EXPECT_TRUE(co_await jobs.join(soon()));
    EXPECT_LT(std::chrono::steady_clock::now() - started, 5s);
    EXPECT_EQ(got[0].error().code, condition::timeout);
    EXPECT_EQ(got[2].error().code, condition::timeout);
    EXPECT_EQ(got[1]->rows.value(0, 0U), "2");
    EXPECT_EQ(got[3]->rows.value(0, 0U), "4");
    EXPECT_EQ(co_await running(other, "lane-deadline"), "0");
    const auto cancelled = jobs.spawn(keep_result(lane, {"select pg_sleep(30), 'lane-cancel'"}, soon(), got[0]));
    static_cast<void>(co_await io::sleep(50ms));
    io::nursery::cancel(cancelled);
    EXPECT_TRUE(co_await jobs.join(io::deadline::after(1s)));
    EXPECT_EQ(got[0].error().code, condition::cancelled);
    EXPECT_TRUE(co_await lane.run({"select 5"}, {}, soon()));
    EXPECT_EQ(co_await running(other, "lane-cancel"), "0");
    EXPECT_FALSE(lane.broken());
    EXPECT_TRUE(co_await lane.close(soon()));
}

TEST(lane_integration, deadlines_and_cancellations_end_their_statement_only)
{
    test::run_on_fresh_runtime(deadlines);
}

io::task<> breaking(io::runtime& on)
{
    auto other = co_await connected(on);
    for (const char* killer :
         {"select pg_terminate_backend(pg_backend_pid())", "copy pg_class to stdout", "select repeat('x', 100000000)"})
    {
        shared_session lane(co_await connected(on));
        io::nursery jobs(on.executor(), rethrow);
        std::vector<result<statement_result>> got(3);
        jobs.spawn(keep_result(lane, {"select 1"}, soon(), got[0]));
        jobs.spawn(keep_result(lane, {killer}, soon(), got[1]));
        jobs.spawn(keep_result(lane, {"select 3"}, soon(), got[2]));
        EXPECT_TRUE(co_await jobs.join(soon())) << killer;
        EXPECT_TRUE(got[0]) << killer;
        EXPECT_FALSE(got[1]) << killer;
        EXPECT_EQ(got[2].error().code, condition::unavailable) << killer;
        EXPECT_TRUE(lane.broken()) << killer;
        EXPECT_TRUE(co_await lane.close(soon()));
    }
}

TEST(lane_integration, when_the_lane_breaks_all_callers_hear_of_it)
{
    test::run_on_fresh_runtime(breaking);
}

io::task<> slow_neighbours(io::runtime& on)
{
    pool db(on.executor(), on.pool(), by_socket(), {.max_connections = 4});
    io::nursery jobs(on.executor(), rethrow);
    const auto sleep_there = [&]() -> io::task<> {
        EXPECT_TRUE(co_await db.run_shared({"select pg_sleep(1)"}, {}, soon()));
    };
    for (int i = 0; i < 2; ++i) {
        jobs.spawn(sleep_there());
        static_cast<void>(co_await io::sleep(100ms));
    }
    EXPECT_EQ(db.usage().lanes, 2U);
    const auto started = std::chrono::steady_clock::now();
    EXPECT_TRUE(co_await db.run_shared({"select 1"}, {}, soon()));
    EXPECT_LT(std::chrono::steady_clock::now() - started, 500ms);
    EXPECT_TRUE(co_await jobs.join(soon()));
    EXPECT_TRUE(co_await db.close(soon()));
}

TEST(lane_integration, a_slow_statement_does_not_hold_up_later_calls)
{
    test::run_on_fresh_runtime(slow_neighbours);
}

} // namespace
} // namespace basekeeper::pg
