// Local instances as a user meets them: made, used, stopped, broken, repaired, destroyed; as root and as anybody.
#include "features/local/engine.hpp"
#include "pg/connection.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

namespace basekeeper::local {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class memory_keeper final : public seed_keeper
{
public:
    io::task<result<std::optional<secret_text>>> load(std::string instance) override
    {
        const auto found = seeds.find(instance);
        co_return found == seeds.end() ? std::nullopt : std::optional(found->second);
    }

    io::task<result<>> save(std::string instance, secret_text seed) override
    {
        seeds[instance] = std::move(seed);
        co_return result<>{};
    }

    io::task<result<>> forget(std::string instance) override
    {
        seeds.erase(instance);
        co_return result<>{};
    }

    std::map<std::string, secret_text> seeds;
};

io::deadline soon()
{
    return io::deadline::after(60s);
}

class local_instances : public testing::Test
{
protected:
    local_instances()
    {
        std::string pattern = fs::temp_directory_path() / "basekeeper-local-XXXXXX";
        root = ::mkdtemp(pattern.data());
        ::chmod(root.c_str(), 0711);
        options.state_dir = root / "state";
        options.shared_dir = root / "shared";
    }

    ~local_instances() override
    {
        run([](engine& local) -> io::task<> {
            for (const auto& one : *co_await local.list())
                EXPECT_TRUE(co_await local.destroy(one.name, soon()));
        });
        fs::remove_all(root);
    }

    void run(std::function<io::task<>(engine&)> test)
    {
        io::runtime loop;
        executor = loop.executor();
        pool = &loop.pool();
        engine local(loop.pool(), keeper, system_clock(), options);
        const auto body = [&]() -> io::task<int> {
            co_await test(local);
            co_return 0;
        };
        loop.run_main(body());
        executor = {};
    }

    /// All rows as text: values separated by '|', rows by ','; an error as its SQLSTATE.
    io::task<std::string> ask(const local_instance& at, std::string role, std::string sql)
    {
        auto to = *pg::parse_target(at.database_url.reveal());
        if (role != to.user) {
            to.password = password_of(at.seed, role);
            to.user = std::move(role);
        }
        auto session = co_await pg::connection::open(executor, *pool, to, soon());
        if (!session)
            co_return "cannot connect: " + describe(session.error());
        co_return co_await ask(*session, std::move(sql));
    }

    static io::task<std::string> ask(pg::connection& session, std::string sql)
    {
        const auto answer = co_await session.query(std::move(sql), {}, soon());
        if (!answer)
            co_return answer.error().sqlstate;
        std::string text;
        for (std::size_t row = 0; row < answer->rows.size(); ++row) {
            text += row == 0 ? "" : ",";
            for (std::size_t col = 0; col < answer->rows.columns().size(); ++col)
                text += (col == 0 ? "" : "|") + std::string(answer->rows.value(row, col).value_or("null"));
        }
        co_return text;
    }

    fs::path root;
    engine_options options;
    memory_keeper keeper;
    io::executor executor;
    io::offload_pool* pool = nullptr;
};

bool alive(pid_t pid)
{
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::ostringstream text;
    text << stat.rdbuf();
    return !text.str().empty() && text.str().find(") Z ") == std::string::npos;
}

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

TEST_F(local_instances, kill_9_of_the_server_is_recovered_by_the_next_up)
{
    run([this](engine& local) -> io::task<> {
        const auto before = co_await local.up("dev", soon());
        EXPECT_TRUE(before);
        if (!before)
            co_return;
        EXPECT_EQ(co_await ask(*before, "postgres", "create table public.kept (id int)"), "");
        ::kill(before->pid, SIGKILL);
        while (alive(before->pid))
            ::usleep(1000);
        EXPECT_EQ((*co_await local.list()).at(0).state, instance_state::stopped);
        const auto after = co_await local.up("dev", soon());
        EXPECT_TRUE(after) << describe(after.error()) << after.error().server_text;
        EXPECT_EQ(after->outcome, up_outcome::started);
        EXPECT_EQ(co_await ask(*after, "postgres", "select count(*) from public.kept"), "0");
    });
}

TEST_F(local_instances, an_up_that_was_killed_at_any_moment_is_made_anew)
{
    for (const int after_ms : {30, 400, 900, 1300}) {
        const pid_t child = ::fork();
        if (child == 0) {
            run([](engine& local) -> io::task<> { co_await local.up("dev", soon()); });
            ::_exit(0);
        }
        ::usleep(static_cast<useconds_t>(after_ms) * 1000);
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        run([&, this](engine& local) -> io::task<> {
            // The child kept its seeds in its own memory: this is also the case of a lost seed.
            const auto dev = co_await local.up("dev", soon());
            EXPECT_TRUE(dev) << after_ms << " ms: " << describe(dev.error()) << dev.error().server_text;
            if (dev) {
                EXPECT_EQ(co_await ask(*dev, "postgres", "select count(*) from auth.users"), "0") << after_ms;
            }
            EXPECT_TRUE(co_await local.destroy("dev", soon()));
        });
    }
}

TEST_F(local_instances, a_lost_seed_means_new_passwords_not_lost_data)
{
    run([this](engine& local) -> io::task<> {
        const auto before = co_await local.up("dev", soon());
        EXPECT_TRUE(before);
        if (!before)
            co_return;
        EXPECT_EQ(co_await ask(*before, "postgres", "create table public.kept (id int)"), "");
        keeper.seeds.clear();
        const auto after = co_await local.up("dev", soon());
        EXPECT_TRUE(after) << describe(after.error()) << after.error().server_text;
        EXPECT_NE(after->database_url, before->database_url);
        EXPECT_EQ(co_await ask(*after, "postgres", "select count(*) from public.kept"), "0");
        EXPECT_EQ(
            co_await ask(*after, "supabase_admin", "select rolsuper from pg_roles where rolname = current_user"), "t"
        );
        EXPECT_TRUE((co_await ask(*before, "postgres", "select 1")).starts_with("cannot connect"));
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

TEST_F(local_instances, a_port_that_is_taken_at_the_start_is_replaced)
{
    run([this](engine& local) -> io::task<> {
        const auto first = co_await local.up("dev", soon());
        EXPECT_TRUE(first);
        if (!first)
            co_return;
        EXPECT_TRUE(co_await local.down("dev", soon()));
        auto squatter = options;
        squatter.state_dir = root / "other";
        engine other(*pool, keeper, system_clock(), squatter);
        const auto guest = co_await other.up("guest", soon());
        EXPECT_TRUE(guest);
        EXPECT_EQ(guest->port, first->port);
        const auto again = co_await local.up("dev", soon());
        EXPECT_TRUE(again) << describe(again.error());
        EXPECT_NE(again->port, first->port);
        EXPECT_EQ(co_await ask(*again, "postgres", "select 1"), "1");
        EXPECT_TRUE(co_await other.destroy("guest", soon()));
    });
}

TEST_F(local_instances, nothing_secret_is_on_disk)
{
    run([this](engine& local) -> io::task<> {
        const auto dev = co_await local.up("dev", soon());
        EXPECT_TRUE(dev);
        if (!dev)
            co_return;
        std::vector<std::string> secrets = {dev->seed.reveal(), dev->jwt_secret.reveal(), dev->anon_key.reveal()};
        for (const auto role : login_roles)
            secrets.push_back(password_of(dev->seed, role).reveal());
        EXPECT_TRUE(co_await local.down("dev", soon())); // statistics are written when it stops
        for (const auto& entry : fs::recursive_directory_iterator(root)) {
            if (!entry.is_regular_file())
                continue;
            std::ostringstream text;
            text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
            for (const auto& one : secrets)
                EXPECT_EQ(text.str().find(one), std::string::npos) << entry.path();
        }
    });
}

TEST_F(local_instances, a_folder_that_is_not_ours_is_neither_used_nor_removed)
{
    fs::create_directories(options.state_dir / "local" / "dev");
    std::ofstream(options.state_dir / "local" / "dev" / "thesis.txt") << "years of work";
    run([](engine& local) -> io::task<> {
        EXPECT_EQ((co_await local.up("dev", soon())).error().code, condition::conflict);
        EXPECT_EQ((co_await local.destroy("dev", soon())).error().code, condition::conflict);
        EXPECT_TRUE((*co_await local.list()).empty());
        EXPECT_EQ((co_await local.up("../dev", soon())).error().code, condition::invalid_argument);
        EXPECT_EQ((co_await local.destroy("..", soon())).error().code, condition::invalid_argument);
    });
    EXPECT_TRUE(fs::exists(options.state_dir / "local" / "dev" / "thesis.txt"));
    fs::remove_all(options.state_dir / "local" / "dev");
}

TEST_F(local_instances, a_state_folder_that_the_server_cannot_reach_does_not_matter)
{
    fs::create_directories(options.state_dir);
    ::chmod(options.state_dir.c_str(), 0700);
    run([this](engine& local) -> io::task<> {
        const auto dev = co_await local.up("dev", soon());
        EXPECT_TRUE(dev) << describe(dev.error()) << dev.error().server_text;
        EXPECT_EQ(dev->data_dir.native().starts_with(options.shared_dir.native()), ::geteuid() == 0);
    });
}

TEST_F(local_instances, a_long_path_gets_a_socket_folder_elsewhere_that_destroy_removes)
{
    options.state_dir = root / std::string(90, 'x');
    run([](engine& local) -> io::task<> {
        const auto dev = co_await local.up("dev", soon());
        EXPECT_TRUE(dev) << describe(dev.error()) << dev.error().server_text;
        if (!dev)
            co_return;
        EXPECT_FALSE(dev->socket_dir.native().starts_with(dev->data_dir.parent_path().native()));
        EXPECT_TRUE(fs::is_directory(dev->socket_dir));
        EXPECT_TRUE(co_await local.destroy("dev", soon()));
        EXPECT_FALSE(fs::exists(dev->socket_dir));
    });
}

TEST_F(local_instances, a_failing_initdb_leaves_nothing_behind)
{
    const auto bin = root / "bin";
    fs::create_directories(bin);
    std::ofstream(bin / "postgres") << "#!/bin/sh\necho 'postgres (PostgreSQL) 15.1'\n";
    std::ofstream(bin / "initdb") << "#!/bin/sh\necho 'no room' >&2\nexit 1\n";
    for (const auto* program : {"postgres", "initdb"})
        ::chmod((bin / program).c_str(), 0755);
    options.postgres_bin = bin;
    run([](engine& local) -> io::task<> {
        const auto dev = co_await local.up("dev", soon());
        EXPECT_EQ(dev.error().code, condition::unavailable);
        EXPECT_EQ(dev.error().server_text, "no room\n");
        EXPECT_TRUE((*co_await local.list()).empty());
    });
}

TEST_F(local_instances, the_deadline_ends_up_early_and_cleans)
{
    run([](engine& local) -> io::task<> {
        const auto dev = co_await local.up("dev", io::deadline::after(50ms));
        EXPECT_EQ(dev.error().code, condition::timeout) << describe(dev.error());
        EXPECT_TRUE((*co_await local.list()).empty());
    });
}

} // namespace
} // namespace basekeeper::local
