// Scripts that do not mean well: roles and locks that they take away, odd bytes, odd names, tables of others.
#include "site.hpp"

namespace basekeeper::migrations {
namespace {

using testing::HasSubstr;

TEST(scripts, that_change_the_role_are_recorded_by_the_login)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script("create role narrow_one; create schema n authorization narrow_one");
        site s(w);
        const auto done = co_await s.apply(
            "1",
            "set role narrow_one; create table n.a (x int); create index concurrently i on n.a (x);"
            "create table n.b (x int)"
        );
        EXPECT_TRUE(done) << told(done);
        EXPECT_EQ(co_await s.history(), "1");
        EXPECT_EQ(
            co_await w.value("select string_agg(tableowner, ' ') from pg_tables where schemaname = 'n'"),
            "narrow_one narrow_one"
        ) << "the role of the script holds for all its steps";
        EXPECT_EQ(co_await w.value("select (duration_ms is not null)::text from basekeeper.migrations"), "true");
        co_await w.script("drop schema n cascade; drop role narrow_one");
    });
}

TEST(scripts, that_change_the_role_and_fail_leave_no_record)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script("create role narrow_two; create schema n authorization narrow_two");
        site s(w);
        const std::string script =
            "set role narrow_two; create table n.a (x int); vacuum n.a; create table n.b (x int);"
            "create unique index concurrently u on n.a (x); select 1/0";
        const auto failed = co_await s.apply("1", script);
        EXPECT_THAT(told(failed), HasSubstr("division by zero"));
        EXPECT_THAT(told(failed), HasSubstr("its first 5 of 6 statements stay"));
        EXPECT_EQ(co_await s.history(), "1 applying (5 of 6 statements)");
        const auto resumed = co_await s.apply("1", script.substr(0, script.size() - 1) + "1; create table n.c (x int)");
        EXPECT_TRUE(resumed) << told(resumed);
        EXPECT_EQ(co_await w.value("select tableowner from pg_tables where tablename = 'c'"), "narrow_two");
        co_await w.script("drop schema n cascade; drop role narrow_two");
    });
}

TEST(scripts, do_not_hand_a_role_or_a_path_to_the_next)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script("create role narrow_three; create schema n authorization narrow_three");
        site s(w);
        EXPECT_TRUE(co_await s.apply("1", "set role narrow_three; set search_path = n; create table a (x int)"));
        EXPECT_TRUE(co_await s.apply("2", "create table here (x int)"));
        EXPECT_TRUE(co_await s.exists("public.here"));
        EXPECT_EQ(
            co_await w.value("select (tableowner = 'narrow_three')::text from pg_tables where tablename = 'here'"),
            "false"
        );
        co_await w.script("drop schema n cascade; drop role narrow_three");
    });
}

TEST(scripts, that_would_take_the_lock_of_the_runner_away_are_refused)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        const auto done = co_await s.apply("1", "create table a (x int); discard all; create table b (x int)");
        EXPECT_THAT(told(done), HasSubstr("DISCARD ALL"));
        EXPECT_FALSE(done);
        EXPECT_FALSE(co_await s.exists("a"));
        EXPECT_EQ(co_await s.history(), "-");
    });
}

TEST(scripts, may_begin_with_a_byte_order_mark_and_have_lines_of_windows)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        const auto done = co_await s.apply("1", "\xef\xbb\xbf-- made by an editor\r\ncreate table a (x int);\r\n\r\n");
        EXPECT_TRUE(done) << told(done);
        EXPECT_TRUE(co_await s.exists("a"));
    });
}

TEST(scripts, of_psql_are_refused_with_their_place)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        const auto done = co_await s.apply("1", "create table a (x int);\n\\i other.sql\n");
        EXPECT_FALSE(done);
        EXPECT_THAT(told(done), HasSubstr("line 2"));
        EXPECT_FALSE(co_await s.exists("a"));
    });
}

TEST(scripts, that_commit_in_a_block_run_it_apart)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        const auto done = co_await s.apply(
            "1",
            "create table a (x int); do $$ begin insert into a values (1); commit; insert into a values (2); end $$;"
            "create table b (x int)"
        );
        EXPECT_TRUE(done) << told(done);
        EXPECT_THAT(told(done), HasSubstr("ran apart"));
        EXPECT_EQ(co_await w.value("select count(*)::text from a"), "2");
        EXPECT_TRUE(co_await s.exists("b"));
    });
}

TEST(scripts, name_things_as_they_like)
{
    at_work([](workplace& w) -> io::task<> {
        const std::string longest(63, 'n');
        site s(w);
        const auto done = co_await s.apply(
            "1",
            "create table \"sel\"\"ect\" (\"Größe; --\" int);"
            "create index concurrently \"i\"\"; drop\" on \"sel\"\"ect\" (\"Größe; --\");"
            "create index concurrently " +
                longest + "_more on \"sel\"\"ect\" (\"Größe; --\");"
        );
        EXPECT_TRUE(done) << told(done);
        EXPECT_TRUE(co_await s.exists(longest));
    });
}

TEST(scripts, of_a_mebibyte_are_taken)
{
    at_work([](workplace& w) -> io::task<> {
        std::string script = "create table a (x text);";
        while (script.size() < 1'000'000)
            script += "insert into a values ('" + std::string(200, 'x') + "');";
        site s(w);
        const auto done = co_await s.apply("1", script);
        EXPECT_TRUE(done) << told(done);
    });
}

TEST(a_history, with_more_columns_and_nothing_in_them_is_taken)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script(
            "create schema supabase_migrations; create table supabase_migrations.schema_migrations (version text "
            "primary "
            "key, statements text[], name text, created_by text, idempotency_key text unique, rollback text[]);"
            "create table a (x int); create table b (x int);"
            "insert into supabase_migrations.schema_migrations (version) values ('1');"
            "insert into supabase_migrations.schema_migrations values ('2', '{}', 'b', 'x', 'k', array['drop table a "
            "-- "
            "first', 'drop table b'])"
        );
        site s(w);
        const auto done = co_await s.apply("3", "create table c (x int)", "drop table c");
        EXPECT_TRUE(done) << told(done);
        EXPECT_EQ(co_await s.history(), "1 2 3");
        const auto back = co_await s.back_to("1");
        EXPECT_TRUE(back) << told(back);
        EXPECT_FALSE(co_await s.exists("a"));
        EXPECT_FALSE(co_await s.exists("b"));
    });
}

TEST(a_history, with_only_versions_gets_the_other_columns)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script("create schema supabase_migrations; create table supabase_migrations.schema_migrations "
                          "(version text primary "
                          "key); insert into supabase_migrations.schema_migrations values ('1')");
        site s(w);
        EXPECT_EQ(co_await s.history(), "1");
        const auto done = co_await s.apply("2", "create table c (x int)");
        EXPECT_TRUE(done) << told(done);
        EXPECT_EQ(co_await s.history(), "1 2");
    });
}

} // namespace
} // namespace basekeeper::migrations
