// Child processes end as told, see only what they are given, and leave nothing behind.
#include "io/event.hpp"
#include "io/process.hpp"
#include "io/runtime.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace basekeeper::io {
namespace {

using namespace std::chrono_literals;

result<completed_command> run_now(command what, std::chrono::milliseconds limit = 20s)
{
    runtime loop;
    result<completed_command> out = fail(condition::internal, "did not run");
    const auto body = [&]() -> task<int> {
        out = co_await run_command(std::move(what), deadline::after(limit));
        co_return 0;
    };
    loop.run_main(body());
    return out;
}

command shell(std::string script)
{
    return {.program = "/bin/sh", .arguments = {"-c", std::move(script)}};
}

class folder
{
public:
    folder()
    {
        std::string pattern = std::filesystem::temp_directory_path() / "basekeeper-process-XXXXXX";
        path = ::mkdtemp(pattern.data());
    }

    ~folder() { std::filesystem::remove_all(path); }

    std::filesystem::path path;
};

std::string text_of(const std::filesystem::path& file)
{
    std::ifstream in(file);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

TEST(process, output_errors_and_exit_code_are_captured)
{
    const auto done = run_now(shell("echo out; echo err >&2; exit 3"));
    ASSERT_TRUE(done) << describe(done.error());
    EXPECT_EQ(done->output, "out\n");
    EXPECT_EQ(done->errors, "err\n");
    EXPECT_EQ(done->status.code, 3);
    EXPECT_EQ(done->status.signal, std::nullopt);
    EXPECT_FALSE(done->truncated);
    EXPECT_EQ(to_string(done->status), "exit code 3");
}

TEST(process, death_by_signal_is_told_from_an_exit_code)
{
    const auto done = run_now(shell("kill -9 $$"));
    ASSERT_TRUE(done);
    EXPECT_EQ(done->status.signal, SIGKILL);
    EXPECT_FALSE(done->status.success());
}

TEST(process, arguments_are_passed_as_they_are)
{
    const auto done = run_now({.program = "/bin/sh", .arguments = {"-c", "printf %s \"$1\"", "sh", "a b'\"$x;*"}});
    ASSERT_TRUE(done);
    EXPECT_EQ(done->output, "a b'\"$x;*");
}

TEST(process, input_is_read_and_can_be_reopened)
{
    auto what = shell("cat; cat /dev/stdin");
    const std::string text(200'000, 'x');
    what.input = text;
    what.max_output_bytes = 1 << 20;
    const auto done = run_now(what);
    ASSERT_TRUE(done);
    EXPECT_EQ(done->output.size(), 400'000U);
}

TEST(process, no_input_is_an_empty_input)
{
    const auto done = run_now(shell("wc -c"));
    ASSERT_TRUE(done);
    EXPECT_EQ(std::stoi(done->output), 0);
}

TEST(process, what_exceeds_the_bound_is_dropped_and_does_not_block_the_child)
{
    auto what = shell("head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; exit 7");
    what.max_output_bytes = 1000;
    const auto done = run_now(what);
    ASSERT_TRUE(done);
    EXPECT_EQ(done->output.size(), 1000U);
    EXPECT_EQ(done->errors.size(), 1000U);
    EXPECT_TRUE(done->truncated);
    EXPECT_EQ(done->status.code, 7);
}

TEST(process, environment_is_added_to_ours_and_a_minimal_one_hides_it)
{
    ::setenv("BASEKEEPER_TEST_SECRET", "hidden", 1);
    auto what = shell("echo $BASEKEEPER_TEST_SECRET-$ADDED");
    what.environment = {{"ADDED", "one"}, {"ADDED", "two"}};
    EXPECT_EQ(run_now(what)->output, "hidden-two\n");
    what.inherit = environment_base::minimal;
    EXPECT_EQ(run_now(what)->output, "-two\n");
    ::unsetenv("BASEKEEPER_TEST_SECRET");
}

TEST(process, directory_is_where_it_runs)
{
    auto what = shell("pwd");
    what.directory = "/";
    EXPECT_EQ(run_now(what)->output, "/\n");
    what.directory = "/does/not/exist";
    EXPECT_EQ(run_now(what).error().code, condition::not_found);
}

TEST(process, a_missing_program_is_not_found_and_a_file_that_is_no_program_denied)
{
    EXPECT_EQ(run_now({.program = "/does/not/exist"}).error().code, condition::not_found);
    EXPECT_EQ(run_now({.program = "/etc/passwd"}).error().code, condition::denied);
}

TEST(process, the_deadline_ends_the_whole_process_group)
{
    const folder temporary;
    const auto mark = (temporary.path / "alive").string();
    const auto started = std::chrono::steady_clock::now();
    const auto done = run_now(shell("(sleep 60; touch " + mark + ") & sleep 60"), 100ms);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, condition::timeout);
    EXPECT_NE(done.error().message.find("/bin/sh"), std::string::npos);
    EXPECT_LT(std::chrono::steady_clock::now() - started, 10s);
}

TEST(process, a_child_that_ignores_the_request_to_end_is_killed)
{
    const folder temporary;
    const auto mark = (temporary.path / "ignores").string();
    // On a busy machine the deadline may pass before the child ignores anything: then once more, with more time.
    for (auto patience = 100ms; !std::filesystem::exists(mark) && patience < 10s; patience *= 3) {
        const auto started = std::chrono::steady_clock::now();
        const auto done = run_now(shell("trap '' TERM; touch " + mark + "; while :; do sleep 0.05; done"), patience);
        EXPECT_EQ(done.error().code, condition::timeout);
        if (std::filesystem::exists(mark))
            EXPECT_GE(std::chrono::steady_clock::now() - started, 2s);
    }
    EXPECT_TRUE(std::filesystem::exists(mark));
}

TEST(process, a_running_command_dies_when_we_are_killed)
{
    const folder temporary;
    const auto mark = (temporary.path / "pid").string();
    const pid_t us = ::fork();
    if (us == 0) {
        const auto done = run_now(shell("echo $$ > " + mark + "; exec sleep 60"));
        ::_exit(done ? 0 : 1);
    }
    while (text_of(mark).find('\n') == std::string::npos)
        ::usleep(1000);
    ::kill(us, SIGKILL);
    ::waitpid(us, nullptr, 0);
    const auto stat = "/proc/" + std::to_string(std::stoi(text_of(mark))) + "/stat";
    int looks = 0;
    while (!text_of(stat).empty() && text_of(stat).find(") Z ") == std::string::npos && ++looks < 5000)
        ::usleep(1000);
    EXPECT_LT(looks, 5000);
}

TEST(process, blocked_and_ignored_signals_are_not_inherited)
{
    const auto before = ::signal(SIGPIPE, SIG_IGN);
    sigset_t blocked;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGTERM);
    sigset_t old;
    ::pthread_sigmask(SIG_BLOCK, &blocked, &old);
    const auto done = run_now(shell("grep -E 'Sig(Blk|Ign)' /proc/self/status"));
    ::pthread_sigmask(SIG_SETMASK, &old, nullptr);
    ::signal(SIGPIPE, before);
    EXPECT_EQ(done->output, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST(process, our_descriptors_do_not_reach_the_child)
{
    const int leaky = ::open("/etc/passwd", O_RDONLY); // on purpose without O_CLOEXEC
    const auto done = run_now(shell("ls /proc/self/fd"));
    ::close(leaky);
    EXPECT_EQ(done->output, "0\n1\n2\n3\n"); // 3 is ls reading the directory
}

TEST(process, another_user_runs_with_its_own_groups_and_home)
{
    if (::geteuid() != 0)
        GTEST_SKIP() << "needs root";
    const auto nobody = find_account("nobody");
    ASSERT_TRUE(nobody);
    auto what = shell("id -un; id -G; echo $HOME; cat /dev/stdin");
    what.run_as = *nobody;
    what.directory = "/";
    what.input = "read again";
    const auto done = run_now(what);
    ASSERT_TRUE(done) << describe(done.error());
    EXPECT_EQ(done->output, "nobody\n" + std::to_string(nobody->gid) + "\n" + nobody->home + "\nread again")
        << done->errors;
}

TEST(process, an_unknown_user_is_not_found)
{
    EXPECT_EQ(find_account("no-such-user-here").error().code, condition::not_found);
}

TEST(process, a_daemon_lives_on_outside_our_session_and_can_be_ended_by_its_id)
{
    const folder temporary;
    const auto log = temporary.path / "log";
    const auto pid = start_daemon(shell("echo started; echo trouble >&2; exec sleep 60"), log);
    ASSERT_TRUE(pid) << describe(pid.error());
    EXPECT_NE(::getsid(*pid), ::getsid(0));
    runtime loop;
    const auto body = [&]() -> task<int> {
        auto running = process::open(loop.executor(), *pid);
        EXPECT_TRUE(running);
        const auto still = co_await running->wait_exit(deadline::after(50ms));
        EXPECT_EQ(still.error().code, condition::timeout);
        EXPECT_TRUE(co_await terminate(*running, 5s, deadline::after(10s)));
        EXPECT_TRUE(co_await running->wait_exit(deadline::after(5s)));
        EXPECT_TRUE(co_await terminate(*running, 5s, deadline::after(10s))); // already gone: fine
        co_return 0;
    };
    loop.run_main(body());
    EXPECT_EQ(text_of(log), "started\ntrouble\n");
}

TEST(process, a_daemon_that_cannot_start_is_an_error_not_a_pid)
{
    const folder temporary;
    EXPECT_EQ(start_daemon({.program = "/does/not/exist"}, temporary.path / "log").error().code, condition::not_found);
    std::filesystem::create_symlink("/tmp/elsewhere", temporary.path / "link");
    EXPECT_FALSE(start_daemon(shell("true"), temporary.path / "link"));
}

TEST(process, a_process_that_ignores_sigterm_is_killed_after_the_grace)
{
    const folder temporary;
    const auto pid =
        start_daemon(shell("trap '' TERM; echo ready; while :; do sleep 0.05; done"), temporary.path / "log");
    ASSERT_TRUE(pid);
    runtime loop;
    const auto body = [&]() -> task<int> {
        while (text_of(temporary.path / "log").empty())
            co_await sleep(10ms);
        auto running = process::open(loop.executor(), *pid);
        EXPECT_TRUE(co_await terminate(*running, 200ms, deadline::after(10s)));
        co_return 0;
    };
    loop.run_main(body());
    EXPECT_TRUE(
        ::kill(*pid, 0) != 0 || text_of("/proc/" + std::to_string(*pid) + "/stat").find(") Z ") != std::string::npos
    );
}

TEST(process, a_number_that_is_no_process_is_not_found)
{
    runtime loop;
    EXPECT_EQ(process::open(loop.executor(), 0x3fffffff).error().code, condition::not_found);
    EXPECT_EQ(process::open(loop.executor(), -5).error().code, condition::not_found);
}

} // namespace
} // namespace basekeeper::io
