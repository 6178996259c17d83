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

TEST(classify, knows_what_a_rollback_does_not_take_back)
{
    for (const auto text :
         {"select nextval('s')",
          "insert into t values (nextval('s'))",
          "select setval('s', 7)",
          "delete from t where pg_terminate_backend(a)",
          "update t set a = pg_reload_conf()::int where id = 1",
          "delete from t where dblink_exec('x', 'delete from u') = ''",
          "with x as (select lo_export(1, '/tmp/x')) delete from t",
          "select pg_switch_wal()",
          "select pg_stat_reset()",
          "select pg_logical_emit_message(false, 'a', 'b')",
          "select pg_advisory_lock(1)",
          "select pg_try_advisory_lock_shared(1)",
          "select pg_advisory_unlock_all()",
          "select pg_read_file('/etc/passwd')",
          "select lo_import('/etc/passwd')",
          "select ('s'::regclass).nextval",
          "select query_to_xml('select 1', true, true, '')",
          "select shop.f()",
          "select 1 operator(shop.+) 2",
          "select '1'::shop.parcel",
          "select * from http_get('x')",
          "select net.http_post('x')",
          "merge into t using s on nextval('q') > 0 when matched then delete",
          "copy t to program 'x'",
          "copy t from program 'x'",
          "copy t to '/tmp/x'",
          "copy t from '/tmp/x'",
          "copy (select pg_rotate_logfile()) to stdout",
          "copy (delete from t where pg_cancel_backend(1) returning 1) to stdout",
          "do 'begin end'",
          "call p()",
          "execute p",
          "load 'x'",
          "checkpoint",
          "vacuum t",
          "analyze t",
          "reindex table t",
          "refresh materialized view v",
          "alter system set a = 'b'",
          "create database d",
          "create extension e",
          "alter extension e update",
          "import foreign schema s from server r into t",
          "create subscription s connection 'x' publication p",
          "alter subscription s disable",
          "drop subscription s",
          "alter table t add column a bigint default nextval('s')",
          "alter table t alter a type int using shop.f(a)",
          "alter table t add check (shop.f(a))",
          "alter domain d add check (shop.f(value))",
          "create index on t (shop.f(a))",
          "create table t partition of p for values from (nextval('s')) to (10)",
          "create table t as select pg_promote()",
          "create table t as execute p",
          "create materialized view v as select setval('s', 1)",
          "declare c cursor for select nextval('s')",
          "explain analyze delete from t where nextval('s') > 1",
          "explain select shop.f(1)",
          "not sql"})
        EXPECT_FALSE(classify(text).outlasts.empty()) << text;
    EXPECT_THAT(classify("delete from t where dblink_exec('x')").outlasts, HasSubstr("dblink_exec()"));
    EXPECT_THAT(classify("select shop.f()").outlasts, HasSubstr("shop.f()"));
}

TEST(classify, knows_what_a_rollback_takes_back)
{
    for (const auto text :
         {"select 1",
          "delete from t",
          "update t set a = lower(b)",
          "insert into t values (1) on conflict do nothing",
          "truncate t restart identity cascade",
          "drop table t cascade",
          "drop function f",
          "alter table t drop column a",
          "alter table t add column a int default 7",
          "alter table t add column a timestamptz default now()",
          "create table t (a serial, b int default nextval('s'))",
          "create index on t (lower(a))",
          "create view v as select shop.f()",
          "create function f() returns int language sql as 'select 1'",
          "create policy p on t using (auth.uid() = a)",
          "create role r password 'x'",
          "grant all on t to public",
          "notify c",
          "select pg_notify('c', '')",
          "select pg_advisory_xact_lock(1)",
          "select pg_try_advisory_xact_lock(1)",
          "select set_config('a.b', 'c', false)",
          "select setseed(0.5)",
          "select txid_current()",
          "select lo_unlink(1)",
          "select pg_sleep(1)",
          "set a.b = '1'",
          "set session authorization x",
          "set session characteristics as transaction read only",
          "listen c",
          "lock table t",
          "prepare p as delete from t where nextval('s') = 1",
          "declare c cursor with hold for select 1",
          "explain delete from t",
          "explain analyze delete from t",
          "alter sequence s restart",
          "create table t as select 1",
          "reassign owned by a to b"})
        EXPECT_EQ(classify(text).outlasts, "") << text;
}

TEST(classify, knows_which_statements_keep_code_for_later)
{
    for (const auto text :
         {"create function f() returns int language sql as 'select 1'",
          "create trigger r before insert on t for each row execute function f()",
          "create cast (a as b) with function f(a)",
          "create aggregate a (int) (sfunc = f, stype = int)",
          "create operator + (function = f, leftarg = int)",
          "create event trigger e on ddl_command_end execute function f()",
          "create rule r as on insert to t do also select nextval('s')",
          "create view v as select shop.f()",
          "create policy p on t using (auth.uid() = a)",
          "create table t (a int default nextval('s'))",
          "create table t (a int check (shop.f(a)))",
          "create schema s create view v as select shop.f()",
          "create domain d as int check (shop.f(value))",
          "alter table t alter a set default setval('s', 1)"})
        EXPECT_FALSE(classify(text).keeps_code.empty()) << text;
    for (const auto text : {"create table t (a int default 1)", "create view v as select lower('A')", "drop table t"})
        EXPECT_EQ(classify(text).keeps_code, "") << text;
}

std::string targets(std::string_view text)
{
    std::string out;
    for (const auto& name : classify(text).targets)
        out += (out.empty() ? "" : " ") + to_text(name);
    return out;
}

TEST(classify, knows_what_a_statement_works_on_and_not_what_it_refers_to)
{
    EXPECT_EQ(targets("create table public.t (id uuid references auth.users (id))"), "public.t");
    EXPECT_EQ(targets("alter table auth.users add column a int"), "auth.users");
    EXPECT_EQ(targets("create index concurrently i on storage.objects (name)"), "storage.objects");
    EXPECT_EQ(targets("create policy p on storage.objects using (auth.uid() = owner)"), "storage.objects");
    EXPECT_EQ(targets("alter policy p on storage.objects using (true)"), "storage.objects");
    EXPECT_EQ(targets("drop policy p on storage.objects"), "storage.objects");
    EXPECT_EQ(targets("drop trigger t on auth.users"), "auth.users");
    EXPECT_EQ(targets("drop table auth.a, auth.b cascade"), "auth.a auth.b");
    EXPECT_EQ(targets("drop function auth.f(int)"), "auth.f");
    EXPECT_EQ(targets("create or replace function auth.f() returns int language sql as 'select 1'"), "auth.f");
    EXPECT_EQ(targets("alter function auth.f() owner to me"), "auth.f");
    EXPECT_EQ(targets("create view public.v as select * from auth.users"), "public.v");
    EXPECT_EQ(targets("create table auth.c as select 1"), "auth.c");
    EXPECT_EQ(targets("create type auth.e as enum ('a')"), "auth.e");
    EXPECT_EQ(targets("alter type auth.e add value 'b'"), "auth.e");
    EXPECT_EQ(targets("comment on table auth.users is 'x'"), "auth.users");
    EXPECT_EQ(targets("comment on column auth.users.id is 'x'"), "auth.users");
    EXPECT_EQ(targets("grant select on auth.users to me"), "auth.users");
    EXPECT_EQ(targets("alter table auth.users rename column a to b"), "auth.users");
    EXPECT_EQ(targets("truncate auth.a, auth.b"), "auth.a auth.b");
    EXPECT_EQ(targets("update auth.users set a = 1 where id in (select id from public.t)"), "auth.users");
    EXPECT_EQ(targets("select * from auth.users"), "");
    EXPECT_TRUE(classify("drop table auth.a").only_defines);
    EXPECT_FALSE(classify("delete from auth.a").only_defines);
    EXPECT_FALSE(classify("drop table a; select 1").only_defines);
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
