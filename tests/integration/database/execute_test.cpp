// Statements that may write: values, roles, transactions, and what the next call finds of them.
#include "workplace.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <gmock/gmock.h>

namespace basekeeper::database {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

execution of(std::vector<std::string> texts)
{
    execution out;
    for (auto& text : texts)
        out.statements.push_back({.sql = std::move(text), .params = {}, .param_types = {}});
    return out;
}

TEST(execute, passes_values_with_and_without_types)
{
    at_work([](workplace& w) -> io::task<> {
        auto what =
            of({"select $1 || '/' || $2::text || '/' || ($3)::text || '/' || ($4::jsonb->>'k') || '/' || pg_typeof($5)"}
            );
        what.statements[0].params = {
            "a'; drop table x --", 9007199254740993, nullptr, boost::json::object{{"k", "v"}}, 5
        };
        what.statements[0].param_types = {"", "int8", "uuid", "", "numeric"};
        EXPECT_EQ(first(co_await w.db.execute("shop", what, soon())), "NULL");
        what.statements[0].params[2] = "5ef0e7ee-2b2b-4c3a-9a2e-0a4c3b9f6f01";
        EXPECT_EQ(
            first(co_await w.db.execute("shop", what, soon())),
            "a'; drop table x --/9007199254740993/5ef0e7ee-2b2b-4c3a-9a2e-0a4c3b9f6f01/v/numeric"
        );
        what.statements[0].param_types[1] = "int";
        EXPECT_THAT(first(co_await w.db.execute("shop", what, soon())), HasSubstr("param_types.1"));
    });
}

TEST(execute, passes_json_arrays_as_array_values)
{
    at_work([](workplace& w) -> io::task<> {
        auto what = of({"select array_length($1, 1) || ':' || $1[2] || ':' || coalesce($1[3], 'null')"});
        what.statements[0].params = {boost::json::array{"x", "a\"b\\,{c}", nullptr, "NULL"}};
        what.statements[0].param_types = {"text[]"};
        EXPECT_EQ(first(co_await w.db.execute("shop", what, soon())), "4:a\"b\\,{c}:null");
        auto numbers = of({"select sum(n) from unnest($1) n"});
        numbers.statements[0].params = {boost::json::array{1, 2, 39}};
        numbers.statements[0].param_types = {"int4[]"};
        EXPECT_EQ(first(co_await w.db.execute("shop", numbers, soon())), "42");
    });
}

constexpr std::string_view notes = R"(
do $$ begin if not exists (select from pg_roles where rolname = 'reader') then create role reader; end if; end $$;
create table notes (owner text, word text);
insert into notes values ('ann', 'one'), ('bob', 'two');
alter table notes enable row level security;
create policy own on notes using (owner = current_setting('request.jwt.claims', true)::json->>'sub');
grant select on notes to reader)";

TEST(execute, a_role_with_claims_sees_its_rows_and_leaves_no_trace)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(notes));
        auto what = of({"select string_agg(word, ',') || ' ' || current_user from notes"});
        what.role = "reader";
        what.claims = boost::json::object{{"sub", "ann"}};
        EXPECT_EQ(first(co_await w.db.execute("shop", what, soon())), "one reader");
        what.claims = boost::json::object{{"sub", "bob"}};
        EXPECT_EQ(first(co_await w.db.execute("shop", what, soon())), "two reader");
        EXPECT_EQ(
            first(co_await w.write("select string_agg(word, ',' order by word) || ' ' || current_user from notes")),
            "one,two postgres"
        );
        EXPECT_EQ(
            first(co_await w.write("select coalesce(nullif(current_setting('request.jwt.claims', true), ''), 'none')")),
            "none"
        );
        what.role = "no such role";
        const auto got = co_await w.db.execute("shop", what, soon());
        EXPECT_THAT(first(got), HasSubstr("setting up the transaction"));
        what.role = "reader";
        what.statements[0].sql = "insert into notes values ('eve', 'x')";
        EXPECT_TRUE(first(co_await w.db.execute("shop", what, soon())).contains("42501"));
        EXPECT_EQ(co_await w.value("select count(*) from notes"), "2");
    });
}

TEST(execute, a_dry_run_answers_and_leaves_nothing)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script("create table t (n int)");
        auto what = of(
            {"insert into t values (1), (2) returning n", "create table u as select * from t", "select count(*) from u"}
        );
        what.end = transaction_end::roll_back;
        const auto got = co_await w.db.execute("shop", what, soon());
        EXPECT_EQ(got ? got->size() : 0U, 3U) << first(got);
        if (got && got->size() == 3)
            EXPECT_EQ((*got)[2].outcome.rows.value(0, 0), "2");
        EXPECT_EQ(co_await w.value("select count(*) from t"), "0");
        EXPECT_EQ(co_await w.value("select to_regclass('u') is null"), "t");
    });
}

TEST(execute, nobody_ends_the_transaction_of_a_dry_run)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script("create table t (n int)");
        for (const auto* end :
             {"commit",
              "end",
              "rollback",
              "commit and chain",
              "prepare transaction 'x'",
              "commit\v",
              "\vcommit",
              "abort\v;"})
        {
            auto what = of({"insert into t values (1)", end});
            what.end = transaction_end::roll_back;
            const auto got = co_await w.db.execute("shop", what, soon());
            EXPECT_TRUE(!got && got.error().code == condition::invalid_argument) << end << first(got);
            EXPECT_EQ(co_await w.value("select count(*) from t"), "0") << end;
        }
        EXPECT_EQ(co_await w.value("select count(*) from pg_prepared_xacts"), "0");
    });
}

TEST(execute, several_statements_stand_or_fall_together)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script("create table t (n int primary key)");
        const auto failed = co_await w.db.execute(
            "shop", of({"insert into t values (1)", "insert into t values (1)", "select 1"}), soon()
        );
        EXPECT_THAT(first(failed), HasSubstr("queries.1"));
        EXPECT_TRUE(!failed && failed.error().code == condition::conflict);
        EXPECT_EQ(co_await w.value("select count(*) from t"), "0");
        const auto done =
            co_await w.db.execute("shop", of({"insert into t values (1)", "insert into t values (2)"}), soon());
        EXPECT_TRUE(done) << first(done);
        EXPECT_EQ(co_await w.value("select count(*) from t"), "2");
        EXPECT_EQ(first(co_await w.write("select 3")), "3");
    });
}

using steps = std::vector<std::pair<std::size_t, std::size_t>>;

TEST(execute, tells_after_each_of_several_statements)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script("create table t (n int)");
        steps seen;
        auto what = of({"insert into t values (1)", "insert into t values (2)", "select count(*) from t"});
        what.after_each = [&](std::size_t done, std::size_t total) { seen.emplace_back(done, total); };
        const auto got = co_await w.db.execute("shop", what, soon());
        EXPECT_EQ(seen, (steps{{1, 3}, {2, 3}, {3, 3}})) << first(got);
        if (got && got->size() == 3)
            EXPECT_EQ((*got)[2].outcome.rows.value(0, 0), "2");
        seen.clear();
        what.statements[1].sql = "insert into nowhere values (2)";
        EXPECT_THAT(first(co_await w.db.execute("shop", what, soon())), HasSubstr("queries.1"));
        EXPECT_EQ(seen, (steps{{1, 3}})) << "nothing runs after a failure";
        EXPECT_EQ(co_await w.value("select count(*) from t"), "2");
        seen.clear();
        what.statements.resize(1);
        EXPECT_TRUE(co_await w.db.execute("shop", what, soon()));
        EXPECT_EQ(seen, steps{});
    });
}

TEST(execute, what_is_checked_at_the_end_of_a_transaction_fails_there_and_leaves_nothing)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script("create table t (n int unique deferrable initially deferred)");
        const auto got =
            co_await w.db.execute("shop", of({"insert into t values (1)", "insert into t values (1)"}), soon());
        EXPECT_TRUE(!got && got.error().code == condition::conflict) << first(got);
        EXPECT_THAT(first(got), HasSubstr("ending the transaction"));
        EXPECT_EQ(co_await w.value("select count(*) from t"), "0");
        EXPECT_EQ(first(co_await w.write("select 3")), "3");
    });
}

TEST(execute, several_statements_share_one_deadline_and_roles)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(notes));
        auto what = of({"select current_user", "select string_agg(word, ',') from notes"});
        what.role = "reader";
        what.claims = boost::json::object{{"sub", "ann"}};
        const auto seen = co_await w.db.execute("shop", what, soon());
        EXPECT_EQ(first(seen), "reader");
        if (seen && seen->size() == 2)
            EXPECT_EQ((*seen)[1].outcome.rows.value(0, 0), "one");
        auto slow = of({"delete from notes", "select pg_sleep(20)"});
        slow.timeout = 300ms;
        const auto got = co_await w.db.execute("shop", slow, soon());
        EXPECT_TRUE(!got && got.error().code == condition::timeout) << first(got);
        EXPECT_THAT(first(got), HasSubstr("queries.1"));
        EXPECT_EQ(co_await w.value("select count(*) from notes"), "2");
        EXPECT_EQ(first(co_await w.write("select current_user")), "postgres");
    });
}

TEST(execute, the_next_call_finds_a_clean_session)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script("create schema s; create function s.hold() returns int language plpgsql stable as "
                          "$$ begin perform pg_advisory_lock(9); return 1; end $$; create view s.v as select s.hold()");
        const auto pools = (co_await w.open.of("shop")).value();
        const auto clean = co_await w.next_session(pools->owner);
        for (const auto* sql :
             {"set search_path = s",
              "set role pg_monitor",
              "set session characteristics as transaction read only",
              "prepare p as select 1",
              "create temp table t (n int)",
              "select pg_advisory_lock(7)",
              "select set_config('app.poison', 'x', false)",
              "listen c",
              "declare c cursor with hold for select 1",
              "do $$ begin perform pg_advisory_lock(8); execute 'prepare q as select 2'; end $$",
              "select * from s.v",
              "select * from s.v",
              "select * from s.v",
              "set statement_timeout = 1; ",
              "discard plans"})
        {
            co_await w.write(sql);
            EXPECT_EQ(co_await w.next_session(pools->owner), clean) << sql;
        }
        EXPECT_EQ(co_await w.value("select count(*) from pg_locks where locktype = 'advisory'"), "0");
    });
}

TEST(execute, a_quick_read_that_comes_again_gives_the_same_answer)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script("create table t as select 1 as n");
        for (int i = 0; i < 20; ++i) {
            EXPECT_EQ(first(co_await w.write("select n from t")), "1");
            EXPECT_EQ(first(co_await w.write("select 1")), "1");
        }
        co_await w.script("drop table t");
        EXPECT_THAT(first(co_await w.write("select n from t")), StartsWith("error"));
    });
}

TEST(execute, types_arrive_as_json)
{
    at_work([](workplace& w) -> io::task<> {
        const auto got = co_await w.write("select true as b, 9007199254740992::int8 as i, 9007199254740993::int8 as "
                                          "big, 0.1::float4 as f, 'NaN'::float8 as nan, "
                                          "'-Infinity'::float8 as inf, 123456789012345678901234567890.10::numeric as "
                                          "num, E'{\\n\"a\":\\r1}'::json as j, "
                                          "'{\"b\":[1,null]}'::jsonb as jb, E'li\\nne\"'::text as t, null::int as "
                                          "nothing, array[1,2] as arr, 'x'::bytea as bin");
        EXPECT_TRUE(got) << first(got);
        if (got)
            EXPECT_THAT(
                encoded(got->front()),
                HasSubstr(
                    R"([true,9007199254740992,"9007199254740993",0.1,"NaN","-Infinity",)"
                    R"("123456789012345678901234567890.10",{ "a": 1},{"b": [1, null]},"li\nne\"",null,"{1,2}","\\x78"])"
                )
            );
    });
}

} // namespace
} // namespace basekeeper::database
