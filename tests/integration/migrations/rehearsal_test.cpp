// A dry run tells what is locked, rewritten and dropped because it looked, and leaves nothing.
#include "site.hpp"

namespace basekeeper::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> locks(const result<run_report>& got)
{
    std::vector<std::string> out;
    if (!got || !got->rehearsal)
        return {told(got)};
    for (const auto& one : got->rehearsal->locks)
        out.push_back(one.relation + " " + one.lock + ": " + one.blocks);
    return out;
}

std::vector<std::string> names(const std::vector<touched_relation>& all)
{
    std::vector<std::string> out;
    for (const auto& one : all)
        out.push_back(one.kind + " " + one.relation);
    return out;
}

constexpr std::string_view shop = R"(
create table big (id int primary key, price int, note varchar(10));
insert into big select n, n, 'x' from generate_series(1, 1000) n;
create table small (big int references big);
create view seen as select id from big;
analyze)";

TEST(rehearsal, tells_the_locks_and_leaves_nothing)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(shop));
        site s(w);
        const auto got = co_await s.rehearse(
            "alter table small add y int; update big set price = 0 where id = 1; create table t (x int)"
        );
        EXPECT_THAT(
            locks(got),
            ElementsAre(
                "public.big RowExclusiveLock: schema changes",
                "public.big_pkey RowExclusiveLock: schema changes",
                "public.small AccessExclusiveLock: reads and writes"
            )
        );
        EXPECT_THAT(got->rehearsal->rewrites, IsEmpty());
        EXPECT_THAT(got->rehearsal->drops, IsEmpty());
        EXPECT_EQ(got->rehearsal->statements, 3U);
        EXPECT_FALSE(co_await s.exists("t"));
        EXPECT_EQ(co_await s.history(), "-");
        EXPECT_EQ(co_await w.value("select to_regclass('supabase_migrations.schema_migrations') is null"), "t")
            << "nor tables of ours";
    });
}

TEST(rehearsal, knows_a_rewrite_from_a_change_of_the_catalogue)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(shop));
        site s(w);
        const auto widened =
            co_await s.rehearse("alter table big alter note type varchar(20); alter table big add z int default 5");
        EXPECT_TRUE(widened) << told(widened);
        EXPECT_THAT(widened->rehearsal->rewrites, IsEmpty());
        const auto changed = co_await s.rehearse("alter table big alter price type bigint");
        EXPECT_THAT(names(changed->rehearsal->rewrites), ElementsAre("table public.big", "index public.big_pkey"));
        EXPECT_GT(changed->rehearsal->rewrites.at(0).bytes, 8'192);
        EXPECT_EQ(changed->rehearsal->rewrites.at(0).estimated_rows, 1'000);
        const auto volatile_default = co_await s.rehearse("alter table big add r float default random()");
        EXPECT_THAT(
            names(volatile_default->rehearsal->rewrites), ElementsAre("table public.big", "index public.big_pkey")
        );
        const auto emptied = co_await s.rehearse("truncate small");
        EXPECT_THAT(names(emptied->rehearsal->rewrites), ElementsAre("table public.small"));
    });
}

TEST(rehearsal, tells_what_would_be_dropped_also_by_cascade)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(shop));
        site s(w);
        const auto got = co_await s.rehearse("drop table big cascade");
        EXPECT_TRUE(got) << told(got);
        EXPECT_THAT(
            names(got->rehearsal->drops), ElementsAre("table public.big", "index public.big_pkey", "view public.seen")
        );
        EXPECT_TRUE(co_await s.exists("big"));
    });
}

TEST(rehearsal, leaves_out_what_cannot_be_rolled_back)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(shop));
        co_await w.script(
            "create type mood as enum ('sad'); create procedure p() language plpgsql as 'begin commit; end'"
        );
        site s(w);
        const auto got = co_await s.rehearse(
            "alter table small add y int; create index concurrently i on big (price); alter index i rename to j"
        );
        EXPECT_TRUE(got) << told(got);
        EXPECT_EQ(got->rehearsal->not_tried.size(), 2U);
        EXPECT_THAT(got->rehearsal->not_tried.at(0), HasSubstr("statement 2 (CREATE INDEX): runs apart"));
        EXPECT_THAT(got->rehearsal->not_tried.at(1), HasSubstr("statement 3 (ALTER RENAME) and what follows"));
        EXPECT_THAT(locks(got), ElementsAre("public.small AccessExclusiveLock: reads and writes"));
        EXPECT_FALSE(co_await s.exists("i"));
        const auto label = co_await s.rehearse("alter type mood add value 'glad'; select 'glad'::mood");
        EXPECT_TRUE(label) << told(label);
        EXPECT_THAT(label->rehearsal->not_tried.at(0), HasSubstr("needs a commit before it"));
    });
}

TEST(rehearsal, fails_as_the_migration_would)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        const auto failed = co_await s.rehearse("create table a (x int);\nselect nope");
        EXPECT_THAT(told(failed), HasSubstr("nothing of it stays: statement 2 of 2 (SELECT), line 2, column 8"));
        EXPECT_THAT(told(failed), HasSubstr("LINE 2: select nope\n               ^"));
        EXPECT_FALSE(co_await s.exists("a"));
    });
}

TEST(rehearsal, is_refused_where_hidden_code_would_leave_something)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script("create table t (x int); create function f() returns trigger language plpgsql as "
                          "'begin perform dblink_exec(''x'', ''y''); return new; end';"
                          "create trigger g after insert on t for each row execute function f()");
        site s(w);
        const auto refused = co_await s.rehearse("insert into t values (1)");
        EXPECT_EQ(refused.error().code, condition::denied);
        EXPECT_THAT(told(refused), HasSubstr("a dry run would leave something behind"));
    });
}

TEST(rehearsal, of_an_undoing_tries_the_down_scripts)
{
    at_work([](workplace& w) -> io::task<> {
        site s(w);
        EXPECT_TRUE(co_await s.apply("1", "create table a (x int)", "drop table a"));
        EXPECT_TRUE(co_await s.apply("2", "set search_path = pg_catalog; create table public.b (x int)", "drop table b")
        );
        const auto got = co_await s.migrate.roll_back("shop", "0", nullptr, {.how = manner::rehearse}, soon());
        EXPECT_TRUE(got) << told(got);
        EXPECT_EQ(got->done.size(), 2U);
        EXPECT_THAT(names(got->rehearsal->drops), ElementsAre("table public.a", "table public.b"));
        EXPECT_EQ(co_await s.history(), "1 2");
    });
}

} // namespace
} // namespace basekeeper::migrations
