// Local instances as a user meets them: made, used, stopped, destroyed; as root and as anybody.
#include "integration/local/instances_fixture.hpp"

namespace basekeeper::local {
namespace {

TEST_F(local_instances, up_takes_seconds_and_gives_the_shape_of_supabase)
{
    run([this](engine& local) -> io::task<> {
        const auto started = std::chrono::steady_clock::now();
        const auto dev = co_await local.up("dev", soon());
        const auto took = std::chrono::steady_clock::now() - started;
        EXPECT_TRUE(dev) << describe(dev.error()) << dev.error().server_text;
        if (!dev)
            co_return;
        EXPECT_LT(took, 10s);
        RecordProperty(
            "cold_up_ms", static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(took).count())
        );
        EXPECT_EQ(dev->outcome, up_outcome::created);
        EXPECT_GE(dev->port, 54322);
        EXPECT_TRUE(dev->server_version.starts_with("1")) << dev->server_version;

        EXPECT_EQ(
            co_await ask(
                *dev,
                "postgres",
                "select rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls from pg_roles "
                "where rolname = current_user"
            ),
            "f|t|t|t|t"
        );
        EXPECT_EQ(
            co_await ask(
                *dev, "postgres", "select string_agg(rolname, ' ' order by rolname) from pg_roles where rolsuper"
            ),
            "supabase_admin"
        );
        EXPECT_EQ(co_await ask(*dev, "postgres", "create table auth.mine (id int)"), "42501");
        EXPECT_EQ(co_await ask(*dev, "postgres", "drop table storage.objects"), "42501");
        EXPECT_EQ(
            co_await ask(
                *dev,
                "postgres",
                "select pg_has_role('postgres', 'supabase_auth_admin', 'member') or "
                "pg_has_role('postgres', 'supabase_storage_admin', 'member')"
            ),
            "f"
        );
        EXPECT_EQ(
            co_await ask(
                *dev,
                "postgres",
                "select string_agg(roleid::regrole::text, ' ' order by roleid::regrole::text) from pg_auth_members "
                "where member = 'postgres'::regrole and admin_option"
            ),
            "anon authenticated authenticator service_role"
        );
        EXPECT_EQ(co_await ask(*dev, "authenticator", "show statement_timeout"), "8s");
        EXPECT_EQ(co_await ask(*dev, "postgres", "show search_path"), "\"$user\", public, extensions");
        EXPECT_EQ(co_await ask(*dev, "postgres", "select pubname from pg_publication"), "supabase_realtime");
        EXPECT_EQ(co_await ask(*dev, "postgres", "show wal_level"), "logical");
        EXPECT_EQ(co_await ask(*dev, "postgres", "show data_checksums"), "on");
        EXPECT_EQ(
            co_await ask(
                *dev,
                "postgres",
                "select pg_get_userbyid(datdba), datcollate from pg_database "
                "where datname = 'postgres'"
            ),
            "postgres|C.UTF-8"
        );
        EXPECT_EQ(co_await ask(*dev, "postgres", "select count(*) from supabase_migrations.schema_migrations"), "0");
        EXPECT_EQ(co_await ask(*dev, "supabase_auth_admin", "select count(*) from users"), "0");
        EXPECT_EQ(co_await ask(*dev, "supabase_storage_admin", "select count(*) from objects"), "0");
        EXPECT_EQ(
            co_await ask(
                *dev, "supabase_admin", "select count(*) from extensions.pg_stat_statements where query ~* 'password'"
            ),
            "0"
        );
    });
}

TEST_F(local_instances, policies_and_claims_work_as_behind_the_api)
{
    run([this](engine& local) -> io::task<> {
        const auto dev = co_await local.up("dev", soon());
        EXPECT_TRUE(dev);
        if (!dev)
            co_return;
        EXPECT_EQ(co_await ask(*dev, "postgres", "create table public.open (id int)"), "");
        EXPECT_EQ(co_await ask(*dev, "postgres", "create table public.notes (owner uuid, body text)"), "");
        EXPECT_EQ(co_await ask(*dev, "postgres", "alter table public.notes enable row level security"), "");
        EXPECT_EQ(co_await ask(*dev, "postgres", "create policy own on public.notes using (owner = auth.uid())"), "");
        EXPECT_EQ(
            co_await ask(
                *dev,
                "postgres",
                "insert into public.notes values "
                "('11111111-1111-1111-1111-111111111111', 'mine'), ('22222222-2222-2222-2222-222222222222', 'hers')"
            ),
            ""
        );

        auto to = *pg::parse_target(dev->database_url.reveal());
        to.user = "authenticator";
        to.password = password_of(dev->seed, to.user);
        auto session = co_await pg::connection::open(executor, *pool, to, soon());
        EXPECT_TRUE(session);
        if (!session)
            co_return;
        EXPECT_EQ(co_await ask(*session, "select * from public.notes"), "42501") << "authenticator inherits nothing";
        EXPECT_EQ(co_await ask(*session, "set role anon"), "");
        EXPECT_EQ(co_await ask(*session, "insert into public.open values (1)"), "") << "default privileges";
        EXPECT_EQ(co_await ask(*session, "select * from public.open"), "1");
        EXPECT_EQ(co_await ask(*session, "select body from public.notes"), "") << "no claims, no rows";
        EXPECT_EQ(
            co_await ask(*session, "select auth.uid(), auth.jwt(), auth.role(), auth.email()"), "null|null|null|null"
        );
        EXPECT_EQ(co_await ask(*session, "select count(*) from auth.users"), "42501");
        EXPECT_EQ(
            co_await ask(*session, R"(select set_config('request.jwt.claims',
            '{"sub":"11111111-1111-1111-1111-111111111111","role":"anon","email":"a@b.c"}', false) is null)"),
            "f"
        );
        EXPECT_EQ(
            co_await ask(*session, "select auth.uid(), auth.role(), auth.email(), auth.jwt() ->> 'sub'"),
            "11111111-1111-1111-1111-111111111111|anon|a@b.c|11111111-1111-1111-1111-111111111111"
        );
        EXPECT_EQ(co_await ask(*session, "select body from public.notes"), "mine");
        EXPECT_EQ(
            co_await ask(
                *session,
                "select set_config('request.jwt.claims', '', false), "
                "set_config('request.jwt.claim.sub', '22222222-2222-2222-2222-222222222222', false) is null"
            ),
            "|f"
        );
        EXPECT_EQ(co_await ask(*session, "select body from public.notes"), "hers") << "one setting per claim";

        EXPECT_EQ(co_await ask(*dev, "postgres", "insert into storage.buckets (id, name) values ('b', 'b')"), "");
        EXPECT_EQ(co_await ask(*dev, "postgres", "delete from storage.buckets"), "42501");
        EXPECT_EQ(
            co_await ask(
                *dev,
                "postgres",
                "select storage.foldername('a/b/c.tar.gz'), "
                "storage.filename('a/b/c.tar.gz'), storage.extension('a/b/c.tar.gz')"
            ),
            "{a,b}|c.tar.gz|gz"
        );
        EXPECT_EQ(co_await ask(*session, "select count(*) from storage.buckets"), "0") << "row-level security";
    });
}

TEST_F(local_instances, a_second_up_changes_nothing_and_down_and_up_keep_everything)
{
    run([this](engine& local) -> io::task<> {
        const auto first = co_await local.up("dev", soon());
        EXPECT_TRUE(first);
        if (!first)
            co_return;
        EXPECT_EQ(co_await ask(*first, "postgres", "create table public.kept (id int)"), "");
        const auto second = co_await local.up("dev", soon());
        EXPECT_TRUE(second);
        EXPECT_EQ(second->outcome, up_outcome::running_already);
        EXPECT_EQ(second->pid, first->pid);
        EXPECT_EQ(second->database_url, first->database_url);
        EXPECT_EQ(second->anon_key, first->anon_key);
        EXPECT_EQ(second->server_version, first->server_version);

        EXPECT_EQ(co_await local.down("dev", soon()), down_outcome::stopped);
        EXPECT_FALSE(alive(first->pid));
        EXPECT_EQ(co_await local.down("dev", soon()), down_outcome::stopped_already);
        EXPECT_EQ((*co_await local.list()).at(0).state, instance_state::stopped);

        const auto third = co_await local.up("dev", soon());
        EXPECT_TRUE(third) << describe(third.error()) << third.error().server_text;
        EXPECT_EQ(third->outcome, up_outcome::started);
        EXPECT_EQ(third->database_url, first->database_url) << "port and password stay";
        EXPECT_EQ(third->service_role_key, first->service_role_key);
        EXPECT_EQ(co_await ask(*third, "postgres", "select count(*) from public.kept"), "0");
    });
}

TEST_F(local_instances, two_live_side_by_side_and_destroy_removes_one)
{
    run([this](engine& local) -> io::task<> {
        const auto a = co_await local.up("a", soon());
        const auto b = co_await local.up("b", soon());
        EXPECT_TRUE(a && b);
        if (!a || !b)
            co_return;
        EXPECT_NE(a->port, b->port);
        EXPECT_NE(a->jwt_secret, b->jwt_secret);
        const auto both = *co_await local.list();
        EXPECT_EQ(both.size(), 2U);
        for (const auto& one : both) {
            EXPECT_EQ(one.state, instance_state::running);
            EXPECT_GT(one.size_bytes, 10'000'000U);
            EXPECT_FALSE(one.server_version.empty());
        }
        EXPECT_TRUE(co_await local.destroy("a", soon()));
        EXPECT_FALSE(alive(a->pid));
        EXPECT_FALSE(fs::exists(a->data_dir));
        EXPECT_EQ(keeper.seeds.count("a"), 0U);
        EXPECT_EQ((*co_await local.list()).size(), 1U);
        EXPECT_EQ(co_await ask(*b, "postgres", "select 1"), "1");
        EXPECT_EQ((co_await local.destroy("a", soon())).error().code, condition::not_found);
        EXPECT_EQ((co_await local.down("a", soon())).error().code, condition::not_found);
    });
}

} // namespace
} // namespace basekeeper::local
