// The engine on a server in the shape of Supabase, as its role postgres, which is no superuser.
#include "features/instances/probe.hpp"
#include "integration/local/instances_fixture.hpp"
#include "workplace.hpp"

#include <gmock/gmock.h>

namespace basekeeper::database {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class supabase_shaped : public local::local_instances
{
protected:
    void SetUp() override
    {
        run([this](local::engine& made) -> io::task<> {
            const auto dev = co_await made.up("dev", local::soon());
            EXPECT_TRUE(dev) << (dev ? "" : describe(dev.error()) + dev.error().server_text);
            if (dev)
                url = dev->database_url.reveal();
        });
        ASSERT_FALSE(url.empty());
    }

    std::string url;
};

constexpr std::string_view profiles = R"(
create table public.profiles (id uuid primary key default gen_random_uuid(), owner uuid, name text);
alter table public.profiles enable row level security;
create function public.is_admin() returns boolean language sql stable security definer as 'select false';
create policy own on public.profiles for select using (auth.uid() = owner or public.is_admin());
create policy open_to_readers on public.profiles for select to :reader using (true);
insert into public.profiles (owner, name) values (gen_random_uuid(), 'ann');
)";

TEST_F(supabase_shaped, is_hardened_twice_by_an_owner_that_is_no_superuser)
{
    at_work(
        [](workplace& w) -> io::task<> {
            for (int round = 0; round < 2; ++round) {
                const auto report = co_await harden(w.names, w.open, "shop", soon());
                EXPECT_TRUE(report) << (report ? "" : describe(report.error()) + report.error().server_text);
                if (report)
                    EXPECT_THAT(report->unreadable, Not(Contains(HasSubstr("public."))));
            }
            co_await w.harden();
            co_await w.script(w.with_reader(profiles));
            EXPECT_EQ(first(co_await w.read("select name from public.profiles")), "ann");
            EXPECT_EQ(first(co_await w.read("select current_user")), w.reader());
            EXPECT_THAT(first(co_await w.read("select id from auth.users")), HasSubstr("42501"));
            EXPECT_THAT(first(co_await w.read("select encrypted_password from auth.users")), HasSubstr("only reads"));
            EXPECT_THAT(first(co_await w.read("select public.is_admin()")), HasSubstr("SECURITY DEFINER"));
            EXPECT_THAT(first(co_await w.read("insert into public.profiles default values")), HasSubstr("only reads"));
            EXPECT_THAT(
                first(co_await w.read("select version from supabase_migrations.schema_migrations")),
                Not(HasSubstr("42501"))
            );
        },
        {},
        url
    );
}

TEST_F(supabase_shaped, is_recognised_and_its_rows_are_seen_through_a_users_eyes)
{
    at_work(
        [](workplace& w) -> io::task<> {
            const auto facts = co_await instances::look(w.open, "shop", soon());
            EXPECT_TRUE(facts && facts->supabase && !facts->login.superuser);
            co_await w.harden();
            co_await w.script(w.with_reader(profiles));
            const auto owner = co_await w.value("select owner from public.profiles");
            execution what;
            what.statements.push_back({.sql = "select count(*) from public.profiles", .params = {}, .param_types = {}});
            what.role = "authenticated";
            what.claims = boost::json::object{{"sub", owner}, {"role", "authenticated"}};
            EXPECT_EQ(first(co_await w.db.execute("shop", what, soon())), "1");
            what.claims = boost::json::object{{"sub", "00000000-0000-0000-0000-000000000001"}};
            EXPECT_EQ(first(co_await w.db.execute("shop", what, soon())), "0");
            const auto page = co_await w.db.schema(
                "shop",
                {.schemas = {}, .pattern = {}, .level = detail::full, .budget_bytes = 65'536, .cursor = {}},
                soon()
            );
            std::string text;
            if (page)
                page->objects.write_json(text);
            EXPECT_THAT(text, HasSubstr("public.profiles"));
            EXPECT_THAT(text, Not(HasSubstr("auth.users\"")));
        },
        {},
        url
    );
}

TEST_F(supabase_shaped, a_change_that_is_not_this_logins_names_the_owner_and_the_ways_out)
{
    at_work(
        [](workplace& w) -> io::task<> {
            const auto got = co_await w.write("alter table auth.users add column nickname text");
            EXPECT_FALSE(got);
            if (got)
                co_return;
            EXPECT_EQ(got.error().code, condition::denied);
            EXPECT_EQ(got.error().sqlstate, "42501");
            EXPECT_THAT(got.error().message, HasSubstr("belongs to supabase_auth_admin, and the login postgres"));
            EXPECT_THAT(got.error().hint, HasSubstr("Auth API"));
            EXPECT_THAT(got.error().hint, HasSubstr("supabase_admin"));
            EXPECT_TRUE(got.error().server_text.contains("must be owner")) << got.error().server_text;
            const auto created = co_await w.write("create table storage.mine (id int)");
            EXPECT_TRUE(!created && created.error().message.contains("supabase_storage_admin")) << first(created);
        },
        {},
        url
    );
}

} // namespace
} // namespace basekeeper::database
