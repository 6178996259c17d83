// Effects of statements: which read, which write, which destroy, and what else the writing tool must know.
#include "sql/classify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::sql {
namespace {

using testing::HasSubstr;

void expect_all(effect expected, std::initializer_list<std::string_view> texts)
{
    for (const auto text : texts) {
        const auto seen = classify(text);
        EXPECT_EQ(static_cast<int>(seen.effect), static_cast<int>(expected)) << text << "\n  " << seen.summary;
        EXPECT_FALSE(seen.summary.empty()) << text;
        EXPECT_FALSE(seen.kind.empty()) << text;
    }
}

TEST(classify, reads)
{
    expect_all(
        effect::reads,
        {"select 1",
         "table shop.items",
         "show work_mem",
         "explain delete from t",
         "explain analyze select 1",
         "select query from pg_stat_activity",
         "copy t to stdout"}
    );
    EXPECT_TRUE(classify("select lower('A')").plain_read);
    EXPECT_FALSE(classify("select query from pg_stat_activity").plain_read);
    EXPECT_FALSE(classify("select 1; select 2").plain_read);
}

TEST(classify, writes)
{
    expect_all(
        effect::writes,
        {"insert into t values (1)",
         "update t set a = 1 where id = 1",
         "create table t (a int)",
         "create index on t (a)",
         "comment on table t is 'x'",
         "select shop.f()",
         "select nextval('s')",
         "select 1 into t",
         "select * from t for update",
         "alter table t add column a int",
         "alter table t enable row level security",
         "create view v as select 1",
         "create function f() returns int language sql as 'select 1'",
         "with i as (insert into t values (1) returning 1) table i",
         "vacuum t",
         "explain analyze insert into t values (1)",
         "copy t from stdin",
         "lock table t"}
    );
}

TEST(classify, destroys)
{
    expect_all(
        effect::destroys,
        {"drop table t",
         "truncate t",
         "delete from t where id = 1",
         "update t set a = 1",
         "update t set a = 1 where true",
         "update t set a = 1 where 1 = 1",
         "alter table t drop column a",
         "alter table t drop constraint c",
         "alter table t alter a type text",
         "alter table t disable row level security",
         "alter table t add b int, drop c",
         "create role r",
         "alter role r nologin",
         "grant all on t to public",
         "revoke all on t from public",
         "drop policy p on t",
         "do 'begin end'",
         "call p()",
         "copy t from program 'x'",
         "copy t to '/tmp/x'",
         "not sql",
         "",
         "create or replace view v as select 1",
         "create or replace function f() returns int language sql as ''",
         "explain analyze delete from t",
         "with d as (delete from t returning 1) insert into s table d",
         "select pg_terminate_backend(1)",
         "insert into t select pg_reload_conf()",
         "alter system set a = 'b'",
         "reindex table t",
         "cluster t",
         "vacuum (full) t",
         "execute p",
         "prepare p as delete from t",
         "select query_to_xml('x', true, true, '')",
         "merge into t using s on true when matched then delete",
         "select 1; drop table t",
         "create table t as execute p"}
    );
}

TEST(classify, says_what_happens)
{
    EXPECT_EQ(
        classify("drop table shop.a, b cascade").summary,
        "drops table shop.a, b and everything that depends on it (CASCADE)"
    );
    EXPECT_EQ(classify("delete from shop.a").summary, "deletes all rows of shop.a");
    EXPECT_EQ(classify("delete from shop.a where id = 1").summary, "deletes rows from shop.a");
    EXPECT_EQ(classify("truncate a").summary, "empties a");
    EXPECT_EQ(classify("drop function f(int)").summary, "drops function f");
    EXPECT_EQ(classify("drop role r").summary, "drops role r");
    EXPECT_THAT(classify("alter table a drop column b").summary, HasSubstr("DropColumn b"));
    EXPECT_THAT(classify("select 1; drop schema s; select 2").summary, HasSubstr("drops schema s"));
    EXPECT_EQ(classify("select 1; drop schema s; select 2").kind, "DROP SCHEMA");
    EXPECT_EQ(classify("not sql").kind, "UNKNOWN");
}

TEST(classify, knows_what_touches_the_session)
{
    for (const auto text :
         {"set a.b = '1'",
          "reset all",
          "prepare p as select 1",
          "listen a",
          "load 'x'",
          "discard all",
          "create temp table t (a int)",
          "create temp table t as select 1",
          "create temp view v as select 1",
          "select set_config('a','b',false)",
          "select pg_advisory_lock(1)",
          "select shop.f()",
          "do ''",
          "not sql",
          "insert into t select set_config('a','b',false)",
          "select 1; set role x"})
        EXPECT_TRUE(classify(text).touches_session) << text;
    for (const auto text : {"select 1", "insert into t values (1)", "drop table t", "create table t (a int)"})
        EXPECT_FALSE(classify(text).touches_session) << text;
}

TEST(classify, flags_transaction_control_anywhere)
{
    for (const auto text :
         {"begin",
          "start transaction read write",
          "commit",
          "end",
          "rollback",
          "abort",
          "savepoint a",
          "release a",
          "rollback to a",
          "prepare transaction 'x'",
          "commit prepared 'x'",
          "select 1; commit"})
        EXPECT_TRUE(classify(text).transaction_control) << text;
    EXPECT_FALSE(classify("select 'commit'").transaction_control);
}

TEST(classify, guesses_whether_rows_come_back)
{
    for (const auto text : {"select 1", "values (1)", "show work_mem", "explain select 1", "delete from t returning a"})
        EXPECT_TRUE(classify(text).returns_rows) << text;
    for (const auto text : {"delete from t", "create table t (a int)", "select 1 into t"})
        EXPECT_FALSE(classify(text).returns_rows) << text;
}

} // namespace
} // namespace basekeeper::sql
