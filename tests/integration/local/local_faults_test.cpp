// Local instances when something goes wrong: killed, damaged, in the way, out of reach.
#include "integration/local/instances_fixture.hpp"

#include <sys/wait.h>

namespace basekeeper::local {
namespace {

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
    // The first ones fall into the programs that initdb starts one after the other.
    for (const int after_ms : {5, 20, 30, 40, 60, 80, 400, 900, 1300}) {
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
