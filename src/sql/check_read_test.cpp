// What a read may be: texts that pass, texts that are refused, texts that need the catalog, and hostile bytes.
#include "sql/check_read.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace basekeeper::sql {

void PrintTo(const qualified_name& name, std::ostream* out)
{
    *out << to_text(name);
}

namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

void expect_all(verdict expected, std::initializer_list<std::string_view> texts)
{
    for (const auto text : texts) {
        const auto seen = check_read(text);
        EXPECT_EQ(static_cast<int>(seen.verdict), static_cast<int>(expected)) << text << "\n  reason: " << seen.reason;
        EXPECT_EQ(seen.reason.empty(), seen.verdict == verdict::harmless) << text;
    }
}

TEST(check_read, accepts_plain_queries)
{
    expect_all(
        verdict::harmless,
        {"select",
         "select 1;",
         " -- note\n/* a /* b */ c */ select 1",
         "table shop.items",
         "values (1), (2)",
         "select id, price * 2 from shop.items where name ilike 'a%' and id = any (array[1,2]) order by 1 limit 3",
         "with a as (select 1 as n) select n from a union all select 2",
         "with recursive t(n) as (select 1 union select n + 1 from t where n < 5) search depth first by n set o "
         "cycle n set c using p select * from t",
         "select sum(price) filter (where price > 0) over (partition by kind order by id desc nulls last "
         "rows between 1 preceding and current row) from shop.items",
         "select kind, count(*) from shop.items group by grouping sets ((kind), ()) having count(*) > 1",
         "select * from rows from (generate_series(1, 3), jsonb_to_recordset('[]') as (a int)) with ordinality",
         "select * from shop.items tablesample bernoulli (5) repeatable (1)",
         "select data -> 'a' ->> 'b', data ? 'c', data @> '{}' from shop.items",
         "select extract(year from now()), trim(' a'), 'a' collate \"C\", x at time zone 'utc' from shop.items",
         "select case when a then 'drop table' else $q$delete$q$ end, cast($1 as numeric(10,2)) from shop.items",
         "select \"update\", deleted_at from shop.items",
         "select current_setting('TimeZone')",
         "show work_mem"}
    );
}

TEST(check_read, refuses_every_statement_that_is_not_a_query)
{
    expect_all(
        verdict::refused,
        {"insert into t values (1)",
         "update t set a = 1",
         "delete from t",
         "truncate t",
         "merge into t using s on true "
         "when matched then delete",
         "create table t (a int)",
         "drop view v",
         "alter table t add a int",
         "grant select on t to public",
         "comment on table t is 'x'",
         "begin",
         "commit",
         "rollback",
         "savepoint s",
         "set role x",
         "set local work_mem = '1GB'",
         "reset all",
         "discard all",
         "prepare p as select 1",
         "execute p",
         "deallocate p",
         "declare c cursor for select 1",
         "fetch c",
         "close c",
         "listen a",
         "notify a",
         "unlisten a",
         "lock table t",
         "copy t to stdout",
         "copy (select 1) to program 'x'",
         "do 'begin end'",
         "call p()",
         "vacuum",
         "analyze t",
         "reindex table t",
         "cluster t",
         "checkpoint",
         "load 'x'",
         "refresh materialized view m",
         "alter system set a = 'b'",
         "create role r",
         "import foreign schema a from server s into b"}
    );
}

TEST(check_read, refuses_nothing_and_more_than_one)
{
    EXPECT_THAT(check_read("").reason, HasSubstr("empty"));
    EXPECT_THAT(check_read(" ; ; ").reason, HasSubstr("empty"));
    EXPECT_THAT(check_read("/*! delete from t */ -- x").reason, HasSubstr("empty"));
    EXPECT_THAT(check_read("select 1; select 2").reason, HasSubstr("2 statements"));
    expect_all(
        verdict::refused,
        {"select '--'; drop table t",
         "select $$;$$; delete from t",
         "select 1 as b$$; commit; select 2 as c$$",
         "select /* /* */ */ 1; delete from t",
         "select 'x",
         "select $a$",
         "selec 1",
         "\\copy t to x"}
    );
}

TEST(check_read, refuses_writes_hidden_in_a_query)
{
    expect_all(
        verdict::refused,
        {"select 1 as a into t",
         "(select 1 into t)",
         "with a as (select 1) select * into t from a",
         "values (1) union all select 2 into t",
         "with d as (delete from t returning 1) select * from d",
         "with a as (with b as (update t set a = 1 returning 1) table b) table a",
         "select * from t for update",
         "select * from (select * from t for key share skip locked) s",
         "with l as (select * from t for no key update nowait) select 1"}
    );
}

TEST(check_read, sees_a_denied_function_wherever_it_stands)
{
    for (const std::string call :
         {"set_config('a','b',true)",
          "pg_catalog.set_config('a','b',true)",
          "db.pg_catalog.set_config('a','b',true)",
          "\"set_config\"('a','b',true)",
          "U&\"set\\005fconfig\"('a','b',true)",
          "SET_CONFIG('a','b',true)"})
        for (std::string text :
             {"select @",
              "values (@)",
              "select * from @",
              "select * from rows from (now(), @)",
              "select 1 limit length(@)",
              "select 1 where '' = @",
              "select count(*) over (order by @)",
              "select count(*) filter (where '' = @)",
              "select string_agg(a, ',' order by @) from t",
              "select array[@]",
              "select coalesce(null, @)",
              "select (select @)",
              "select case when true then @ end",
              "select f(a => @)",
              "select xmlelement(name a, @)",
              "select 1 group by rollup (@)",
              "select sum(1) over w from t window w as (partition by @)",
              "select * from t tablesample system (length(@))",
              "select a[1:length(@)] from t",
              "select row(@)",
              "select '' in (@)",
              "select 1 from t join s on '' = @",
              "select 1 union all select @",
              "with a as (select @) table a",
              "select distinct on (@) 1",
              "select @ is null",
              "select @::int",
              "select not @",
              "select 1 having '' = @",
              "select * from t, lateral @ as x",
              "explain select @",
              "explain update t set a = @",
              "explain insert into t values (1) on conflict (a) do update set a = @",
              "select * from xmltable('/a' passing @ columns a int)",
              "select greatest(1, @)",
              "select '' = any (select @)"})
        {
            text.replace(text.find('@'), 1, call);
            const auto seen = check_read(text);
            EXPECT_EQ(seen.verdict, verdict::refused) << text;
            EXPECT_THAT(seen.reason, HasSubstr("set_config")) << text;
        }
}

TEST(check_read, refuses_each_class_of_denied_functions)
{
    expect_all(
        verdict::refused,
        {"select pg_advisory_xact_lock(1)",
         "select pg_try_advisory_lock(1)",
         "select nextval('s')",
         "select setseed(1)",
         "select txid_current()",
         "select pg_notify('a','b')",
         "select pg_cancel_backend(1)",
         "select pg_reload_conf()",
         "select pg_log_backend_memory_contexts(1)",
         "select pg_drop_replication_slot('a')",
         "select pg_prewarm('t')",
         "select pg_stat_reset()",
         "select brin_summarize_new_values('i')",
         "select pg_read_binary_file('a')",
         "select * from pg_ls_waldir()",
         "select lo_get(1)",
         "select lo_export(1, 'a')",
         "select pg_file_write('a','b',true)",
         "select query_to_xml('x', true, true, '')",
         "select cursor_to_xml('c', 1, true, true, '')",
         "select * from ts_stat('select 1')",
         "select ts_rewrite('a'::tsquery, 'select 1')",
         "select * from crosstab('select 1') as c(a int)",
         "select * from dblink('x','y') as d(a int)",
         "select net.http_post('u')",
         "select http_get('u')",
         "select cron.unschedule('j')",
         "select pgmq.send('q','{}')",
         "select graphql.resolve('x')",
         "select realtime.broadcast_changes('a')",
         "select vault.create_secret('a')",
         "select pg_sleep_until(now())",
         "select * from pg_stat_get_activity(null)",
         "select get_raw_page('t', 0)",
         "select * from pg_show_all_settings()"}
    );
}

TEST(check_read, knows_that_attribute_notation_calls_functions)
{
    expect_all(
        verdict::refused,
        {"select ('/etc/hostname'::text).pg_read_file",
         "select (array['s'])[1].nextval",
         "select f.pg_read_file from unnest(array['a']) f"}
    );
    expect_all(verdict::harmless, {"select l.http_status, l.lo_price from shop.log l"});
    expect_all(verdict::unproven, {"select f.http_get from unnest(array['a']) f", "select ('u').http_get"});
    const auto field = check_read("select (address).city from shop.people");
    EXPECT_EQ(field.verdict, verdict::unproven);
    EXPECT_THAT(field.functions, ElementsAre(qualified_name{"", "city"}));
    EXPECT_THAT(check_read("select p.touch from shop.people p").shadowable, Contains("touch"));
}

TEST(check_read, explain_may_plan_anything_but_run_only_queries)
{
    expect_all(
        verdict::harmless,
        {"explain select 1",
         "explain analyze verbose select 1",
         "explain (analyze, buffers, format json) select 1",
         "explain delete from t",
         "explain (analyze off) update t set a = 1",
         "explain (analyze 0, costs off) insert into t values (1)",
         "explain (analyze FALSE) delete from t where a = 1"}
    );
    expect_all(
        verdict::refused,
        {"explain analyze delete from t",
         "explain (analyze) insert into t values (1)",
         "explain (verbose, analyze oN) update t set a = 1",
         "explain (analyze off, analyze) delete from t",
         "explain (analyze, analyze off) delete from t",
         "explain (analyze 1) delete from t",
         "explain (analyze 'TRUE') delete from t",
         "explain create table t as select 1",
         "explain analyze create materialized view m as select 1",
         "explain analyze select 1 into t",
         "explain execute p",
         "explain analyze execute p",
         "explain declare c cursor for select 1",
         "explain refresh materialized view m",
         "explain (frobnicate) select 1",
         "explain with d as (delete from t returning 1) select * from d"}
    );
}

TEST(check_read, settings_are_told_by_name_only)
{
    expect_all(
        verdict::refused,
        {"show all",
         "show config_file",
         "show data_directory",
         "show ssl_key_file",
         "show archive_command",
         "show primary_conninfo",
         "show \"app.settings.jwt_secret\"",
         "select current_setting('hba_file')",
         "select current_setting('app.settings.service_key', true)",
         "select current_setting('a' || 'b')",
         "select current_setting(name) from pg_settings",
         "select current_setting($1)"}
    );
    expect_all(
        verdict::unproven,
        {"show some_extension.threshold", "select current_setting('my.flag')", "select name from pg_settings"}
    );
}

TEST(check_read, refuses_relations_that_are_secret_as_a_whole)
{
    expect_all(
        verdict::refused,
        {"select rolname from pg_authid",
         "select 1 from pg_catalog.pg_shadow",
         "table vault.secrets",
         "select * from (select name from vault.decrypted_secrets) s",
         "select count(*) from auth.refresh_tokens",
         "select 1 where exists (select from pg_user_mappings)",
         "select 1 union select 2 from pg_hba_file_rules",
         "select decrypted_secret from decrypted_secrets"}
    );
}

TEST(check_read, refuses_secret_columns_in_every_disguise)
{
    for (const std::string query :
         {"select * from @",
          "table @",
          "select a.* from @ a",
          "select a from @ as a",
          "select to_jsonb(a) ->> 'x' from @ a",
          "select command from @",
          "select 1 from @ where command like '%x%'",
          "select 1 from @ order by @.command",
          "select c from @ as a(b, c)",
          "select j from (@ a join t on true) as j",
          "select j.* from (@ a cross join t) as j",
          "select * from t, @",
          "select * from t left join @ a on a.id = t.id",
          "select (select a.*) from @ a",
          "select 1 from @ natural join (values ('x')) v(command)",
          "select 1 from @ join s using (command)",
          "select (a).command from @ a",
          "with a as (select * from @) select 1 from a",
          "explain select * from @",
          "select x from t, lateral (select a.* from @ a) x"})
    {
        auto text = query;
        for (auto at = text.find('@'); at != std::string::npos; at = text.find('@'))
            text.replace(at, 1, "cron.job");
        EXPECT_EQ(check_read(text).verdict, verdict::refused) << text;
    }
    expect_all(
        verdict::refused,
        {"select pid, query from pg_stat_activity",
         "select subconninfo from pg_subscription",
         "select prosrc from pg_proc",
         "select rolconfig from pg_roles",
         "select histogram_bounds from pg_stats",
         "select * from extensions.pg_stat_statements",
         "select u.recovery_token from auth.users u",
         "select encrypted_password from users"}
    );
}

TEST(check_read, other_columns_of_guarded_relations_are_readable)
{
    expect_all(
        verdict::harmless,
        {"select pid, state from pg_stat_activity",
         "select jobid, active from cron.job",
         "select id, email from auth.users",
         "select * from (select a.pid from pg_stat_activity a) s",
         "select t.*, a.pid from t join pg_stat_activity a on a.pid = t.pid",
         "select proname from pg_proc",
         "select count(*) from pg_stat_activity",
         "select * from users",
         "select attname, n_distinct from pg_stats"}
    );
}

TEST(check_read, what_the_text_cannot_prove_is_listed)
{
    const auto call = check_read("select shop.tax(price), \"Odd\"() from shop.items i, other");
    EXPECT_EQ(call.verdict, verdict::unproven);
    EXPECT_THAT(call.reason, HasSubstr("not a known built-in function"));
    EXPECT_THAT(
        call.functions, testing::UnorderedElementsAre(qualified_name{"shop", "tax"}, qualified_name{"", "Odd"})
    );
    EXPECT_THAT(
        call.relations, testing::UnorderedElementsAre(qualified_name{"shop", "items"}, qualified_name{"", "other"})
    );
    expect_all(
        verdict::unproven,
        {"select 1 <+> 2",
         "select 1 operator(shop.+) 2",
         "select 1 order by 1 using operator(shop.<)",
         "select 1 <=> any (select 2)",
         "select 5::shop.box",
         "select cast(5 as box2)",
         "select '1'::shop.d[]",
         "select public.lower('A')",
         "select * from json_to_record('{}') as x(a shop.d)",
         "select * from t tablesample shop.mine (1)",
         "select auth.uid()",
         "select repeat('x', 10000000)",
         "select lpad('x', n) from t",
         "select count(*) from generate_series(1, 1e9)",
         "select array_fill(0, array[id]) from t",
         "select array_fill(0, array[2000, 1000])"}
    );
}

TEST(check_read, a_literal_that_asks_for_a_huge_value_is_refused)
{
    for (const auto* text :
         {"select repeat('x', 100000000)",
          "select length(pg_catalog.lpad('x', 900000000, 'y'))",
          "select rpad('x', 9000000000)",
          "select array_fill(0, array[30000, 4000])"})
        EXPECT_EQ(check_read(text).verdict, verdict::refused) << text;
    EXPECT_EQ(check_read("select array_fill(0, array[3, 4]), repeat('x', 50)").verdict, verdict::harmless);
}

TEST(check_read, the_plan_of_a_change_is_told_from_other_plans)
{
    EXPECT_TRUE(check_read("explain delete from t").plans_change);
    EXPECT_FALSE(check_read("explain select 1").plans_change);
}

TEST(check_read, names_operators_and_types_that_are_not_built_in)
{
    const auto seen = check_read("select 1 operator(shop.<+>) 2, 3::shop.box");
    EXPECT_EQ(seen.verdict, verdict::unproven);
    EXPECT_THAT(seen.operators, ElementsAre("<+>"));
    EXPECT_THAT(seen.types, ElementsAre(qualified_name{"shop", "box"}));
}

TEST(check_read, a_text_with_thousands_of_names_is_refused)
{
    std::string text = "select 1";
    for (int i = 0; i < 2'000; ++i)
        text += ", f" + std::to_string(i) + "()";
    const auto seen = check_read(text);
    EXPECT_EQ(seen.verdict, verdict::refused);
    EXPECT_LE(seen.functions.size(), 1'000U);
}

TEST(check_read, names_that_could_be_taken_over_are_listed)
{
    const auto seen =
        check_read("select lower(name), pg_catalog.upper(name) from t where a = 1 and b operator(pg_catalog.>) 2");
    EXPECT_EQ(seen.verdict, verdict::harmless);
    EXPECT_THAT(seen.shadowable, ElementsAre("lower"));
    EXPECT_THAT(seen.operators, ElementsAre("="));
    EXPECT_THAT(seen.functions, IsEmpty());
}

} // namespace
} // namespace basekeeper::sql
