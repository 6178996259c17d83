// The runner is killed, or its connection is cut, at every kind of moment; what is there afterwards is exact, and said.
#include "io/event.hpp"
#include "io/nursery.hpp"
#include "site.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace basekeeper::migrations {
namespace {

using testing::HasSubstr;

/// Waits until a query of the superuser gives `wanted`.
io::task<bool> until(workplace& w, std::string sql, std::string wanted)
{
    for (int n = 0; n < 400; ++n) {
        if (co_await w.value(sql) == wanted)
            co_return true;
        co_await io::sleep(25ms);
    }
    co_return false;
}

/// How many sessions run a statement like this and wait for a lock.
std::string waiting_for(std::string_view statement)
{
    return fmt::format(
        "select count(*)::text from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' "
        "and query ilike '{}%'",
        statement
    );
}

/// A session that holds something until it is let go.
class holder
{
public:
    holder(workplace& w, std::string what) : w_(w), what_(std::move(what)) {}

    io::task<> hold()
    {
        auto open = co_await pg::connection::open(w_.on.executor(), w_.on.pool(), *pg::parse_target(w_.url), soon());
        db_.emplace(*std::move(open));
        EXPECT_TRUE(co_await db_->simple_script(what_, soon()));
    }

    io::task<> let_go()
    {
        co_await db_->simple_script("rollback", soon());
        db_.reset();
    }

private:
    workplace& w_;
    std::string what_;
    std::optional<pg::connection> db_;
};

/// Runs a migration in a process of its own, which can be killed. Made before the runtime of the test.
class other_process
{
public:
    other_process(const std::string& url, std::string_view script)
    {
        pid_ = ::fork();
        if (pid_ != 0)
            return;
        const auto main = [&](workplace& w) -> io::task<> {
            // It begins when the test has set the scene.
            for (int n = 0; n < 1'000 && co_await w.value("select to_regclass('go') is not null") != "t"; ++n)
                co_await io::sleep(10ms);
            site s(w, {.lock_timeout = 60s});
            co_await s.apply("7", std::string(script), "select 1");
        };
        at_work(main, {}, url);
        ::_exit(0);
    }

    ~other_process() { kill(); }

    other_process(const other_process&) = delete;
    other_process& operator=(const other_process&) = delete;

    void kill()
    {
        if (pid_ <= 0)
            return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }

private:
    ::pid_t pid_ = 0;
};

constexpr std::string_view built_apart =
    "create table a (x int); create index concurrently i on a (x); create table b (x int)";

TEST(kill, in_a_concurrent_build_that_ends_without_us_is_seen_as_done)
{
    const auto url = database::fresh_database();
    other_process victim(url, built_apart);
    at_work(
        [&](workplace& w) -> io::task<> {
            holder h(w, "begin isolation level repeatable read; select 1");
            co_await h.hold();
            co_await w.script("create table go ()");
            EXPECT_TRUE(co_await until(w, waiting_for("create index concurrently"), "1"));
            victim.kill();
            site s(w);
            EXPECT_EQ(co_await s.history(), "7 applying (1 of 3 statements)");
            const auto early = co_await s.apply("7", std::string(built_apart));
            EXPECT_EQ(early.error().code, condition::conflict) << "the server still works for the one that is dead";
            EXPECT_THAT(told(early), HasSubstr("another runner is at work"));
            EXPECT_THAT(told(early), HasSubstr("session "));
            co_await h.let_go();
            EXPECT_TRUE(co_await until(w, "select count(*)::text from pg_locks where locktype = 'advisory'", "0"));
            const auto done = co_await s.apply("7", std::string(built_apart));
            EXPECT_TRUE(done) << told(done);
            EXPECT_THAT(told(done), HasSubstr("statement 2 was interrupted, and had taken effect"));
            EXPECT_THAT(told(done), HasSubstr("went on behind statement 1"));
            EXPECT_EQ(
                co_await w.value("select indisvalid::text from pg_index where indexrelid = 'i'::regclass"), "true"
            );
            EXPECT_TRUE(co_await s.exists("b"));
            EXPECT_EQ(co_await s.history(), "7");
        },
        {},
        url
    );
}

TEST(kill, in_a_concurrent_build_that_leaves_an_invalid_index_builds_it_again)
{
    const auto url = database::fresh_database();
    other_process victim(url, built_apart);
    at_work(
        [&](workplace& w) -> io::task<> {
            holder h(w, "begin isolation level repeatable read; select 1");
            co_await h.hold();
            co_await w.script("create table go ()");
            EXPECT_TRUE(co_await until(w, waiting_for("create index concurrently"), "1"));
            victim.kill();
            co_await w.value(
                "select pg_terminate_backend(pid, 5000)::text from pg_stat_activity where query ilike 'create index%' "
                "and datname = current_database()"
            );
            co_await h.let_go();
            EXPECT_EQ(
                co_await w.value("select indisvalid::text from pg_index where indexrelid = 'i'::regclass"), "false"
            );
            site s(w);
            const auto done = co_await s.apply("7", std::string(built_apart));
            EXPECT_TRUE(done) << told(done);
            EXPECT_THAT(told(done), HasSubstr("the invalid index that statement 2 had left was dropped"));
            EXPECT_THAT(told(done), HasSubstr("statement 2 was interrupted: it ran again"));
            EXPECT_EQ(
                co_await w.value("select indisvalid::text from pg_index where indexrelid = 'i'::regclass"), "true"
            );
            EXPECT_EQ(co_await s.history(), "7");
        },
        {},
        url
    );
}

TEST(kill, in_a_later_transaction_leaves_the_steps_before)
{
    const auto url = database::fresh_database();
    constexpr std::string_view script =
        "create table a (x int); vacuum a; create table b (x int); alter table held add y int";
    other_process victim(url, script);
    at_work(
        [&](workplace& w) -> io::task<> {
            co_await w.script("create table held (x int)");
            holder h(w, "begin; lock table held");
            co_await h.hold();
            co_await w.script("create table go ()");
            EXPECT_TRUE(co_await until(w, waiting_for("alter table held"), "1"));
            victim.kill();
            co_await h.let_go();
            EXPECT_TRUE(co_await until(w, "select count(*)::text from pg_locks where locktype = 'advisory'", "0"));
            site s(w);
            EXPECT_EQ(co_await s.history(), "7 applying (2 of 4 statements)");
            EXPECT_FALSE(co_await s.exists("b"));
            const auto done = co_await s.apply("7", std::string(script));
            EXPECT_TRUE(done) << told(done);
            EXPECT_THAT(told(done), HasSubstr("went on behind statement 2"));
            EXPECT_EQ(
                co_await w.value(
                    "select count(*)::text from pg_attribute where attrelid = 'held'::regclass and attname = 'y'"
                ),
                "1"
            );
        },
        {},
        url
    );
}

TEST(kill, in_a_single_transaction_leaves_nothing)
{
    const auto url = database::fresh_database();
    constexpr std::string_view script = "create table a (x int); alter table held add y int";
    other_process victim(url, script);
    at_work(
        [&](workplace& w) -> io::task<> {
            co_await w.script("create table held (x int)");
            holder h(w, "begin; lock table held");
            co_await h.hold();
            co_await w.script("create table go ()");
            EXPECT_TRUE(co_await until(w, waiting_for("alter table held"), "1"));
            victim.kill();
            co_await h.let_go();
            EXPECT_TRUE(co_await until(w, "select count(*)::text from pg_locks where locktype = 'advisory'", "0"));
            site s(w);
            EXPECT_EQ(co_await s.history(), "-");
            EXPECT_FALSE(co_await s.exists("a"));
            const auto done = co_await s.apply("7", std::string(script));
            EXPECT_TRUE(done) << told(done);
            EXPECT_EQ(told(done), "");
        },
        {},
        url
    );
}

/// Applies a script, and while it waits somewhere, does something to it.
template <class Meanwhile>
io::task<result<run_report>>
apply_while(workplace& w, site& s, std::string script, std::string seen, Meanwhile meanwhile)
{
    io::nursery work(w.on.executor(), [](const std::exception_ptr&) { ADD_FAILURE(); });
    result<run_report> done;
    const auto apply = [&]() -> io::task<> { done = co_await s.apply("7", script); };
    work.spawn(apply());
    EXPECT_TRUE(co_await until(w, std::move(seen), "1"));
    co_await meanwhile();
    EXPECT_TRUE(co_await work.join(soon()));
    co_return done;
}

TEST(lost_connection, in_a_transaction_is_known_to_have_left_nothing)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script("create table held (x int)");
        holder h(w, "begin; lock table held");
        co_await h.hold();
        site s(w, {.lock_timeout = 30s});
        const auto cut = [&]() -> io::task<> {
            co_await w.value("select pg_terminate_backend(pid, 5000)::text from pg_stat_activity where query like "
                             "'alter table held%' "
                             "and datname = current_database()");
        };
        const auto failed = co_await apply_while(
            w, s, "create table a (x int); alter table held add y int", waiting_for("alter table held"), cut
        );
        EXPECT_EQ(failed.error().code, condition::unavailable) << told(failed);
        EXPECT_THAT(told(failed), HasSubstr("looked again: the transaction was rolled back"));
        EXPECT_THAT(told(failed), HasSubstr("nothing of it stays"));
        EXPECT_FALSE(co_await s.exists("a"));
        co_await h.let_go();
        const auto again = co_await s.apply("7", "create table a (x int); alter table held add y int");
        EXPECT_TRUE(again) << told(again);
    });
}

TEST(lost_connection, in_a_statement_that_ran_apart_is_looked_after)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script("create table a (x int)");
        holder h(w, "begin isolation level repeatable read; select 1");
        co_await h.hold();
        site s(w, {.lock_timeout = 30s});
        const auto cut = [&]() -> io::task<> {
            co_await w.value(
                "select pg_terminate_backend(pid, 5000)::text from pg_stat_activity where query like 'create index%' "
                "and datname = current_database()"
            );
            co_await h.let_go();
        };
        const auto failed =
            co_await apply_while(w, s, "create index concurrently i on a (x)", waiting_for("create index"), cut);
        EXPECT_FALSE(failed);
        EXPECT_FALSE(co_await s.exists("i")) << "what is left of it was dropped at once";
        EXPECT_EQ(co_await s.history(), "-");
        EXPECT_TRUE(co_await s.apply("7", "create index concurrently i on a (x)"));
    });
}

TEST(lost_connection, in_the_answer_to_commit_is_no_failure)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        EXPECT_TRUE(co_await s.apply("1", "select 1"));
        // A commit waits for a standby that does not exist: it is done here, and its answer is withheld.
        co_await w.script("alter system set synchronous_standby_names = 'nobody'");
        co_await w.script("select pg_reload_conf()");
        EXPECT_TRUE(co_await until(w, "show synchronous_standby_names", "nobody"));
        const auto cut = [&]() -> io::task<> {
            co_await w.value(
                "select pg_terminate_backend(pid, 5000)::text from pg_stat_activity where wait_event = 'SyncRep' "
                "and datname = current_database()"
            );
        };
        const auto done = co_await apply_while(
            w,
            s,
            "set synchronous_commit = on; create table a (x int)",
            "select count(*)::text from pg_stat_activity where wait_event = 'SyncRep' and datname = current_database()",
            cut
        );
        EXPECT_TRUE(done) << told(done);
        EXPECT_THAT(told(done), HasSubstr("the answer to COMMIT was lost; looked again: it was committed"));
        co_await w.script("alter system reset synchronous_standby_names");
        co_await w.script("select pg_reload_conf()");
        EXPECT_TRUE(co_await s.exists("a"));
        EXPECT_EQ(co_await s.history(), "1 7");
    });
}

} // namespace
} // namespace basekeeper::migrations
