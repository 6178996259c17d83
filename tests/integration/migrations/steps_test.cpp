// Migrations that cannot be one transaction: each step is recorded, what fails leaves what was done, and is gone on
// with.
#include "site.hpp"

namespace basekeeper::migrations {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(steps, run_apart_what_cannot_be_in_a_transaction)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        const auto done = co_await s.apply(
            "1",
            "create table a (x int); insert into a select generate_series(1, 100);"
            "create index concurrently \"I a\" on a (x); vacuum a; insert into a values (0);"
            "reindex table concurrently a; alter table a add y int; drop index concurrently \"I a\";"
        );
        EXPECT_TRUE(done) << told(done);
        EXPECT_EQ(done->done.at(0).steps, 7U);
        EXPECT_THAT(told(done), HasSubstr("statement 3 ran apart: CREATE INDEX CONCURRENTLY"));
        EXPECT_EQ(co_await s.history(), "1");
        EXPECT_FALSE(co_await s.exists("\"I a\""));
        EXPECT_EQ(co_await w.value("select count(y)::text || count(*)::text from a"), "0101");
        EXPECT_EQ(co_await w.value("select state || done from basekeeper.migrations"), "applied8");
    });
}

TEST(steps, commit_between_a_new_label_and_its_use)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script("create type mood as enum ('sad'); create table m (feels mood)");
        site s(w);
        const auto done = co_await s.apply("1", "alter type mood add value 'glad'; insert into m values ('glad')");
        EXPECT_TRUE(done) << told(done);
        EXPECT_THAT(told(done), HasSubstr("committed after statement 1"));
        EXPECT_EQ(co_await w.value("select feels::text from m"), "glad");
    });
}

TEST(steps, restore_the_settings_that_earlier_ones_made)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script("create schema other");
        site s(w);
        const auto done = co_await s.apply(
            "1",
            "set search_path = other; set local statement_timeout = '77s'; create table a (x int);"
            "create index concurrently i on a (x);"
            "create table t as select current_setting('statement_timeout') as s"
        );
        EXPECT_TRUE(done) << told(done);
        EXPECT_EQ(co_await w.value("select s from other.t"), "77s");
    });
}

TEST(steps, that_are_done_stay_when_a_later_one_fails_and_the_next_run_goes_on)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        const std::string script =
            "create table a (x int); insert into a values (1), (1); create index concurrently k on a (x);"
            "create unique index concurrently u on a (x); create table b (x int)";
        const auto failed = co_await s.apply("1", script);
        EXPECT_EQ(failed.error().sqlstate, "23505");
        EXPECT_THAT(told(failed), HasSubstr("its first 3 of 5 statements stay, and the next run goes on behind them"));
        EXPECT_THAT(told(failed), HasSubstr("statement 4 of 5 (CREATE INDEX), line 1"));
        EXPECT_FALSE(co_await s.exists("u")) << "the invalid index is dropped";
        EXPECT_EQ(co_await s.history(), "1 applying (3 of 5 statements)");

        const auto other = co_await s.apply("1", "create table a (x text); vacuum");
        EXPECT_EQ(other.error().code, condition::conflict);
        EXPECT_THAT(told(other), HasSubstr("an earlier run did the first 3"));
        const auto back = co_await s.back_to("0");
        EXPECT_THAT(told(back), HasSubstr("no down script is known for 1"));

        co_await w.script("truncate a");
        const auto resumed = co_await s.apply("", script);
        EXPECT_TRUE(resumed) << told(resumed);
        EXPECT_EQ(resumed->done.at(0).version, "1") << "the same text is the same migration";
        EXPECT_THAT(told(resumed), HasSubstr("went on behind statement 3 of an earlier run"));
        EXPECT_TRUE(co_await s.exists("u"));
        EXPECT_TRUE(co_await s.exists("b"));
        EXPECT_EQ(co_await s.history(), "1");
    });
}

TEST(steps, end_behind_a_label_that_is_used_later_also_of_a_type_made_in_the_same_script)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        const auto done = co_await s.apply(
            "1", "create type mood as enum ('a'); alter type mood add value 'b'; create table t (m mood default 'b')"
        );
        EXPECT_TRUE(done) << told(done);
        EXPECT_TRUE(co_await s.exists("t"));
    });
}

TEST(steps, may_be_corrected_behind_those_that_are_done)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        EXPECT_FALSE(co_await s.apply("1", "create table a (x int); vacuum a; select 1/0"));
        const auto resumed = co_await s.apply("1", "create table a (x int);\n vacuum a; create table b (x int)");
        EXPECT_TRUE(resumed) << told(resumed);
        EXPECT_TRUE(co_await s.exists("b"));
    });
}

TEST(steps, leave_no_record_when_the_first_one_fails)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        const auto failed = co_await s.apply("1", "vacuum nothing; create table a (x int)");
        EXPECT_THAT(told(failed), HasSubstr("nothing of it stays"));
        EXPECT_EQ(co_await s.history(), "-");
        const auto first = co_await s.apply("1", "select 1/0; vacuum");
        EXPECT_FALSE(first);
        EXPECT_EQ(co_await s.history(), "-");
    });
}

TEST(steps, make_and_drop_databases_and_detach_partitions)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script(
            "create table p (x int) partition by list (x); create table p1 partition of p for values in (1)"
        );
        site s(w);
        const auto done = co_await s.apply(
            "1", "create database made_here; alter table p detach partition p1 concurrently; drop database made_here"
        );
        EXPECT_TRUE(done) << told(done);
        EXPECT_EQ(co_await w.value("select count(*)::text from pg_inherits"), "0");
        EXPECT_EQ(co_await w.value("select count(*)::text from pg_database where datname = 'made_here'"), "0");
    });
}

TEST(steps, of_an_undoing_run_apart_as_well)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        EXPECT_TRUE(co_await s.apply("1", "create table a (x int)", "drop table a"));
        EXPECT_TRUE(co_await s.apply(
            "2", "create index concurrently i on a (x)", "drop index concurrently i; select 1/(select count(*) from a)"
        ));
        const auto failed = co_await s.back_to("0");
        EXPECT_THAT(told(failed), HasSubstr("undoing 2_m; its first 1 of 2 statements stay"));
        EXPECT_EQ(co_await s.history(), "1 2 reverting (1 of 2 statements)");
        const auto up = co_await s.apply("2", "create index concurrently i on a (x)");
        EXPECT_EQ(up.error().code, condition::conflict);
        co_await w.script("insert into a values (1)");
        const auto done = co_await s.back_to("0");
        EXPECT_TRUE(done) << told(done);
        EXPECT_THAT(told(done), HasSubstr("went on behind statement 1"));
        EXPECT_FALSE(co_await s.exists("a"));
        EXPECT_EQ(co_await s.history(), "-");
    });
}

} // namespace
} // namespace basekeeper::migrations
