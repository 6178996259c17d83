// What the advisors tell beside findings: whose schemas, what could not be looked at, pages, and that nothing is
// changed.
#include "advised_database.hpp"
#include "features/advisors/lints.hpp"
#include "json/text.hpp"

#include <gmock/gmock.h>

#include <set>

namespace basekeeper::advisors {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Why a lint did not look at everything; empty when it did.
std::string why_not(const report& told, const std::string& lint)
{
    for (const auto& one : told.not_checked)
        if (std::ranges::find(one.lints, lint) != one.lints.end())
            return one.reason + (one.partly ? " [partly]" : "");
    return "";
}

const lint_report* entry(const report& told, std::string_view lint)
{
    const auto found = std::ranges::find(told.lints, lint, &lint_report::name);
    return found == told.lints.end() ? nullptr : &*found;
}

class advice : public supabase_shaped
{};

TEST_F(advice, names_the_exposed_schemas_and_who_says_so)
{
    on_fresh([](advised_database& db) -> io::task<> {
        const auto told = [&](std::vector<std::string> schemas) -> io::task<std::string> {
            const auto got = co_await db.ask({.lint = "rls_disabled_in_public", .schemas = std::move(schemas)});
            std::string text = got.exposed_from + ":";
            for (const auto& name : got.exposed_schemas)
                text += " " + name;
            for (const auto& one : got.lints)
                for (const auto& f : one.findings)
                    text += " " + f.object;
            co_return text;
        };
        co_await db.script(R"(create schema "Odd, one"; create schema api; create table "Odd, one".t (id int);
            create table api.t (id int); create table public.t (id int);
            grant usage on schema api, "Odd, one" to anon; grant select on api.t, "Odd, one".t to anon)");
        EXPECT_EQ(co_await told({}), "default: public graphql_public public.t");
        const auto name = co_await db.value("select current_database()");
        co_await db.script("alter database " + name + " set pgrst.db_schemas = 'graphql_public'");
        EXPECT_EQ(co_await told({}), "database: graphql_public");
        co_await db.script("alter role authenticator in database " + name + " set pgrst.db_schemas = ' api ,api,  '");
        EXPECT_EQ(co_await told({}), "role authenticator: api api.t");
        EXPECT_EQ(co_await told({"Odd, one"}), "argument: Odd, one \"Odd, one\".t");
        const auto refused = co_await advise(*co_await db.asking(), {.schemas = {"public", "n'one"}}, local::soon());
        EXPECT_TRUE(!refused && refused.error().code == condition::not_found);
    });
}

TEST_F(advice, takes_the_setting_of_the_role_everywhere_and_that_of_the_session)
{
    on_fresh([](advised_database& db) -> io::task<> {
        auto* asking = co_await db.asking();
        EXPECT_TRUE(co_await asking->simple_script("set pgrst.db_schemas = 'storage'", local::soon()));
        EXPECT_EQ((co_await db.ask({})).exposed_from, "session");
        co_await db.script("alter role authenticator set pgrst.db_schemas = 'public, auth'");
        const auto told = co_await db.ask({});
        co_await db.script("alter role authenticator reset pgrst.db_schemas");
        EXPECT_EQ(told.exposed_from, "role authenticator");
        EXPECT_THAT(told.exposed_schemas, ElementsAre("public", "auth"));
    });
}

TEST_F(advice, of_a_clean_database_is_empty_but_for_what_it_cannot_see)
{
    on_fresh([](advised_database& db) -> io::task<> {
        const auto told = co_await db.ask({});
        EXPECT_THAT(told.lints, IsEmpty());
        EXPECT_EQ(told.not_checked.size(), 1U);
        EXPECT_THAT(why_not(told, "auth_allow_anonymous_sign_ins"), HasSubstr("[partly]"));
        EXPECT_FALSE(told.next);
    });
}

TEST_F(advice, warns_of_anonymous_users_once_there_is_one)
{
    on_fresh([](advised_database& db) -> io::task<> {
        co_await db.script("set role postgres; create table public.t (id int primary key);"
                           "create policy a on public.t for select to authenticated using (true);");
        const auto before = co_await db.ask({});
        const auto* asked = entry(before, "auth_allow_anonymous_sign_ins");
        EXPECT_TRUE(asked != nullptr && asked->level == "INFO");
        co_await db.script("insert into auth.users (id, is_anonymous) values (gen_random_uuid(), true)");
        const auto after = co_await db.ask({});
        const auto* warned = entry(after, "auth_allow_anonymous_sign_ins");
        EXPECT_TRUE(warned != nullptr && warned->level == "WARN");
        EXPECT_EQ(why_not(after, "auth_allow_anonymous_sign_ins"), "");
    });
}

TEST(advice_elsewhere, runs_on_a_database_without_anything_of_supabase)
{
    advised(bare_database(), [](advised_database& db) -> io::task<> {
        co_await db.script("create table t (a int, b text); create index one on t (a); create index two on t (a);"
                           "create function f() returns int language sql as 'select 1'; create view v as select 1 as a;"
                           "alter table t enable row level security");
        const auto told = co_await db.ask({});
        for (const auto* lint :
             {"no_primary_key", "duplicate_index", "function_search_path_mutable", "rls_enabled_no_policy"})
            EXPECT_NE(entry(told, lint), nullptr) << lint;
        EXPECT_THAT(why_not(told, "rls_disabled_in_public"), HasSubstr("no role anon or authenticated"));
        EXPECT_THAT(why_not(told, "auth_allow_anonymous_sign_ins"), HasSubstr("auth.users"));
        EXPECT_THAT(why_not(told, "public_bucket_allows_listing"), HasSubstr("storage.buckets"));
        for (const auto& one : told.not_checked)
            EXPECT_THAT(one.reason, Not(HasSubstr("refused"))) << one.lints.front();
        for (const auto& one : told.lints) {
            for (const auto& f : co_await db.findings(one.name))
                EXPECT_THAT(co_await db.apply(f), IsEmpty()) << one.name;
        }
        EXPECT_THAT((co_await db.ask({})).lints, IsEmpty());
    });
}

logins as_stranger(const logins& of)
{
    auto out = of;
    out.asking.user = "stranger";
    return out;
}

TEST(advice_elsewhere, says_what_a_login_without_rights_could_not_see)
{
    const auto as = bare_database();
    advised(as, [](advised_database& db) -> io::task<> {
        co_await db.script(
            R"(create role stranger login; create role authenticated; create schema auth; create schema storage;
            create table auth.users (id int, is_anonymous boolean); create table storage.buckets (id text, public boolean);
            create table storage.objects (bucket_id text); grant usage on schema storage to stranger;
            grant select on storage.buckets to stranger; alter table storage.buckets enable row level security;
            create table t with (autovacuum_enabled = off) as select n, repeat('x', 400) as filler from generate_series(1, 60000) n;
            analyze t; create index quiet on t (n); create function f() returns int language sql as 'select 1'; revoke all on pg_stat_all_indexes from public;
            revoke select on pg_constraint from public)"
        );
    });
    advised(as_stranger(as), [](advised_database& db) -> io::task<> {
        const auto told = co_await db.ask({});
        EXPECT_THAT(why_not(told, "auth_allow_anonymous_sign_ins"), HasSubstr("may not look for anonymous users"));
        EXPECT_THAT(
            why_not(told, "public_bucket_allows_listing"), HasSubstr("may not read all rows of storage.buckets")
        );
        EXPECT_THAT(why_not(told, "table_bloat"), HasSubstr("1 large tables"));
        EXPECT_THAT(why_not(told, "unindexed_foreign_keys"), HasSubstr("pg_constraint"));
        EXPECT_NE(entry(told, "function_search_path_mutable"), nullptr);
        for (const auto& one : told.not_checked)
            if (one.reason.contains("pg_constraint"))
                EXPECT_THAT(one.next.value_or(""), HasSubstr("use a login"));
    });
    advised(as, [](advised_database& db) -> io::task<> {
        co_await db.script("drop owned by stranger; drop role stranger; drop role authenticated;");
    });
}

TEST_F(advice, gives_every_finding_of_a_lint_once_in_pages)
{
    on_fresh([](advised_database& db) -> io::task<> {
        co_await db.script("do $$ begin for n in 1..95 loop execute format('create table public.%I (a int)', "
                           "case n % 3 when 0 then 'ä' when 1 then 'Z' else 'a' end || n); end loop; end $$");
        std::set<std::string> seen;
        std::size_t pages = 0;
        request what{.lint = "no_primary_key", .limit = 10};
        for (; pages < 20; ++pages) {
            const auto told = co_await db.ask(what);
            EXPECT_EQ(told.lints.front().count, 95);
            for (const auto& f : told.lints.front().findings)
                EXPECT_TRUE(seen.insert(f.object).second) << f.object;
            if (!told.lints.front().next_cursor)
                break;
            what.cursor = *told.lints.front().next_cursor;
        }
        EXPECT_EQ(seen.size(), 95U);
        EXPECT_EQ(pages, 9U);
        what.cursor.clear();
        what.budget_bytes = 1;
        const auto told = co_await db.ask(what);
        EXPECT_EQ(told.lints.front().findings.size(), 1U);
        EXPECT_TRUE(told.lints.front().next_cursor);
        for (const request& wrong :
             {request{.lint = "no_such"},
              request{.lint = "no_primary_key", .cursor = "!"},
              request{.cursor = "YQ"},
              request{.about = category::security, .lint = "no_primary_key"}})
        {
            const auto refused = co_await advise(*co_await db.asking(), wrong, local::soon());
            EXPECT_TRUE(!refused && refused.error().code == condition::invalid_argument);
        }
    });
}

TEST_F(advice, is_short_whatever_there_is_to_say)
{
    on_fresh([](advised_database& db) -> io::task<> {
        co_await db.script(
            "set role postgres; do $$ begin for n in 1..300 loop"
            " execute format('create table public.t%s (a int, password text)', n);"
            " execute format('create policy a on public.t%s using (true)', n);"
            " execute format('create policy b on public.t%s using (%L = %L)', n, repeat('x', 5000), 'x');"
            " end loop; end $$"
        );
        const auto told = co_await db.ask({});
        std::string text;
        published_report{told}.write_json(text);
        EXPECT_LT(text.size(), 10'000U);
        EXPECT_TRUE(json::read(text));
        EXPECT_EQ(entry(told, "rls_disabled_in_public")->count, 300);
        EXPECT_EQ(entry(told, "rls_disabled_in_public")->objects->size(), 2U);
        EXPECT_THAT(entry(told, "multiple_permissive_policies")->findings.front().next.value_or(""), HasSubstr("lint"));
        const auto security = co_await db.ask({.about = category::security});
        for (const auto& one : security.lints)
            EXPECT_EQ(one.category, "SECURITY");
        EXPECT_EQ(told.counts.errors, security.counts.errors);
    });
}

TEST_F(advice, leaves_the_session_and_the_database_as_they_were)
{
    on_fresh([](advised_database& db) -> io::task<> {
        auto* asking = co_await db.asking();
        const auto state = [&]() -> io::task<std::string> {
            const auto got = co_await asking->query(
                "select pg_catalog.current_setting('search_path') || pg_catalog.current_setting('jit')"
                " || pg_catalog.current_setting('statement_timeout') || "
                "pg_catalog.current_setting('transaction_read_only')"
                " || (select pg_catalog.count(*) from pg_catalog.pg_prepared_statements)",
                {},
                local::soon()
            );
            co_return got ? std::string(got->rows.value(0, 0).value_or("")) : describe(got.error());
        };
        // Tables of the session that stand in for the catalogue, and functions for those of it.
        EXPECT_TRUE(co_await asking->simple_script(
            "set search_path = public; create temporary table pg_class (oid oid, relname name);"
            "create temporary table pg_policy (a int); create function public.format(text, variadic name[]) returns "
            "text"
            " language plpgsql as 'begin raise exception ''called''; end'; create table public.t (a int)",
            local::soon()
        ));
        const auto before = co_await state();
        const auto told = co_await db.ask({});
        EXPECT_NE(entry(told, "no_primary_key"), nullptr);
        EXPECT_EQ(told.not_checked.size(), 1U);
        EXPECT_EQ(co_await state(), before);
    });
}

} // namespace
} // namespace basekeeper::advisors
