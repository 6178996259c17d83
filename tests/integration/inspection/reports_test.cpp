// Each report on a situation that must show and on one that must not.
#include "inspected.hpp"
#include "io/nursery.hpp"
#include "json/text.hpp"

#include <boost/json/array.hpp>

namespace basekeeper::inspection {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

[[noreturn]] void rethrow(std::exception_ptr bug)
{
    std::rethrow_exception(bug);
}

TEST(reports, every_report_answers_on_an_empty_database_with_one_sentence_of_advice)
{
    inspect_at_work([](workplace& w) -> io::task<> {
        co_await w.script("create extension pg_stat_statements");
        std::vector<report> all;
        boost::mp11::mp_for_each<boost::describe::describe_enumerators<report>>([&](auto d) { all.push_back(d.value); }
        );
        EXPECT_EQ(all.size(), 17U);
        for (const auto which : all) {
            const auto page = co_await page_of(w, which);
            const auto read = json::read(page);
            EXPECT_TRUE(read) << page;
            if (!read)
                continue;
            EXPECT_GT(read->at("advice").as_string().size(), 40U);
            EXPECT_FALSE(read->at("columns").as_array().empty()) << page;
            EXPECT_FALSE(read->as_object().contains("hidden")) << "a superuser sees everything: " << page;
        }
    });
}

TEST(reports, locks_and_blocking_show_who_waits_for_whom)
{
    inspect_at_work([](workplace& w) -> io::task<> {
        co_await w.script("create table \"odd \"\"name\" (id int primary key); create table quiet (id int)");
        EXPECT_THAT(co_await page_of(w, report::blocking), HasSubstr("\"row_count\":0"));
        auto holder = co_await session(w);
        auto waiter = co_await session(w);
        co_await run(holder, "begin; lock table \"odd \"\"name\" in access exclusive mode");
        io::nursery jobs(w.on.executor(), rethrow);
        const auto wait = [&]() -> io::task<> {
            EXPECT_TRUE(co_await waiter.query("select * from \"odd \"\"name\"", {}, soon()));
        };
        jobs.spawn(wait());
        std::string blocking;
        for (int i = 0; i < 100 && !blocking.contains("\"row_count\":1"); ++i) {
            static_cast<void>(co_await io::sleep(20ms));
            blocking = co_await page_of(w, report::blocking);
        }
        EXPECT_THAT(
            blocking,
            AllOf(
                HasSubstr(R"(public.odd \"name)"),
                HasSubstr("AccessShareLock"),
                HasSubstr(
                    "[" + std::to_string(waiter.backend_pid()) + "," + std::to_string(holder.backend_pid()) + ","
                ),
                HasSubstr("idle in transaction")
            )
        );
        const auto locks = co_await page_of(w, report::locks);
        EXPECT_THAT(locks, AllOf(HasSubstr("AccessExclusiveLock"), HasSubstr("false"), Not(HasSubstr("quiet"))));
        co_await run(holder, "rollback");
        EXPECT_TRUE(co_await jobs.join(soon()));
        EXPECT_THAT(co_await page_of(w, report::blocking), HasSubstr("\"row_count\":0"));
    });
}

TEST(reports, long_queries_show_open_transactions_and_hide_passwords)
{
    inspect_at_work([](workplace& w) -> io::task<> {
        auto idle = co_await session(w);
        auto open = co_await session(w);
        auto secret = co_await session(w);
        co_await run(idle, "select 'nothing to see'");
        co_await run(open, "begin; select 'forgotten one'");
        co_await run(secret, "begin; create role kept_secret password 'hunter2-hunter2'");
        static_cast<void>(co_await io::sleep(1'200ms));
        EXPECT_THAT(
            co_await page_of(w, report::long_queries),
            AllOf(
                HasSubstr("forgotten one"),
                HasSubstr("idle in transaction"),
                Not(HasSubstr("nothing to see")),
                HasSubstr("it mentions a password"),
                Not(HasSubstr("hunter2"))
            )
        );
        EXPECT_THAT(co_await page_of(w, report::locks), Not(HasSubstr("hunter2")));
        co_await run(secret, "rollback");
    });
}

TEST(reports, outliers_and_calls_come_from_recorded_statements)
{
    inspect_at_work([](workplace& w) -> io::task<> {
        EXPECT_THAT(
            co_await page_of(w, report::outliers),
            AllOf(HasSubstr("error: "), HasSubstr("create extension pg_stat_statements"))
        );
        co_await w.script("create schema \"Odd schema\"; create extension pg_stat_statements schema \"Odd schema\"");
        auto db = co_await session(w);
        co_await run(db, "select pg_sleep(0.3)");
        for (int i = 0; i < 40; ++i)
            EXPECT_TRUE(co_await db.query("select 'often called'", {}, soon()));
        const auto outliers = co_await page_of(w, report::outliers, 1);
        EXPECT_THAT(outliers, AllOf(HasSubstr("pg_sleep"), HasSubstr("call again with offset 1")));
        EXPECT_THAT(outliers, Not(HasSubstr("often called")));
        EXPECT_THAT(co_await page_of(w, report::calls, 1), HasSubstr(",40,"));
    });
}

TEST(reports, bloat_shows_what_was_deleted_and_not_what_is_fresh)
{
    inspect_at_work([](workplace& w) -> io::task<> {
        co_await w.script(
            "create table swollen (id int primary key, t text); create table fresh (id int primary key, t text);"
            "insert into swollen select n, repeat('x', 60) from generate_series(1, 60000) n;"
            "insert into fresh select n, repeat('x', 60) from generate_series(1, 60000) n;"
            "delete from swollen where id % 20 <> 0"
        );
        co_await w.script("vacuum (analyze) swollen");
        co_await w.script("vacuum (analyze) fresh");
        EXPECT_THAT(
            co_await page_of(w, report::bloat),
            AllOf(
                HasSubstr("public.swollen"),
                HasSubstr("reindex index concurrently public.swollen_pkey"),
                Not(HasSubstr("fresh"))
            )
        );
    });
}

TEST(reports, vacuum_shows_dead_rows_until_they_are_gone)
{
    inspect_at_work([](workplace& w) -> io::task<> {
        co_await w.script("create table dirty (id int); create table clean (id int); insert into clean select "
                          "generate_series(1, 500);"
                          "insert into dirty select generate_series(1, 500); update dirty set id = id + 1; select "
                          "pg_stat_force_next_flush()");
        std::string page;
        for (int i = 0; i < 100 && !page.contains("public.dirty"); ++i) {
            static_cast<void>(co_await io::sleep(50ms));
            page = co_await page_of(w, report::vacuum);
        }
        EXPECT_THAT(page, AllOf(HasSubstr("public.dirty"), HasSubstr(",500,500,"), Not(HasSubstr("clean"))));
        co_await w.script("vacuum dirty");
        for (int i = 0; i < 100 && page.contains("public.dirty"); ++i) {
            static_cast<void>(co_await io::sleep(50ms));
            page = co_await page_of(w, report::vacuum);
        }
        EXPECT_THAT(page, Not(HasSubstr("dirty")));
    });
}

TEST(reports, xid_age_names_the_transaction_that_holds_old_rows)
{
    inspect_at_work([](workplace& w) -> io::task<> {
        auto open = co_await session(w);
        co_await run(open, "begin isolation level repeatable read; select 1");
        static_cast<void>(co_await io::sleep(1'200ms));
        const auto name = "pid " + std::to_string(open.backend_pid()) + ",";
        EXPECT_THAT(
            co_await page_of(w, report::xid_age), AllOf(HasSubstr(name), HasSubstr("holds old rows: transaction"))
        );
        co_await run(open, "commit");
        EXPECT_THAT(co_await page_of(w, report::xid_age), AllOf(Not(HasSubstr(name)), HasSubstr("\"database\"")));
    });
}

TEST(reports, sequences_near_their_end_show_by_the_type_of_their_column)
{
    inspect_at_work([](workplace& w) -> io::task<> {
        co_await w.script("create table small (id serial); select setval('small_id_seq', (2147483647 * 0.95)::int);"
                          "create sequence wide; create table narrow (id smallint default nextval('wide'));"
                          "alter sequence wide owned by narrow.id; select setval('wide', 32000);"
                          "create sequence down increment -1 minvalue -100 maxvalue -1; select setval('down', -90);"
                          "create sequence round maxvalue 10 cycle; select setval('round', 10);"
                          "create table roomy (id bigserial); select setval('roomy_id_seq', 2147483647)");
        EXPECT_THAT(
            co_await page_of(w, report::sequences),
            AllOf(
                HasSubstr("public.small.id"),
                HasSubstr(",95]"),
                HasSubstr("public.narrow.id"),
                HasSubstr("public.down"),
                Not(HasSubstr("roomy")),
                Not(HasSubstr("public.round"))
            )
        );
    });
}

TEST(reports, duplicate_indexes_name_the_one_to_drop)
{
    inspect_at_work([](workplace& w) -> io::task<> {
        co_await w.script(
            "create table \"T\" (id int primary key, a int, b int, c text);"
            "create index ab on \"T\" (a, b); create index a_only on \"T\" (a); create index ab_again on \"T\" (a, b);"
            "create index id_again on \"T\" (id); create index b_only on \"T\" (b); create index a_down on \"T\" (a "
            "desc);"
            "create index a_some on \"T\" (a) where b > 0; create unique index a_unique on \"T\" (a, c);"
            "create index c_pattern on \"T\" (c text_pattern_ops); create index c_plain on \"T\" (c);"
            "create index lower_c on \"T\" (lower(c)); create index lower_c_again on \"T\" (lower(c))"
        );
        const auto page = co_await page_of(w, report::duplicate_indexes);
        const auto dropped = [](std::string name) {
            return HasSubstr("drop index concurrently public." + name + "\"");
        };
        EXPECT_THAT(page, AllOf(dropped("a_only"), dropped("ab_again"), dropped("id_again"), dropped("lower_c_again")));
        for (const auto* kept : {"ab", "b_only", "a_down", "a_some", "a_unique", "c_pattern", "c_plain", "lower_c"})
            EXPECT_THAT(page, Not(dropped(kept))) << kept;
        EXPECT_THAT(page, HasSubstr("\"row_count\":4"));
    });
}

TEST(reports, advise_nobody_to_drop_indexes_of_the_platforms_own_schemas)
{
    inspect_at_work([](workplace& w) -> io::task<> {
        co_await w.script(
            "create schema auth; create table auth.sessions (id int, who int);"
            "create index theirs on auth.sessions (who); create index theirs_again on auth.sessions (who);"
            "create table mine (id int); create index own on mine (id); create index own_again on mine (id)"
        );
        EXPECT_THAT(
            co_await page_of(w, report::unused_indexes), AllOf(HasSubstr("public.own\""), Not(HasSubstr("theirs")))
        );
        EXPECT_THAT(
            co_await page_of(w, report::duplicate_indexes),
            AllOf(HasSubstr("public.own_again\""), Not(HasSubstr("theirs")))
        );
    });
}

TEST(reports, unused_indexes_and_index_use_follow_what_was_scanned)
{
    inspect_at_work([](workplace& w) -> io::task<> {
        co_await w.script(
            "create table t (id int primary key, a int, b int); create index used on t (a); create index idle on t (b);"
            "create table tiny (id int); insert into t select n, n, n from generate_series(1, 5000) n"
        );
        co_await w.script("analyze t");
        auto db = co_await session(w);
        co_await run(
            db, "set enable_seqscan = off; select * from t where a = 5; set enable_seqscan = on; select sum(b) from t"
        );
        co_await run(db, "select count(*) from tiny; select pg_stat_force_next_flush()");
        std::string page;
        for (int i = 0; i < 100 && !page.contains("public.t\""); ++i) {
            static_cast<void>(co_await io::sleep(50ms));
            page = co_await page_of(w, report::index_use);
        }
        EXPECT_THAT(page, AllOf(HasSubstr("public.t\""), Not(HasSubstr("tiny"))));
        EXPECT_THAT(
            co_await page_of(w, report::unused_indexes),
            AllOf(HasSubstr("public.idle\""), Not(HasSubstr("public.used\"")), Not(HasSubstr("t_pkey")))
        );
        EXPECT_THAT(co_await page_of(w, report::cache_hit), AllOf(HasSubstr("(all tables)"), HasSubstr("public.t\"")));
    });
}

TEST(reports, replication_shows_a_slot_that_keeps_wal)
{
    inspect_at_work([](workplace& w) -> io::task<> {
        EXPECT_THAT(co_await page_of(w, report::replication), HasSubstr("\"row_count\":0"));
        co_await w.script("select pg_create_physical_replication_slot('left_behind', true)");
        co_await w.script("create table t as select n from generate_series(1, 20000) n");
        EXPECT_THAT(
            co_await page_of(w, report::replication),
            AllOf(HasSubstr("select pg_drop_replication_slot('left_behind')"), HasSubstr("false,\"reserved\","))
        );
        const auto kept = co_await w.value(
            "select pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) > 500000 from pg_replication_slots"
        );
        EXPECT_EQ(kept, "t");
        co_await w.script("select pg_drop_replication_slot('left_behind')");
        EXPECT_THAT(co_await page_of(w, report::replication), HasSubstr("\"row_count\":0"));
    });
}

TEST(reports, sizes_are_paged_with_the_largest_first)
{
    inspect_at_work([](workplace& w) -> io::task<> {
        co_await w.script("create table large as select n, repeat('x', 100) t from generate_series(1, 20000) n; create "
                          "table small (id int)");
        const auto page = co_await page_of(w, report::sizes, 2);
        EXPECT_THAT(
            page, AllOf(HasSubstr("(whole database)"), HasSubstr("public.large"), HasSubstr("call again with offset 2"))
        );
        EXPECT_THAT(
            co_await page_of(w, report::sizes, 500, 2), AllOf(HasSubstr("public.small"), Not(HasSubstr("public.large")))
        );
    });
}

TEST(reports, role_stats_show_limits_and_timeouts_but_no_secret_settings)
{
    inspect_at_work([](workplace& w) -> io::task<> {
        co_await w.script(
            "create role \"Busy one\" login connection limit 7; alter role \"Busy one\" set statement_timeout = '8s';"
            "alter role \"Busy one\" set app.settings.jwt_secret = 'do-not-tell'; create role \"never logs in\""
        );
        EXPECT_THAT(
            co_await page_of(w, report::role_stats),
            AllOf(
                HasSubstr("[\"Busy one\",0,7,"),
                HasSubstr("statement_timeout=8s"),
                Not(HasSubstr("do-not-tell")),
                Not(HasSubstr("never logs in"))
            )
        );
        co_await w.script("drop role \"Busy one\"; drop role \"never logs in\"");
    });
}

TEST(reports, settings_that_need_a_change_come_first)
{
    inspect_at_work([](workplace& w) -> io::task<> {
        const auto page = co_await page_of(w, report::settings);
        EXPECT_THAT(page, HasSubstr("[\"autovacuum\",\"off\","));
        EXPECT_LT(page.find("dead rows and ids pile up"), page.find("[\"wal_level\""));
    });
}

TEST(reports, a_login_without_rights_is_told_what_is_hidden_and_how_to_see_it)
{
    inspect_at_work([](workplace& w) -> io::task<> {
        co_await w.script(
            "drop role if exists \"Looks On\"; create role \"Looks On\" login; create table t (id serial);"
            "create extension pg_stat_statements"
        );
        auto url = w.url;
        url.replace(url.find("postgres@"), 8, "Looks%20On");
        workplace narrow(w.on, url);
        EXPECT_THAT(
            co_await page_of(narrow, report::long_queries),
            AllOf(HasSubstr("\"hidden\":"), HasSubstr(R"(grant pg_read_all_stats to \"Looks On\")"))
        );
        EXPECT_THAT(co_await page_of(narrow, report::sequences), HasSubstr("1 sequences"));
        EXPECT_THAT(co_await page_of(narrow, report::bloat), HasSubstr("1 tables"));
        EXPECT_THAT(co_await page_of(narrow, report::settings), HasSubstr("pg_read_all_settings"));
        EXPECT_THAT(co_await page_of(narrow, report::outliers), HasSubstr("\"hidden\":"));
        co_await w.script("grant pg_read_all_stats to \"Looks On\"");
        EXPECT_THAT(co_await page_of(narrow, report::long_queries), Not(HasSubstr("\"hidden\":")));
        co_await narrow.close();
        co_await w.script("drop role \"Looks On\"");
    });
}

} // namespace
} // namespace basekeeper::inspection
