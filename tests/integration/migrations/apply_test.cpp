// A migration that can be one transaction is there as a whole, with its records, or not at all.
#include "site.hpp"

namespace basekeeper::migrations {
namespace {

using testing::HasSubstr;

TEST(apply, makes_the_change_and_both_records)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        const auto done =
            co_await s.apply("1", "-- first\ncreate table a (x int);\ninsert into a values (1);", "drop table a");
        EXPECT_TRUE(done) << told(done);
        EXPECT_EQ(done->done.at(0).statements, 2U);
        EXPECT_EQ(done->done.at(0).steps, 1U);
        EXPECT_EQ(co_await w.value("select x::text from a"), "1");
        EXPECT_EQ(
            co_await w.value("select concat_ws('|', version, name, statements[1], statements[2]) "
                             "from supabase_migrations.schema_migrations"),
            "1|m|-- first\ncreate table a (x int)|insert into a values (1)"
        );
        EXPECT_EQ(
            co_await w.value(
                "select concat_ws('|', state, statements, done, alone, applied_by, login, down, duration_ms >= 0, "
                "finished_at is not null) from basekeeper.migrations"
            ),
            "applied|2|2|tester|postgres|drop table a|t|t"
        );
        EXPECT_EQ(co_await s.history(), "1");
        EXPECT_EQ(co_await w.value("select count(*)::text from pg_locks where locktype = 'advisory'"), "0")
            << "the lock of the runner is given back at once";
    });
}

TEST(apply, and_rolling_back_are_seen_by_the_catalogue_at_once)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        const auto tables = [](workplace& at) -> io::task<std::size_t> {
            const auto page = co_await at.db.tables("shop", {.schemas = {"public"}}, soon());
            co_return page ? page->tables.items.size() : 99;
        };
        EXPECT_EQ(co_await tables(w), 0U);
        EXPECT_TRUE(co_await s.apply("1", "create table a (x int)", "drop table a"));
        EXPECT_EQ(co_await tables(w), 1U);
        EXPECT_TRUE(co_await s.back_to("0"));
        EXPECT_EQ(co_await tables(w), 0U);
    });
}

TEST(apply, rolls_everything_back_and_shows_statement_line_and_caret)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        const auto failed =
            co_await s.apply("1", "create table a (x int);\n\ninsert into a\n  values (nope);\nselect 1;");
        EXPECT_THAT(
            told(failed), HasSubstr("migration 1_m; nothing of it stays: statement 2 of 3 (INSERT), line 4, column 11")
        );
        EXPECT_THAT(told(failed), HasSubstr("LINE 4:   values (nope);\n                  ^"));
        EXPECT_EQ(failed.error().sqlstate, "42703");
        EXPECT_FALSE(co_await s.exists("a"));
        EXPECT_EQ(co_await s.history(), "-");
        EXPECT_EQ(co_await w.value("select count(*)::text from basekeeper.migrations"), "0");
    });
}

TEST(apply, refuses_a_syntax_error_before_anything_runs)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        const auto failed = co_await s.apply("1", "create table a (x int);\nvacuum;\nselec 1");
        EXPECT_THAT(told(failed), HasSubstr("statement 3 of 3 (UNKNOWN), line 3, column 1"));
        EXPECT_THAT(told(failed), HasSubstr("LINE 3: selec 1\n        ^"));
        EXPECT_FALSE(co_await s.exists("a")) << "although the first step would have been committed";
        EXPECT_EQ(co_await s.history(), "-");
    });
}

TEST(apply, takes_each_version_once_and_makes_new_ones_from_the_time)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        EXPECT_TRUE(co_await s.apply("5", "create table a (x int)"));
        const auto again = co_await s.apply("5", "create table b (x int)");
        EXPECT_EQ(again.error().code, condition::conflict);
        EXPECT_FALSE(co_await s.exists("b"));
        const auto one = co_await s.apply("", "create table c (x int)");
        const auto two = co_await s.apply("", "create table d (x int)");
        EXPECT_TRUE(one && two) << told(one) << told(two);
        EXPECT_EQ(one->done.at(0).version.size(), 14U);
        EXPECT_LT(one->done.at(0).version, two->done.at(0).version);
        const auto wrong = co_await s.apply("1x", "select 1");
        EXPECT_EQ(wrong.error().code, condition::invalid_argument);
        const auto bad_down = co_await s.apply("6", "create table e (x int)", "commit");
        EXPECT_THAT(told(bad_down), HasSubstr("down: statement 1"));
    });
}

TEST(apply, is_one_transaction_with_begin_and_commit_around_it)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        EXPECT_TRUE(co_await s.apply("1", "begin; create table a (x int); create table b (x int); commit;"));
        EXPECT_TRUE(co_await s.exists("b"));
        const auto failed = co_await s.apply("2", "begin; create table c (x int); select 1/0; commit;");
        EXPECT_FALSE(failed);
        EXPECT_FALSE(co_await s.exists("c"));
        const auto refused = co_await s.apply("3", "create table d (x int); commit; select 1");
        EXPECT_EQ(refused.error().code, condition::invalid_argument);
        EXPECT_FALSE(co_await s.exists("d"));
        EXPECT_TRUE(co_await s.apply("4", "savepoint a; create table e (x int); rollback to a; create table f (x int)")
        );
        EXPECT_TRUE(co_await s.exists("f"));
        EXPECT_FALSE(co_await s.exists("e"));
    });
}

TEST(apply, leaves_nothing_of_a_migration_in_the_session)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script("create role narrow; create schema other; grant all on schema other to narrow");
        site s(w);
        const auto set = co_await s.apply("1", "set role narrow; set search_path = other; create table a (x int)");
        EXPECT_TRUE(set) << told(set);
        EXPECT_TRUE(co_await s.exists("other.a"));
        EXPECT_EQ(
            co_await w.value("select relowner::regrole::text from pg_class where oid = 'other.a'::regclass"), "narrow"
        );
        EXPECT_TRUE(co_await s.apply("2", "create table b (x int)"));
        EXPECT_TRUE(co_await s.exists("public.b"));
        EXPECT_EQ(
            co_await w.value("select relowner::regrole::text from pg_class where oid = 'b'::regclass"), "postgres"
        );
        co_await w.script("drop owned by narrow; drop role narrow");
    });
}

TEST(apply, finds_a_constraint_that_fails_at_the_end)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        const auto failed = co_await s.apply(
            "1",
            "create table p (id int primary key); create table c (p int references p deferrable initially deferred);"
            "insert into c values (1)"
        );
        EXPECT_EQ(failed.error().sqlstate, "23503");
        EXPECT_THAT(told(failed), HasSubstr("nothing of it stays"));
        EXPECT_FALSE(co_await s.exists("p"));
        EXPECT_EQ(co_await s.history(), "-");
    });
}

TEST(apply, does_not_hide_behind_code_that_ends_the_transaction)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        EXPECT_TRUE(co_await s.apply(
            "1", "create procedure p() language plpgsql as 'begin create table a (x int); commit; end'"
        ));
        const auto called = co_await s.apply("2", "create table b (x int); call p(); create table c (x int)");
        EXPECT_TRUE(called) << told(called);
        EXPECT_THAT(
            told(called), HasSubstr("statement 2 ran apart: CALL, which the server does not run in a transaction")
        );
        EXPECT_EQ(called->done.at(0).steps, 3U);
        EXPECT_TRUE(co_await s.exists("a"));
        EXPECT_TRUE(co_await s.exists("c"));
    });
}

TEST(apply, works_with_names_that_need_quotes_and_a_thousand_statements)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        std::string script;
        for (int n = 0; n < 1'000; ++n)
            script += fmt::format("create table \"T {} é;'\" (\"select\" int);\n", n);
        const auto done = co_await s.apply("1", script);
        EXPECT_TRUE(done) << told(done);
        EXPECT_EQ(
            co_await w.value("select array_length(statements, 1)::text from supabase_migrations.schema_migrations"),
            "1000"
        );
        const auto failed = co_await s.apply("2", script);
        EXPECT_THAT(told(failed), HasSubstr("statement 1 of 1000"));
    });
}

TEST(apply, fails_without_the_right_to_make_the_tables)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script("create role weak login");
        const auto at = w.url.find("postgres@");
        std::string url = w.url;
        url.replace(at, 8, "weak");
        io::runtime& on = w.on;
        pg::pool pool(on.executor(), on.pool(), *pg::parse_target(url));
        auto opened = co_await session::open(pool, impatient(), soon());
        EXPECT_TRUE(opened);
        const auto made = co_await make_tables(opened->db(), soon());
        EXPECT_EQ(made.error().code, condition::denied);
        EXPECT_THAT(made.error().hint, HasSubstr("CREATE ON DATABASE"));
        co_await opened->close();
        co_await pool.close(soon());
        co_await w.script("drop role weak");
    });
}

} // namespace
} // namespace basekeeper::migrations
