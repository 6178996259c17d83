// What a person sees of a job: the bar, its pace, the end, and what basekeeper jobs prints.
#include "cli/job_progress.hpp"
#include "cli/test_terminal.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

namespace basekeeper::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

jobs::view at(double fraction, state::job_status status = state::job_status::running)
{
    return {
        .record =
            {.id = "0a1b2c3d4e",
             .status = status,
             .steps = {"make", "copy", "start"},
             .done = 1,
             .fraction = fraction,
             .message = "copy 5 of 9"},
        .worked_on = true,
    };
}

TEST(job_progress, a_line_shows_share_step_pace_and_time_left)
{
    manual_clock time;
    job_pace pace;
    pace.observe(at(0.25), time.steady());
    EXPECT_EQ(bar_line(at(0.25), pace), "[######..................]  25 %  2 of 3: copy 5 of 9")
        << "nothing to tell a pace";
    time.advance(30s);
    pace.observe(at(0.5), time.steady());
    EXPECT_EQ(bar_line(at(0.5), pace), "[############............]  50 %  2 of 3: copy 5 of 9  (50 %/min, 60 s left)");
    EXPECT_EQ(plain_line(at(0.5)), "0a1b2c3d4e:  50 %  2 of 3: copy 5 of 9");
}

TEST(job_progress, what_is_being_taken_back_counts_down_to_nothing)
{
    manual_clock time;
    job_pace pace;
    pace.observe(at(0.9), time.steady());
    pace.observe(at(0.8, state::job_status::undoing), time.steady());
    time.advance(10s);
    pace.observe(at(0.6, state::job_status::undoing), time.steady());
    EXPECT_EQ(pace.left(), 30s);
}

TEST(job_progress, what_a_step_says_cannot_steer_the_terminal)
{
    auto job = at(0.5);
    job.record.message = "copy \x1b[31m";
    EXPECT_THAT(bar_line(job, {}), Not(HasSubstr("\x1b")));
}

class job_followed : public ::testing::Test
{
protected:
    void SetUp() override
    {
        std::string name = (std::filesystem::temp_directory_path() / "job_progress_test.XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        dir = name;
    }

    void TearDown() override { std::filesystem::remove_all(dir); }

    struct process
    {
        process(io::runtime& on, const std::filesystem::path& dir)
            : log(log::level::off, log::format::text), keep(on.pool(), dir, {}, system_clock()),
              of(keep, on.executor(), system_clock(), log, {.look_every = 5ms})
        {}

        log::logger log;
        jobs::ledger keep;
        jobs::engine of;
    };

    static io::task<result<>> forever(jobs::run& on, bool& interrupted)
    {
        for (;;) {
            CO_TRY(co_await on.advance(0.5, "waiting"));
            // As a person who presses Ctrl-C once the step is seen to run.
            if (!std::exchange(interrupted, true))
                ::raise(SIGINT);
            CO_TRY(co_await io::sleep(2ms));
        }
    }

    static io::task<result<>> nothing() { co_return result<>{}; }

    io::task<std::string> started(process& p, std::string kind)
    {
        p.of.define("short", [](const boost::json::object&) -> result<std::vector<jobs::step>> {
            return std::vector{jobs::step{.name = "one", .work = [](jobs::run&) { return nothing(); }}};
        });
        p.of.define("long", [this](const boost::json::object&) -> result<std::vector<jobs::step>> {
            const auto wait = [this](jobs::run& r) { return forever(r, interrupted); };
            return std::vector{jobs::step{.name = "wait", .work = wait}};
        });
        const auto made = co_await p.of.start({.kind = std::move(kind), .title = "a job", .with = {}});
        EXPECT_TRUE(made) << describe(made.error());
        co_return made ? made->record.id : "";
    }

    bool interrupted = true; // nobody presses Ctrl-C
    std::filesystem::path dir;
    testing::test_terminal screen;
};

TEST_F(job_followed, its_end_is_printed_as_json_or_as_lines_and_is_the_exit_code)
{
    const auto body = [this](io::runtime& on) -> io::task<> {
        process p(on, dir);
        const auto id = co_await started(p, "short");
        const auto end = co_await follow_on_terminal(p.of, id, {screen.screen, output::json});
        EXPECT_TRUE(end) << describe(end.error());
        EXPECT_EQ(show_end(*end, {screen.screen, output::json}), 0);
        EXPECT_THAT(screen.out.take(), AllOf(HasSubstr("\"id\":\"" + id), HasSubstr("\"status\":\"succeeded\"")));
        EXPECT_EQ(screen.diagnostics.take(), "");
        EXPECT_EQ(show_end(*end, {screen.screen, output::table}), 0);
        EXPECT_THAT(screen.out.take(), HasSubstr("status: succeeded\n"));
    };
    test::run_on_fresh_runtime(body);
}

TEST_F(job_followed, ctrl_c_stops_it_between_two_steps_and_says_so)
{
    const auto body = [this](io::runtime& on) -> io::task<> {
        process p(on, dir);
        const auto id = co_await started(p, "long");
        interrupted = false;
        const auto end = co_await follow_on_terminal(p.of, id, {screen.screen, output::table});
        EXPECT_TRUE(end) << describe(end.error());
        EXPECT_EQ(jobs::status_of(*end), jobs::report_status::cancelled);
        EXPECT_EQ(show_end(*end, {screen.screen, output::table}), 8);
        EXPECT_THAT(
            screen.diagnostics.take(),
            AllOf(
                HasSubstr("stopping between two steps (job " + id),
                HasSubstr("was cancelled; 0 of 1 steps are done"),
                HasSubstr("next: go on with `basekeeper jobs resume " + id)
            )
        );
    };
    test::run_on_fresh_runtime(body);
}

TEST_F(job_followed, ctrl_c_of_somebody_who_only_watches_leaves_the_job_alone)
{
    const auto body = [this](io::runtime& on) -> io::task<> {
        process p(on, dir);
        const auto id = co_await started(p, "long");
        interrupted = false;
        const auto end =
            co_await follow_on_terminal(p.of, id, {screen.screen, output::table}, interruption::ends_watching);
        EXPECT_EQ(end.error().code, condition::cancelled);
        EXPECT_THAT(end.error().hint, HasSubstr("jobs show " + id));
        EXPECT_EQ(jobs::status_of((co_await p.of.get(id)).value()), jobs::report_status::running);
        EXPECT_TRUE(co_await p.of.stop(io::deadline::after(5s)));
    };
    test::run_on_fresh_runtime(body);
}

} // namespace
} // namespace basekeeper::cli
