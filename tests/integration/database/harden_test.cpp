// The narrow login: made, made again, looked at, and refused when somebody gave it powers.
#include "features/database/read_only.hpp"
#include "workplace.hpp"

#include <gmock/gmock.h>

#include <array>

namespace basekeeper::database {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

constexpr std::string_view two_schemas = R"(
create table public.a (n int); insert into public.a values (1);
create schema app; create table app.b (n int); insert into app.b values (2);
create view app.v as select n from app.b;
create schema auth; create table auth.users (id int, encrypted_password text);
create table app.own (n int); alter table app.own enable row level security)";

TEST(harden, makes_a_login_that_reads_all_user_schemas_and_can_be_repeated)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(two_schemas));
        const auto report = co_await harden(w.names, w.open, "shop", soon());
        EXPECT_TRUE(report) << (report ? "" : describe(report.error()));
        if (report) {
            EXPECT_TRUE(report->unreadable.empty());
            EXPECT_THAT(report->policed, Contains("app.own"));
            EXPECT_THAT(report->role, MatchesRegex("basekeeper_read_only_[0-9a-f]{8}"));
            EXPECT_EQ(
                first(co_await w.read("select current_user || ' ' || (select n from app.b)")), report->role + " 2"
            );
        }
        EXPECT_EQ(first(co_await w.read("select n from app.v")), "2");
        EXPECT_TRUE(first(co_await w.read("select id from auth.users")).contains("42501"));
        co_await w.script("create table app.later (n int)");
        EXPECT_EQ(first(co_await w.read("select count(*) from app.later")), "0") << "default privileges";
        co_await w.script("create schema fresh create table t (n int)");
        EXPECT_TRUE(first(co_await w.read("select n from fresh.t")).contains("42501"));
        co_await w.harden();
        EXPECT_EQ(first(co_await w.read("select count(*) from fresh.t")), "0");
        EXPECT_EQ(w.reader(), report ? report->role : "") << "the role stays";
    });
}

TEST(harden, reports_what_the_login_can_really_do_rights_of_everybody_included)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script(
            std::string(two_schemas) +
            "; grant usage on schema auth to public; grant insert on app.b to public;"
            "create function app.as_owner() returns int language sql security definer as 'select 1'"
        );
        const auto before = co_await harden(w.names, w.open, "shop", soon());
        EXPECT_TRUE(before) << (before ? "" : describe(before.error()));
        if (before) {
            EXPECT_EQ(before->powers.readable_tables, 4);
            EXPECT_FALSE(before->powers.reads_password_hashes);
            EXPECT_THAT(before->powers.writable, testing::ElementsAre("app.b"));
            EXPECT_THAT(before->powers.definer_functions, testing::ElementsAre("app.as_owner()"));
        }
        co_await w.script("grant select on auth.users to public; revoke insert on app.b from public");
        const auto after = co_await harden(w.names, w.open, "shop", soon());
        EXPECT_TRUE(after && after->powers.reads_password_hashes && after->powers.writable.empty());
        EXPECT_EQ(
            co_await w.value(w.with_reader("select count(*) from pg_auth_members m join pg_roles r on r.oid = m.roleid "
                                           "where r.rolname = 'pg_read_all_data' and m.member::regrole::text like "
                                           "'basekeeper%'")),
            "0"
        );
    });
}

TEST(harden, two_stores_on_one_server_keep_their_logins)
{
    test::postgres_server server({.tcp = test::login::scram});
    at_work(
        [](workplace& w) -> io::task<> {
            co_await w.harden();
            workplace other(w.on, w.url);
            co_await other.harden();
            EXPECT_NE(w.reader(), other.reader());
            for (auto* one : {&w, &other}) {
                co_await one->open.forget("shop");
                EXPECT_EQ(first(co_await one->read("select current_user")), one->reader());
            }
            co_await other.close();
        },
        {},
        server.tcp_url()
    );
}

/// The narrow login's password as the store keeps it.
io::task<std::string> stored_password(workplace& w)
{
    const auto known = co_await w.names.unlock("shop");
    co_return known && known->read_only ? known->read_only->password.reveal() : std::string();
}

TEST(harden, the_password_reaches_neither_the_log_nor_the_statistics)
{
    test::postgres_server server(
        {.tcp = test::login::scram,
         .settings =
             {"log_statement = all",
              "log_min_duration_statement = 0",
              "log_parameter_max_length = -1",
              "log_parameter_max_length_on_error = -1",
              "log_error_verbosity = verbose",
              "debug_print_parse = on",
              "shared_preload_libraries = 'pg_stat_statements'",
              "pg_stat_statements.track = all",
              "password_encryption = md5"}}
    );
    at_work(
        [&](workplace& w) -> io::task<> {
            co_await w.script(
                "create extension pg_stat_statements; create extension dblink; " + std::string(two_schemas)
            );
            co_await w.harden();
            const auto first_password = co_await stored_password(w);
            co_await w.harden();
            const auto password = co_await stored_password(w);
            EXPECT_GE(password.size(), 32U);
            EXPECT_NE(password, first_password);
            EXPECT_EQ(first(co_await w.read("select current_user")), w.reader()) << "it logs in by scram over TCP";
            const auto log = server.log();
            EXPECT_TRUE(log.contains("SCRAM-SHA-256$4096:")) << "the log does hold the parameters";
            EXPECT_TRUE(log.contains("alter role"));
            for (const auto& each : {first_password, password}) {
                EXPECT_FALSE(log.contains(each));
                EXPECT_EQ(
                    co_await w.value(
                        "select count(*) from pg_stat_statements where position('" + each +
                        "' in query) > 0"
                        " and query not like 'select count%'"
                    ),
                    "0"
                );
            }
            EXPECT_EQ(
                co_await w.value(
                    "select count(*) from pg_authid where rolpassword like 'SCRAM-SHA-256$4096:%' "
                    "and rolname = '" +
                    w.reader() + "'"
                ),
                "1"
            );
        },
        {},
        server.tcp_url()
    );
}

TEST(harden, takes_powers_away_that_the_role_had_before)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(two_schemas));
        co_await w.harden();
        co_await w.script(w.with_reader("alter role :reader superuser bypassrls createrole createdb replication;"
                                        "grant pg_read_all_data, pg_signal_backend to :reader;"
                                        "grant all on app.b to :reader; grant update (n) on public.a to :reader;"
                                        "grant create on schema app to :reader"));
        co_await w.harden();
        EXPECT_EQ(
            co_await w.value(w.with_reader("select count(*) from pg_auth_members where member = ':reader'::regrole")),
            "0"
        );
        EXPECT_EQ(co_await w.value(w.with_reader("select has_table_privilege(':reader', 'app.b', 'update')")), "f");
        EXPECT_EQ(first(co_await w.read("select n from app.b")), "2");
    });
}

struct power
{
    std::string_view give;
    std::string_view take;
    std::string_view named;
};

constexpr auto powers = std::to_array<power>({
    {"alter role :reader superuser", "alter role :reader nosuperuser", "is superuser"},
    {"alter role :reader bypassrls", "alter role :reader nobypassrls", "bypasses"},
    {"alter role :reader createrole", "alter role :reader nocreaterole", "creates roles"},
    {"grant pg_read_all_data to :reader", "revoke pg_read_all_data from :reader", "is member of pg_read_all_data"},
    {"grant insert on app.b to :reader", "revoke insert on app.b from :reader", "may write app.b"},
    {"grant update (n) on app.b to :reader", "revoke update (n) on app.b from :reader", "may write columns of app.b"},
    {"grant create on schema app to :reader", "revoke create on schema app from :reader", "may create in schema app"},
    {"create table app.mine (n int); alter table app.mine owner to :reader", "drop table app.mine", "owns"},
});

TEST(harden, a_login_that_got_powers_is_refused_by_name_of_the_power)
{
    at_work([](workplace& w) -> io::task<> {
        co_await w.script(std::string(two_schemas));
        co_await w.harden();
        for (const auto& p : powers) {
            co_await w.script(w.with_reader(p.give));
            co_await w.open.forget("shop");
            const auto got = co_await w.read("select 1");
            EXPECT_TRUE(!got && got.error().code == condition::denied) << p.give << first(got);
            EXPECT_THAT(first(got), HasSubstr(std::string(p.named)));
            co_await w.script(w.with_reader(p.take));
            EXPECT_EQ(first(co_await w.read("select 1")), "1") << p.take;
        }
        co_await w.script("grant insert on app.b to public");
        co_await w.open.forget("shop");
        EXPECT_EQ(first(co_await w.read("select n from app.b")), "2") << "what PUBLIC may is no power of its own";
    });
}

TEST(harden, the_password_is_new_each_time_and_works_where_passwords_are_asked_for)
{
    test::postgres_server server({.tcp = test::login::scram});
    at_work(
        [](workplace& w) -> io::task<> {
            co_await w.harden();
            EXPECT_EQ(first(co_await w.read("select current_user")), w.reader());
            const auto old =
                co_await w.value(w.with_reader("select rolpassword from pg_authid where rolname = ':reader'"));
            co_await w.harden();
            EXPECT_NE(
                co_await w.value(w.with_reader("select rolpassword from pg_authid where rolname = ':reader'")), old
            );
            EXPECT_EQ(first(co_await w.read("select current_user")), w.reader());
            co_await w.script(w.with_reader("alter role :reader password 'other'"));
            co_await w.open.forget("shop");
            const auto locked_out = co_await w.read("select 1");
            EXPECT_TRUE(!locked_out && locked_out.error().code == condition::denied) << first(locked_out);
        },
        {},
        server.tcp_url()
    );
    EXPECT_THAT(server.log(), Not(HasSubstr("password '")));
}

TEST(harden, an_owner_that_is_no_superuser_grants_what_is_its_own_and_reports_the_rest)
{
    test::postgres_server server;
    const auto admin = server.socket_url();
    auto owner = admin;
    owner.replace(owner.find("postgres@"), 9, "landlord@");
    at_work(
        [](workplace& w) -> io::task<> {
            co_await w.script("do $$ begin if not exists (select from pg_roles where rolname = 'landlord') then "
                              "create role landlord login createrole; end if; end $$;"
                              "create schema rented authorization landlord; create table public.foreigner (n int)");
        },
        {},
        admin
    );
    at_work(
        [](workplace& w) -> io::task<> {
            co_await w.script("create table rented.room (n int); insert into rented.room values (7)");
            const auto report = co_await harden(w.names, w.open, "shop", soon());
            EXPECT_TRUE(report) << (report ? "" : describe(report.error()) + report.error().server_text);
            if (report)
                EXPECT_THAT(report->unreadable, Contains("public.foreigner"));
            EXPECT_EQ(first(co_await w.read("select n from rented.room")), "7");
        },
        {},
        owner
    );
}

TEST(harden, without_the_right_to_make_roles_it_says_who_can)
{
    const auto admin = fresh_database();
    at_work(
        [](workplace& w) -> io::task<> {
            co_await w.script("do $$ begin if not exists (select from pg_roles where rolname = 'tenant') then "
                              "create role tenant login; end if; end $$");
        },
        {},
        admin
    );
    auto tenant = admin;
    tenant.replace(tenant.find("postgres@"), 9, "tenant@");
    at_work(
        [](workplace& w) -> io::task<> {
            const auto report = co_await harden(w.names, w.open, "shop", soon());
            EXPECT_TRUE(!report && report.error().code == condition::denied);
            const auto role = co_await w.names.read_only_role("shop");
            EXPECT_TRUE(role && *role) << "an administrator may create it by its name";
            if (!report && role && *role)
                EXPECT_THAT(report.error().hint, HasSubstr("CREATE ROLE " + **role + " "));
            EXPECT_EQ(first(co_await w.read("select 1")), "1") << "as before, by the owner";
        },
        {},
        tenant
    );
}

} // namespace
} // namespace basekeeper::database
