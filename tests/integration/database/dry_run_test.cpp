// Dry runs attacked on a real server: what leaves a trace after the rollback must have been asked about, and what is
// not asked about must leave none.
#include "features/database/tools/tools.hpp"
#include "sql/classify.hpp"
#include "trace.hpp"

#include <boost/json/array.hpp>
#include <gmock/gmock.h>

#include <array>

namespace basekeeper::database {
namespace {

using testing::HasSubstr;

constexpr std::string_view place = R"(
create schema shop;
create sequence shop.ticket;
create table shop.items (id serial primary key, name text, price int);
insert into shop.items(name, price) select 'i' || n, n from generate_series(1, 20) n;
create table shop.orders (id int primary key, item int references shop.items on delete cascade);
insert into shop.orders select n, n from generate_series(1, 10) n;
create view shop.cheap as select * from shop.items where price < 5;
create materialized view shop.total as select count(*) from shop.items;
create function shop.take() returns bigint language plpgsql as $$ begin return nextval('shop.ticket'); end $$;
create function shop.same(int) returns int language plpgsql immutable as
  $$ begin perform setval('shop.ticket', 900); return $1; end $$;
create procedure shop.settle() language plpgsql as $$ begin perform nextval('shop.ticket'); end $$;
create domain shop.small as int;
create function shop.on_insert() returns trigger language plpgsql as $$ begin return new; end $$;
select lo_create(4711);
create extension dblink)";

/// Each leaves something, or steers the server, although its transaction is rolled back.
constexpr auto lasting = std::to_array<std::string_view>({
    "select nextval('shop.ticket')",
    "select setval('shop.ticket', 50)",
    "insert into shop.items(name, price) values ('x', nextval('shop.ticket'))",
    "update shop.items set price = nextval('shop.ticket') where id = 1",
    "delete from shop.items where id = setval('shop.ticket', 60)",
    "with t as (select nextval('shop.ticket') n) delete from shop.items using t where id = n",
    "merge into shop.items i using shop.orders o on i.id = nextval('shop.ticket') when matched then delete",
    "select ('shop.ticket'::regclass).nextval",
    "select shop.take()",
    "select shop.same(1)",
    "explain select shop.same(1)",
    "explain analyze delete from shop.items where shop.take() > 0",
    "declare c cursor for select nextval('shop.ticket')",
    "do $$ begin perform nextval('shop.ticket'); end $$",
    "call shop.settle()",
    "create table shop.copied as select nextval('shop.ticket') n",
    "create materialized view shop.copied as select nextval('shop.ticket') n",
    "select nextval('shop.ticket') into shop.copied",
    "alter table shop.items add column n bigint default nextval('shop.ticket')",
    "alter table shop.orders alter item type int using shop.same(item)",
    "alter table shop.items add check (shop.same(price) > 0)",
    "create index on shop.items (shop.same(price))",
    "create index on shop.items (price) where shop.same(1) = 1",
    "copy (select nextval('shop.ticket')) to '/dev/null'",
    "copy (select 1) to program 'cat > /dev/null'",
    "select dblink_exec('dbname=' || current_database() || ' port=' || current_setting('port') || ' host=' || "
    "current_setting('unix_socket_directories'), 'insert into shop.items(name) values (''far'')')",
    "delete from shop.items where dblink_exec('dbname=' || current_database() || ' port=' || current_setting('port') "
    "|| ' host=' || current_setting('unix_socket_directories'), 'create table if not exists shop.far (n int)') = 'x'",
    "select lo_export(4711, '/dev/null')",
    "select pg_switch_wal()",
    "select pg_create_physical_replication_slot('left')",
    "select pg_create_restore_point('left')",
    "select pg_logical_emit_message(false, 'a', 'b')",
    "select pg_replication_origin_create('left')",
    "select pg_terminate_backend(0)",
    "select pg_advisory_lock(77)",
    "select pg_stat_reset()",
    "select query_to_xml('select nextval(''shop.ticket'')', true, true, '')",
    "checkpoint",
    "load 'auto_explain'",
});

/// Nothing of these is left, in the database, in the server or in the next session.
constexpr auto undone = std::to_array<std::string_view>({
    "delete from shop.items",
    "update shop.items set price = 0",
    "insert into shop.orders values (99, 1)",
    "truncate shop.items restart identity cascade",
    "drop table shop.items cascade",
    "drop schema shop cascade",
    "alter table shop.items drop column name cascade",
    "alter table shop.orders alter item type bigint",
    "alter table shop.items disable trigger all",
    "alter sequence shop.ticket restart with 500",
    "create table shop.more (n serial)",
    "create view shop.v as select shop.take()",
    "create function shop.f() returns int language sql as 'select 1'",
    "create role left_behind superuser",
    "alter role postgres set search_path = shop",
    "alter database postgres set search_path = shop",
    "grant all on schema shop to public",
    "comment on table shop.items is 'x'",
    "create index on shop.items (name)",
    "set session search_path = shop",
    "set session characteristics as transaction read only",
    "set session authorization pg_monitor",
    "set role pg_monitor",
    "select set_config('app.poison', 'x', false)",
    "select pg_advisory_xact_lock(78)",
    "select pg_notify('c', 'x')",
    "notify c",
    "listen c",
    "lock table shop.items in access exclusive mode",
    "prepare p as delete from shop.items",
    "declare c cursor with hold for select * from shop.items",
    "create temp table gone (n int)",
    "select lo_unlink(4711)",
    "select lo_create(0)",
    "select 1 into shop.copied",
    "select * from shop.items for update",
    "create publication left_behind for all tables",
    "create event trigger left_behind on ddl_command_end execute function shop.take()",
});

/// Each fails inside a transaction, so nothing of it can stay.
constexpr auto impossible = std::to_array<std::string_view>({
    "vacuum shop.items",
    "create database left_behind",
    "drop database postgres",
    "alter system set work_mem = '1GB'",
    "create index concurrently on shop.items (price)",
    "drop index concurrently shop.items_pkey",
    "reindex database postgres",
    "create tablespace left_behind location '/tmp'",
    "alter type shop.none add value 'x'",
});

io::task<result<std::vector<rows_page>>> try_out(workplace& w, std::string_view text)
{
    execution what;
    what.statements.push_back({.sql = std::string(text), .params = {}, .param_types = {}});
    what.end = transaction_end::roll_back;
    co_return co_await w.db.execute("shop", std::move(what), soon());
}

/// What the person is told before a dry run of these; empty: it runs without a question.
std::string asked(workplace& w, const std::vector<std::string>& queries)
{
    const auto tool = tools::execute_sql(w.db);
    boost::json::object arguments{{"dry_run", true}};
    if (queries.size() == 1)
        arguments["query"] = queries.front();
    else
        arguments["queries"] = boost::json::array(queries.begin(), queries.end());
    auto prepared = tool.prepare(arguments);
    if (!prepared)
        return "error: " + describe(prepared.error());
    return prepared->intent.does == mcp::effect::destroys ? prepared->intent.summary : std::string();
}

TEST(dry_run, what_stays_is_asked_about)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(place));
        for (const auto text : lasting) {
            EXPECT_THAT(asked(w, {std::string(text)}), HasSubstr("may not take back")) << text;
            const auto got = co_await try_out(w, text);
            EXPECT_TRUE(got) << text << "\n  the attack itself must work: " << first(got);
        }
        // Otherwise the list above proves nothing.
        EXPECT_NE(co_await w.value("select last_value from shop.ticket"), "1");
        EXPECT_EQ(co_await w.value("select count(*) from shop.items where name = 'far'"), "1");
        co_await w.script("select pg_drop_replication_slot('left')");
    });
}

TEST(dry_run, what_is_not_asked_about_leaves_nothing)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(place));
        const auto pools = (co_await w.open.of("shop")).value();
        const auto clean = co_await w.next_session(pools->owner);
        const auto before = co_await trace(w);
        for (const auto text : undone) {
            EXPECT_EQ(asked(w, {std::string(text)}), "") << text;
            const auto got = co_await try_out(w, text);
            EXPECT_TRUE(got || text.starts_with("create event trigger")) << text << first(got);
            EXPECT_EQ(co_await difference(w, before), "nothing") << text;
            EXPECT_EQ(co_await w.next_session(pools->owner), clean) << text;
        }
    });
}

TEST(dry_run, what_cannot_run_in_a_transaction_fails_and_leaves_nothing)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(place));
        const auto before = co_await trace(w);
        for (const auto text : impossible) {
            const auto got = co_await try_out(w, text);
            EXPECT_FALSE(got) << text;
            EXPECT_EQ(co_await difference(w, before), "nothing") << text;
        }
    });
}

TEST(dry_run, a_session_lock_is_gone_with_the_session)
{
    at_work([](workplace& w) -> io::task<> {
        EXPECT_TRUE(co_await try_out(w, "select pg_advisory_lock(5)"));
        const auto held = "select count(*) from pg_locks where locktype = 'advisory' and objid = 5";
        const auto until = io::deadline::after(5s);
        while (co_await w.value(held) != "0" && !until.expired())
            co_await w.value("select pg_sleep(0.02)");
        EXPECT_EQ(co_await w.value(held), "0");
    });
}

TEST(dry_run, code_made_on_the_way_is_asked_about_when_something_follows)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(place));
        const std::string trigger = "create trigger t before insert on shop.orders for each row execute function "
                                    "shop.on_insert()";
        const std::string view = "create view shop.v as select nextval('shop.ticket')";
        EXPECT_EQ(asked(w, {trigger}), "");
        EXPECT_THAT(asked(w, {trigger, "insert into shop.orders values (50, 1)"}), HasSubstr("CREATE TRIGGER"));
        EXPECT_THAT(asked(w, {view, "select * from shop.v"}), HasSubstr("nextval()"));
        EXPECT_EQ(asked(w, {"create table shop.u (n int)", "insert into shop.u values (1)"}), "");
        co_return;
    });
}

struct ambush
{
    std::string_view set;
    std::string_view sprung_by;
    std::string_view named;
};

/// Code that the text does not show. Each is set on a database of its own.
constexpr auto ambushes = std::to_array<ambush>({
    {"create trigger bite after delete on shop.items for each row execute function shop.bite()",
     "delete from shop.items where id = 20",
     "nextval"},
    {"create trigger bite after delete on shop.orders for each row execute function shop.bite()",
     "delete from shop.items where id = 1",
     "trigger bite on shop.orders"},
    {"create trigger bite before truncate on shop.orders execute function shop.bite()",
     "truncate shop.orders",
     "shop.bite()"},
    {"create view shop.v as select nextval('shop.ticket') n", "select * from shop.v", "nextval"},
    {"create view shop.w as select shop.take() n; create view shop.v as select * from shop.w",
     "create table shop.copied as select * from shop.v",
     "shop.take()"},
    {"create rule bite as on update to shop.orders do also select setval('shop.ticket', 70)",
     "update shop.orders set item = 2 where id = 1",
     "setval"},
    {"create index on shop.items (shop.same(price))", "insert into shop.items(price) values (1)", "shop.same()"},
    {"alter table shop.items alter price set default shop.take()", "insert into shop.items(name) values ('x')", "take"},
    {"alter table shop.items add check (shop.same(price) > 0)", "insert into shop.items(price) values (1)", "same"},
    {"create function shop.spill() returns trigger language plpgsql as $$ begin "
     "copy (select 1) to program 'cat > /dev/null'; return null; end $$; "
     "create trigger spill after insert on shop.orders execute function shop.spill()",
     "insert into shop.orders values (50, 1)",
     "mentions copy"},
    {"create foreign data wrapper w; create server s foreign data wrapper w; "
     "create foreign table shop.far (n int) server s",
     "delete from shop.far",
     "foreign table"},
});

constexpr std::string_view biting = R"(;
create function shop.bite() returns trigger language plpgsql as
  $$ begin perform nextval('shop.ticket'); return null; end $$;)";

TEST(dry_run, code_behind_the_names_that_would_leave_something_is_refused)
{
    for (const auto& each : ambushes)
        at_work([&](workplace& w) -> io::task<> {
            co_await w.script(std::string(place) + std::string(biting) + std::string(each.set));
            const auto before = co_await trace(w);
            const auto got = co_await try_out(w, each.sprung_by);
            EXPECT_TRUE(!got && got.error().code == condition::denied) << each.set << first(got);
            EXPECT_THAT(first(got), HasSubstr(std::string(each.named)));
            EXPECT_EQ(co_await difference(w, before), "nothing") << each.sprung_by;
        });
}

TEST(dry_run, harmless_code_behind_the_names_runs)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(place) + R"(;
            create table shop.log (id bigserial, what text);
            create function shop.note() returns trigger language plpgsql as $$
              begin insert into shop.log(what) values (tg_op); perform pg_notify('c', tg_op); return new; end $$;
            create trigger note after insert or update or delete on shop.items for each row execute function shop.note();
            create trigger off after delete on shop.items for each row execute function shop.note();
            create table shop.uuids (id uuid default gen_random_uuid(), at timestamptz default now());
            alter table shop.items enable row level security;
            create policy p on shop.items using (current_user = 'postgres'))");
        for (const auto* text :
             {"insert into shop.items(name, price) values ('x', 1)",
              "update shop.items set price = 3 where id = 3",
              "delete from shop.items",
              "insert into shop.uuids default values",
              "select * from shop.cheap",
              "select * from shop.total",
              "select * from pg_class limit 1",
              "truncate shop.items cascade"})
        {
            const auto got = co_await try_out(w, text);
            EXPECT_TRUE(got) << text << first(got);
        }
        EXPECT_EQ(co_await w.value("select count(*) from shop.log"), "0");
    });
}

} // namespace
} // namespace basekeeper::database
