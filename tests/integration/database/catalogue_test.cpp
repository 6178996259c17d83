// What list_tables, get_schema and explain tell: every object once, each level its content, pages that survive changes.
#include "features/instances/probe.hpp"
#include "json/text.hpp"
#include "workplace.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <gmock/gmock.h>

#include <map>

namespace basekeeper::database {
namespace {

using testing::HasSubstr;
using testing::Not;

/// How often each object came, by its name.
using census = std::map<std::string, int>;

void count_names(const json_items& items, census& seen)
{
    for (const auto& item : items.items) {
        const auto one = json::read(item);
        EXPECT_TRUE(one) << item;
        if (one)
            ++seen[std::string(one->at("name").as_string())];
    }
}

constexpr std::string_view many_tables = R"(
do $$ begin for n in 1..2000 loop
  execute format('create table t_%s (id int primary key, name text not null default %L, parent int)', n, 'x');
  if n % 200 = 0 then commit; end if;
end loop; end $$)";

template <class Between>
io::task<census> all_tables(workplace& w, Between between)
{
    census seen;
    table_request what;
    for (int page = 0; page < 1'000; ++page) {
        const auto got = co_await w.db.tables("shop", what, soon());
        EXPECT_TRUE(got) << (got ? "" : describe(got.error()));
        if (!got)
            break;
        count_names(got->tables, seen);
        if (!got->next_cursor)
            break;
        what.cursor = *got->next_cursor;
        co_await between(page);
    }
    co_return seen;
}

TEST(catalogue, pages_of_2000_tables_show_each_exactly_once)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(many_tables));
        const auto nothing = [](int) -> io::task<> { co_return; };
        const auto seen = co_await all_tables(w, nothing);
        EXPECT_EQ(seen.size(), 2000U);
        for (const auto& [name, times] : seen)
            EXPECT_EQ(times, 1) << name;
        for (const auto level : {detail::names, detail::summary, detail::full}) {
            census objects;
            schema_request what{.schemas = {}, .pattern = {}, .level = level, .budget_bytes = 32'768, .cursor = {}};
            for (int page = 0; page < 2'000; ++page) {
                const auto got = co_await w.db.schema("shop", what, soon());
                if (!got)
                    break;
                count_names(got->objects, objects);
                if (!got->next_cursor)
                    break;
                what.cursor = *got->next_cursor;
            }
            EXPECT_EQ(objects.size(), 2000U);
            for (const auto& [name, times] : objects)
                EXPECT_EQ(times, 1) << name;
        }
        for (int round = 0; round < 3; ++round) {
            w.db.forget_catalogue("shop");
            const auto began = std::chrono::steady_clock::now();
            const auto listed = co_await w.db.tables("shop", {}, soon());
            const auto between = std::chrono::steady_clock::now();
            const auto described = co_await w.db.schema("shop", {}, soon());
            const auto ended = std::chrono::steady_clock::now();
            EXPECT_TRUE(listed && described);
            std::printf(
                "first page of 2000 tables: list_tables %.1f ms, get_schema %.1f ms\n",
                std::chrono::duration<double, std::milli>(between - began).count(),
                std::chrono::duration<double, std::milli>(ended - between).count()
            );
        }
    });
}

TEST(catalogue, tables_that_stay_are_seen_once_while_others_come_and_go)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(many_tables));
        const auto change = [&](int page) -> io::task<> {
            const auto n = std::to_string(page);
            co_await w.script(
                "drop table if exists t_5" + n + ", t_9" + n + "; create table aa_" + n + " (n int); create table zz_" +
                n + " (n int)"
            );
        };
        auto seen = co_await all_tables(w, change);
        for (const auto& [name, times] : seen)
            EXPECT_EQ(times, 1) << name;
        EXPECT_EQ(
            co_await w.value("select count(*) from pg_class where relname like 't\\_%' and relkind = 'r'"),
            std::to_string(
                std::ranges::count_if(
                    seen,
                    [&](const auto& s) {
                        return s.first.starts_with("public.t_") && !s.first.starts_with("public.t_5") &&
                               !s.first.starts_with("public.t_9");
                    }
                ) +
                std::stoi(co_await w.value("select count(*) from pg_class where relname ~ '^t_[59]' and relkind = 'r'"))
            )
        );
        EXPECT_TRUE(seen.contains("public.zz_0"));
        EXPECT_FALSE(seen.contains("public.aa_0"));
    });
}

constexpr std::string_view rich = R"(
create type mood as enum ('sad', 'glad'); comment on type mood is 'how one is';
create domain positive as int check (value > 0);
create type pair as (x int, y text);
create table parents (id bigint generated always as identity primary key, name varchar(20) not null unique);
create table children (a int, b int, parent bigint references parents, feeling mood default 'glad',
  twice int generated always as (a * 2) stored, gone int, primary key (b, a), check (a > 0));
alter table children drop column gone;
comment on table children is 'the "young"'; comment on column children.a is 'first';
create index children_feeling on children (feeling) where a > 5;
alter table children enable row level security;
create policy mine on children as restrictive for select to public using (a = 1);
create function touch() returns trigger language plpgsql as 'begin return new; end';
create trigger touching before update on children for each row execute function touch();
create function add_all(int, b int default 2) returns bigint language sql stable security definer as 'select 1::bigint';
create procedure settle() language sql as 'select 1';
create view grown as select * from parents; create materialized view counted as select count(*) n from parents;
create table split (n int) partition by range (n); create table split_1 partition of split for values from (0) to (9);
create schema other; create table other."odd name" (n int))";

TEST(catalogue, each_level_of_detail_tells_what_it_promises)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(rich));
        const auto told = [&](detail level, std::string pattern) -> io::task<std::string> {
            const auto got = co_await w.db.schema(
                "shop",
                {.schemas = {}, .pattern = std::move(pattern), .level = level, .budget_bytes = 65'536, .cursor = {}},
                soon()
            );
            std::string text;
            if (got)
                got->objects.write_json(text);
            co_return got ? text : describe(got.error());
        };
        const auto names = co_await told(detail::names, "");
        for (const auto* name :
             {"public.children",
              "public.grown",
              "other.odd name",
              "public.add_all",
              "public.mood",
              "public.positive",
              "public.pair",
              "procedure",
              "materialized_view",
              "composite_type"})
            EXPECT_THAT(names, HasSubstr(name));
        EXPECT_THAT(names, Not(HasSubstr("split_1")));
        EXPECT_THAT(names, Not(HasSubstr("columns")));
        const auto summary = co_await told(detail::summary, "children");
        for (const auto* part :
             {R"("a":"integer not null")",
              "mood default 'glad'::mood",
              "integer generated",
              R"(the \"young\")",
              R"("rls_enabled":true)",
              R"(["b","a"])",
              "FOREIGN KEY (parent) REFERENCES parents(id)"})
            EXPECT_THAT(summary, HasSubstr(part));
        EXPECT_THAT(summary, Not(HasSubstr("gone")));
        EXPECT_THAT(summary, Not(HasSubstr("CREATE INDEX")));
        const auto full = co_await told(detail::full, "children");
        for (const auto* part :
             {"CREATE INDEX children_feeling",
              "CHECK ((a > 0))",
              R"("restrictive":true)",
              "(a = 1)",
              "CREATE TRIGGER touching",
              R"("a":"first")"})
            EXPECT_THAT(full, HasSubstr(part));
        const auto function = co_await told(detail::full, "add\\_all");
        for (const auto* part : {"integer, b integer DEFAULT 2", "bigint", "stable", R"("security_definer":true)"})
            EXPECT_THAT(function, HasSubstr(part));
        EXPECT_THAT(co_await told(detail::summary, "mood"), HasSubstr(R"(["sad","glad"])"));
        EXPECT_THAT(co_await told(detail::summary, "positive"), HasSubstr("CHECK ((VALUE > 0))"));
        EXPECT_THAT(co_await told(detail::summary, "parents"), HasSubstr("bigint not null identity"));
    });
}

constexpr std::string_view richer = R"sql(
create extension file_fdw; create server files foreign data wrapper file_fdw;
create foreign table remote (a text) server files options (filename '/dev/null');
create table split (n int, k text) partition by list (k);
create table split_a partition of split for values in ('a'); create table split_rest partition of split default;
create table base (a int); create table derived () inherits (base);
create table counted (id int generated by default as identity, twice int generated always as (3 * 2) stored);
create view seen as select 41 + 1 as answer; create publication several for table split, counted; create publication every for all tables;
create function answer() returns int language sql set search_path = '' as 'select 6 * 7';
create aggregate total(int) (sfunc = int4pl, stype = int))sql";

TEST(catalogue, tells_partitions_publications_servers_and_source_at_their_level)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(richer));
        const auto told = [&](detail level, std::string pattern) -> io::task<std::string> {
            const auto got = co_await w.db.schema(
                "shop",
                {.schemas = {}, .pattern = std::move(pattern), .level = level, .budget_bytes = 65'536, .cursor = {}},
                soon()
            );
            std::string text;
            if (got)
                got->objects.write_json(text);
            co_return got ? text : describe(got.error()) + got.error().server_text;
        };
        EXPECT_THAT(co_await told(detail::summary, "remote"), HasSubstr(R"("server":"files")"));
        EXPECT_THAT(co_await told(detail::summary, "derived"), HasSubstr(R"("inherits":["base"])"));
        const auto counted = co_await told(detail::summary, "counted");
        EXPECT_THAT(counted, HasSubstr("integer not null identity by default"));
        EXPECT_THAT(counted, HasSubstr("integer generated as ((3 * 2))"));
        const auto split = co_await told(detail::summary, "split");
        EXPECT_THAT(split, HasSubstr(R"sql("partition_by":"LIST (k)")sql"));
        EXPECT_THAT(split, HasSubstr(R"("partition_count":2)"));
        EXPECT_THAT(split, Not(HasSubstr("split_a")));
        const auto full = co_await told(detail::full, "split");
        EXPECT_THAT(full, HasSubstr(R"sql("split_a":"FOR VALUES IN ('a')")sql"));
        EXPECT_THAT(full, HasSubstr(R"("split_rest":"DEFAULT")"));
        EXPECT_THAT(full, HasSubstr("several"));
        EXPECT_THAT(co_await told(detail::full, "counted"), HasSubstr(R"(["every","several"])"));
        EXPECT_THAT(co_await told(detail::full, "answer"), HasSubstr("search_path="));
        EXPECT_THAT(co_await told(detail::full, "answer"), Not(HasSubstr("6 * 7")));
        EXPECT_THAT(co_await told(detail::source, "answer"), HasSubstr("select 6 * 7"));
        EXPECT_THAT(co_await told(detail::source, "seen"), HasSubstr("41 + 1"));
        EXPECT_THAT(co_await told(detail::source, ""), HasSubstr("aggregate"));
    });
}

TEST(catalogue, is_told_from_memory_until_something_runs_that_may_change_it)
{
    at_work([](workplace& w) -> io::task<> {
        const auto tables = [&]() -> io::task<std::size_t> {
            const auto got = co_await w.db.tables("shop", {}, soon());
            co_return got ? got->tables.items.size() : 999;
        };
        const auto objects = [&]() -> io::task<std::size_t> {
            const auto got = co_await w.db.schema("shop", {}, soon());
            co_return got ? got->objects.items.size() : 999;
        };
        EXPECT_EQ(co_await tables(), 0U);
        EXPECT_EQ(co_await objects(), 0U);
        co_await w.script("create table of_somebody_else (a int)");
        EXPECT_EQ(co_await tables(), 0U);
        EXPECT_TRUE(co_await w.write("select 1"));
        EXPECT_EQ(co_await objects(), 0U);
        EXPECT_TRUE(co_await w.write("create table ours (a int)"));
        EXPECT_EQ(co_await tables(), 2U);
        EXPECT_EQ(co_await objects(), 2U);
        EXPECT_FALSE(co_await w.write("do $$ begin execute 'create table more (a int)'; commit; perform 1 / 0; end $$")
        );
        EXPECT_EQ(co_await tables(), 3U);
    });
}

TEST(catalogue, verbose_tables_name_keys_in_their_order_and_schemas_are_chosen)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(rich));
        const auto got = co_await w.db.tables(
            "shop",
            {.schemas = {"public"},
             .pattern = "child%",
             .verbose = true,
             .limit = 10,
             .cursor = {},
             .budget_bytes = 65'536},
            soon()
        );
        EXPECT_TRUE(got && got->tables.items.size() == 1);
        if (got && got->tables.items.size() == 1) {
            EXPECT_THAT(got->tables.items[0], HasSubstr(R"("primary_keys":["b","a"])"));
            EXPECT_THAT(got->tables.items[0], HasSubstr("REFERENCES parents(id)"));
        }
        const auto others = co_await w.db.tables(
            "shop",
            {.schemas = {"other", "none\"}"},
             .pattern = {},
             .verbose = false,
             .limit = 10,
             .cursor = {},
             .budget_bytes = 65'536},
            soon()
        );
        EXPECT_TRUE(others && others->tables.items.size() == 1 && !others->next_cursor);
        const auto system = co_await w.db.tables(
            "shop",
            {.schemas = {"pg_catalog"},
             .pattern = "pg\\_class",
             .verbose = true,
             .limit = 10,
             .cursor = {},
             .budget_bytes = 65'536},
            soon()
        );
        EXPECT_TRUE(system && system->tables.items.size() == 1);
        EXPECT_TRUE(co_await w.db.extensions("shop", soon()));
    });
}

TEST(catalogue, a_cursor_that_nobody_gave_is_refused_before_the_server_is_asked)
{
    at_work([](workplace& w) -> io::task<> {
        for (const auto* cursor : {"x", "!!!", "MR8fHw", "MR9hH2Ifbm8", "////", "MR9hH2IfOTk5OTk5OTk5OTk5"}) {
            table_request what;
            what.cursor = cursor;
            const auto listed = co_await w.db.tables("shop", what, soon());
            EXPECT_TRUE(!listed && listed.error().code == condition::invalid_argument) << cursor;
            schema_request schema;
            schema.cursor = cursor;
            const auto described = co_await w.db.schema("shop", schema, soon());
            EXPECT_TRUE(!described && described.error().code == condition::invalid_argument) << cursor;
        }
    });
}

TEST(explain, plans_reads_and_changes_and_executes_reads_only)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script("create table t as select n from generate_series(1, 100) n; create view v as select 1 as n");
        const auto ask = [&](std::string sql, engine::measure how) -> io::task<std::string> {
            const auto got =
                co_await w.db.explain("shop", {.sql = std::move(sql), .params = {}, .param_types = {}}, how, soon());
            co_return got ? *got : "error: " + describe(got.error());
        };
        using enum engine::measure;
        for (int round = 0; round < 2; ++round) {
            EXPECT_THAT(co_await ask("select * from t where n = 5;", estimate), HasSubstr("Seq Scan"));
            EXPECT_THAT(co_await ask("-- first\nselect count(*) from t", analyze), HasSubstr("Actual Rows"));
            EXPECT_THAT(co_await ask("delete from t where n < 3", estimate), HasSubstr("Delete"));
            EXPECT_THAT(co_await ask("insert into t select 1", estimate), HasSubstr("Insert"));
            EXPECT_THAT(co_await ask("delete from t", analyze), HasSubstr("changes data"));
            EXPECT_THAT(
                co_await ask("with d as (delete from t returning n) select * from d", analyze), HasSubstr("error")
            );
            EXPECT_THAT(co_await ask("drop table t", estimate), HasSubstr("must be one SELECT"));
            EXPECT_THAT(co_await ask("select 1; select 2", estimate), HasSubstr("must be one SELECT"));
            EXPECT_THAT(co_await ask("select 1 into u", analyze), HasSubstr("error"));
            EXPECT_EQ(co_await w.value("select count(*) from t"), "100");
            if (round == 0)
                co_await w.harden();
        }
        std::string wide = "select * from t a0";
        for (int i = 1; i < 60; ++i)
            wide += " cross join t a" + std::to_string(i);
        EXPECT_FALSE((co_await ask(wide, estimate)).empty());
    });
}

TEST(instances_of_this_server, are_described_and_every_way_in_is_tried)
{
    at_work([](workplace& w) -> io::task<> {
        const auto facts = co_await instances::look(w.open, "shop", soon());
        EXPECT_TRUE(facts) << (facts ? "" : describe(facts.error()));
        if (facts) {
            EXPECT_THAT(facts->version, testing::StartsWith("1"));
            EXPECT_TRUE(facts->login.superuser);
            EXPECT_FALSE(facts->supabase);
            EXPECT_GT(facts->size_bytes, 1'000'000);
            EXPECT_EQ(facts->login.user, "postgres");
        }
        co_await w.harden();
        const auto ways = co_await instances::try_ways_in(w.names, w.on.executor(), w.on.pool(), "shop", soon());
        EXPECT_TRUE(ways && ways->size() == 2 && (*ways)[0].works && (*ways)[1].works);
        EXPECT_FALSE(co_await instances::look(w.open, "nowhere", soon()));
        EXPECT_FALSE(co_await instances::try_ways_in(w.names, w.on.executor(), w.on.pool(), "nowhere", soon()));
    });
}

} // namespace
} // namespace basekeeper::database
