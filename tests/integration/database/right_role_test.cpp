// Changes of Supabase's own schemas: by SET ROLE, by the owner's own login, and never as a superuser unasked.
#include "workplace.hpp"

#include <gmock/gmock.h>

namespace basekeeper::database {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view password = "one-for-all";

/// A stack in small: roles that share a password, schemas of services. `landlord` stands in for Supabase's postgres.
constexpr std::string_view stack = R"(
create role landlord login createrole password 'one-for-all';
create role supabase_auth_admin login noinherit password 'one-for-all';
create role supabase_storage_admin login noinherit password 'another';
create schema auth authorization supabase_auth_admin;
create schema storage authorization supabase_storage_admin;
grant usage on schema auth, storage to landlord;
create table auth.users (id int, email text); alter table auth.users owner to supabase_auth_admin;
insert into auth.users values (1, 'a@b');
create table storage.objects (id int); alter table storage.objects owner to supabase_storage_admin;
create table auth.secret (id int)
)";

class right_role_of : public testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        server = std::make_unique<test::postgres_server>(test::server_options{.tcp = test::login::scram});
        at_work([](workplace& w) -> io::task<> { co_await w.script(std::string(stack)); }, {}, server->tcp_url());
    }

    static void TearDownTestSuite() { server.reset(); }

    static void as_landlord(std::function<io::task<>(workplace&)> body)
    {
        at_work(
            [&](workplace& w) -> io::task<> { co_await body(w); },
            {},
            "postgres://landlord:" + std::string(password) + "@127.0.0.1:" + std::to_string(server->port()) +
                "/postgres?sslmode=disable"
        );
    }

    static void as_superuser(std::string sql)
    {
        at_work([&](workplace& w) -> io::task<> { co_await w.script(sql); }, {}, server->tcp_url());
    }

    static std::string asked(std::string sql)
    {
        std::string out;
        at_work([&](workplace& w) -> io::task<> { out = co_await w.value(sql); }, {}, server->tcp_url());
        return out;
    }

    static inline std::unique_ptr<test::postgres_server> server; // started once for all
};

std::string ran_as(const result<std::vector<rows_page>>& got)
{
    return got ? got->front().ran_as : first(got);
}

TEST_F(right_role_of, a_table_of_auth_is_changed_by_its_owners_own_login)
{
    as_landlord([](workplace& w) -> io::task<> {
        EXPECT_EQ(ran_as(co_await w.write("alter table auth.users add column nickname text")), "supabase_auth_admin");
        EXPECT_EQ(ran_as(co_await w.write("create table auth.extra (id int)")), "supabase_auth_admin");
        EXPECT_EQ(ran_as(co_await w.write("create index concurrently i on auth.users (email)")), "supabase_auth_admin");
        EXPECT_EQ(ran_as(co_await w.write("update auth.users set nickname = 'x' where id = 1")), "supabase_auth_admin");
        const auto page = co_await w.write("comment on table auth.extra is 'ours'");
        EXPECT_TRUE(page);
        if (page)
            EXPECT_THAT(encoded(page->front()), HasSubstr("\"ran_as\":\"supabase_auth_admin\""));
        EXPECT_EQ(ran_as(co_await w.write("drop table auth.extra")), "supabase_auth_admin");
    });
    EXPECT_EQ(asked("select nickname from auth.users"), "x");
}

TEST_F(right_role_of, by_membership_set_role_is_enough_and_what_is_made_belongs_to_the_service)
{
    as_superuser("grant supabase_storage_admin to landlord");
    as_landlord([](workplace& w) -> io::task<> {
        EXPECT_EQ(ran_as(co_await w.write("create table storage.more (id int)")), "supabase_storage_admin");
        execution several;
        for (const auto* sql : {"alter table storage.more add column a int", "create index on storage.more (a)"})
            several.statements.push_back({.sql = sql, .params = {}, .param_types = {}});
        EXPECT_EQ(ran_as(co_await w.db.execute("shop", several, soon())), "supabase_storage_admin");
        EXPECT_EQ(
            ran_as(co_await w.write("create table public.t (id int)")),
            first(co_await w.write("create table t2 (id int)"))
        ) << "other schemas are not looked at";
    });
    EXPECT_EQ(asked("select tableowner from pg_tables where tablename = 'more'"), "supabase_storage_admin");
    as_superuser("revoke supabase_storage_admin from landlord; drop table storage.more");
}

TEST_F(right_role_of, a_superuser_leaves_what_it_makes_to_the_service)
{
    at_work(
        [](workplace& w) -> io::task<> {
            EXPECT_EQ(ran_as(co_await w.write("create table auth.by_super (id int)")), "supabase_auth_admin");
            EXPECT_EQ(ran_as(co_await w.write("delete from auth.users where id = 7")), "")
                << "rows: as the login itself";
            EXPECT_EQ(ran_as(co_await w.write("alter table auth.secret add column b int")), "") << "its own table";
            EXPECT_EQ(ran_as(co_await w.write("reindex table concurrently auth.users")), "") << "no transaction";
        },
        {},
        server->tcp_url()
    );
    EXPECT_EQ(asked("select tableowner from pg_tables where tablename = 'by_super'"), "supabase_auth_admin");
}

TEST_F(right_role_of, nobody_becomes_a_superuser_and_a_refused_login_is_not_tried_again)
{
    as_landlord([](workplace& w) -> io::task<> {
        const auto owned_by_superuser = co_await w.write("alter table auth.secret add column c int");
        EXPECT_TRUE(!owned_by_superuser && owned_by_superuser.error().sqlstate == "42501");
        for (int round = 0; round < 2; ++round) {
            const auto other_password = co_await w.write("alter table storage.objects add column c int");
            EXPECT_FALSE(other_password);
            if (other_password)
                continue;
            EXPECT_EQ(other_password.error().sqlstate, "42501");
            EXPECT_THAT(other_password.error().message, HasSubstr("belongs to supabase_storage_admin"));
            EXPECT_THAT(other_password.error().hint, HasSubstr("POSTGRES_PASSWORD"));
            EXPECT_THAT(describe(other_password.error()), Not(HasSubstr(std::string(password))));
        }
    });
    const auto log = server->log();
    std::size_t refused = 0;
    for (auto at = log.find("password authentication failed for user \"supabase_storage_admin\"");
         at != std::string::npos;
         at = log.find("password authentication failed for user \"supabase_storage_admin\"", at + 1))
        ++refused;
    EXPECT_EQ(refused, 1U);
}

} // namespace
} // namespace basekeeper::database
