// Locks that others hold: tried again with pauses, given up with their names; and two runners at once.
#include "io/event.hpp"
#include "io/nursery.hpp"
#include "site.hpp"
#include "support/pgbouncer.hpp"

namespace basekeeper::migrations {
namespace {

using testing::HasSubstr;

io::task<pg::connection> hold(workplace& w, std::string what)
{
    auto open = co_await pg::connection::open(w.on.executor(), w.on.pool(), *pg::parse_target(w.url), soon());
    EXPECT_TRUE(co_await open->simple_script(std::move(what), soon()));
    co_return *std::move(open);
}

TEST(locks, that_are_never_granted_end_it_with_the_name_of_who_holds_them)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script("create table held (x int)");
        auto other = co_await hold(w, "begin; select * from held");
        site s(w);
        const auto began = std::chrono::steady_clock::now();
        const auto failed = co_await s.apply("1", "create table a (x int);\nalter table held add y int");
        EXPECT_GE(std::chrono::steady_clock::now() - began, 450ms) << "three tries";
        EXPECT_EQ(failed.error().sqlstate, "55P03");
        EXPECT_THAT(told(failed), HasSubstr("a lock was not granted within 150 ms, tried 3 times"));
        EXPECT_THAT(told(failed), HasSubstr("statement 2 of 2 (ALTER TABLE), line 2"));
        EXPECT_THAT(told(failed), HasSubstr(fmt::format("session {} (basekeeper", other.backend_pid())));
        EXPECT_THAT(told(failed), HasSubstr("idle in transaction) holds AccessShareLock on held"));
        EXPECT_FALSE(co_await s.exists("a"));
        EXPECT_EQ(co_await s.history(), "-");
    });
}

TEST(locks, that_are_granted_later_are_waited_for)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script("create table held (x int)");
        auto other = co_await hold(w, "begin; select * from held");
        site s(w, {.lock_timeout = 150ms, .attempts = 20, .first_pause = 20ms});
        io::nursery work(w.on.executor(), [](const std::exception_ptr&) { ADD_FAILURE(); });
        result<run_report> done;
        const auto apply = [&]() -> io::task<> { done = co_await s.apply("1", "alter table held add y int"); };
        work.spawn(apply());
        co_await io::sleep(500ms);
        EXPECT_TRUE(co_await other.simple_script("rollback", soon()));
        EXPECT_TRUE(co_await work.join(soon()));
        EXPECT_TRUE(done) << told(done);
        EXPECT_THAT(told(done), HasSubstr("statement 1 waited for a lock in vain and was tried again"));
    });
}

TEST(locks, of_a_statement_that_runs_apart_leave_no_invalid_index)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script("create table held (x int)");
        auto other = co_await hold(w, "begin; lock table held");
        site s(w, {.lock_timeout = 10ms, .attempts = 2, .first_pause = 20ms});
        const auto failed = co_await s.apply("1", "create index concurrently i on held (x)");
        EXPECT_EQ(failed.error().sqlstate, "55P03") << told(failed);
        EXPECT_FALSE(co_await s.exists("i"));
        EXPECT_EQ(co_await s.history(), "-");
        // Granted on the table, then in vain for a transaction that is older than the index.
        EXPECT_TRUE(co_await other.simple_script("rollback; begin; insert into held values (1)", soon()));
        const auto late = co_await s.apply("1", "create index concurrently i on held (x)");
        EXPECT_EQ(late.error().sqlstate, "55P03") << told(late);
        EXPECT_THAT(told(late), HasSubstr("what it left could not be cleared away yet"));
        EXPECT_EQ(co_await s.history(), "1 applying (0 of 1 statements)");
        EXPECT_TRUE(co_await other.simple_script("rollback", soon()));
        const auto done = co_await s.apply("1", "create index concurrently i on held (x)");
        EXPECT_TRUE(done) << told(done);
        EXPECT_THAT(told(done), HasSubstr("the invalid index that statement 1 had left was dropped"));
        EXPECT_EQ(co_await w.value("select indisvalid::text from pg_index where indexrelid = 'i'::regclass"), "true");
    });
}

TEST(deadline, ends_a_wait_and_leaves_nothing)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script("create table held (x int)");
        auto other = co_await hold(w, "begin; lock table held");
        site s(w, {.lock_timeout = 60s});
        new_migration what{.version = "1", .name = "m", .text = "create table a (x int); alter table held add y int"};
        const auto failed = co_await s.migrate.apply("shop", what, {.who = "tester"}, io::deadline::after(400ms));
        EXPECT_EQ(failed.error().code, condition::timeout) << told(failed);
        EXPECT_THAT(told(failed), HasSubstr("nothing of it stays"));
        EXPECT_FALSE(co_await s.exists("a"));
        EXPECT_EQ(co_await s.history(), "-");
    });
}

TEST(two_runners, do_not_work_at_once_and_the_second_finds_what_the_first_did)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w, {.other_runner = 10s});
        io::nursery work(w.on.executor(), [](const std::exception_ptr&) { ADD_FAILURE(); });
        std::vector<result<run_report>> done(2);
        const auto apply = [&](std::size_t n) -> io::task<> {
            done[n] = co_await s.apply("1", "select pg_sleep(0.3); create table a (x int)");
        };
        work.spawn(apply(0));
        work.spawn(apply(1));
        EXPECT_TRUE(co_await work.join(soon()));
        EXPECT_NE(done[0].has_value(), done[1].has_value());
        const auto& second = done[0] ? done[1] : done[0];
        EXPECT_EQ(second.error().code, condition::conflict);
        EXPECT_THAT(second.error().message, HasSubstr("version 1 is applied already"));
        EXPECT_EQ(co_await s.history(), "1");
    });
}

TEST(two_runners, the_second_does_not_wait_for_ever)
{
    at_work([](workplace& w) -> io::task<> {
        auto other = co_await session::open((*co_await w.open.of("shop"))->owner, impatient(), soon());
        EXPECT_TRUE(other);
        site s(w);
        const auto failed = co_await s.apply("1", "select 1");
        EXPECT_EQ(failed.error().code, condition::conflict);
        EXPECT_THAT(failed.error().message, HasSubstr("another runner is at work"));
        EXPECT_THAT(failed.error().server_text, HasSubstr(fmt::format("session {}", other->db().backend_pid())));
        co_await other->close();
        EXPECT_TRUE(co_await s.apply("1", "select 1"));
    });
}

TEST(runners, are_refused_behind_a_pooler_that_pools_transactions)
{
    const test::pgbouncer pooler(test::shared_server());
    const auto refused = [](workplace& w) -> io::task<> {
        site s(w);
        const auto got = co_await s.apply("1", "create table behind_the_pooler (x int)");
        EXPECT_EQ(got.error().code, condition::conflict) << told(got);
        EXPECT_THAT(told(got), HasSubstr("a pooler in transaction mode"));
        EXPECT_THAT(told(got), HasSubstr("port 5432"));
        EXPECT_FALSE(co_await s.exists("behind_the_pooler"));
    };
    database::at_work(refused, {}, pooler.url());
}

TEST(runners, work_behind_a_pooler_that_pools_sessions)
{
    const test::pgbouncer pooler(test::shared_server(), {.mode = test::pool_mode::session});
    const auto works = [](workplace& w) -> io::task<> {
        site s(w);
        const auto done = co_await s.apply("1", "create table by_the_session (x int)", "drop table by_the_session");
        EXPECT_TRUE(done) << told(done);
        const auto undone = co_await s.back_to("0");
        EXPECT_TRUE(undone) << told(undone);
        co_await w.script("drop schema supabase_migrations cascade; drop schema basekeeper cascade");
    };
    database::at_work(works, {}, pooler.url());
}

TEST(a_version, that_another_tool_applies_meanwhile_is_a_conflict)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        EXPECT_TRUE(co_await s.apply("1", "select 1"));
        auto other = co_await hold(w, "begin; insert into supabase_migrations.schema_migrations values ('2')");
        io::nursery work(w.on.executor(), [](const std::exception_ptr&) { ADD_FAILURE(); });
        result<run_report> done;
        const auto apply = [&]() -> io::task<> { done = co_await s.apply("2", "create table a (x int)"); };
        work.spawn(apply());
        co_await io::sleep(100ms);
        EXPECT_TRUE(co_await other.simple_script("commit", soon()));
        EXPECT_TRUE(co_await work.join(soon()));
        EXPECT_EQ(done.error().sqlstate, "23505") << told(done);
        EXPECT_FALSE(co_await s.exists("a"));
    });
}

} // namespace
} // namespace basekeeper::migrations
