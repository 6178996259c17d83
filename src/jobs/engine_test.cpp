// Jobs from start to end, stopped, gone on with by another engine on the same store, and taken back.
#include "jobs/engine.hpp"
#include "jobs/report.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace basekeeper::jobs {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// What steps did, in order, over all engines of a test.
using journal = std::vector<std::string>;

std::function<io::task<result<>>(run&)> noting(journal& into, std::string what)
{
    return [&into, what = std::move(what)](run&) -> io::task<result<>> {
        const auto note = [](journal& j, std::string w) -> io::task<result<>> {
            j.push_back(std::move(w));
            co_return result<>{};
        };
        return note(into, what);
    };
}

step noted(journal& into, const std::string& name)
{
    return {.name = name, .work = noting(into, name), .undo = noting(into, "undo " + name)};
}

recipe always(std::vector<step> steps)
{
    return [steps = std::move(steps)](const boost::json::object&) -> result<std::vector<step>> { return steps; };
}

class job_engine : public ::testing::Test
{
protected:
    void SetUp() override
    {
        std::string name = (std::filesystem::temp_directory_path() / "jobs_test.XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        dir = name;
    }

    void TearDown() override { std::filesystem::remove_all(dir); }

    /// Everything that one process has.
    struct process
    {
        process(io::runtime& on, const std::filesystem::path& dir, limits within = {.look_every = 10ms})
            : log(log::level::off, log::format::text), book(on.pool(), dir / "state", {}, system_clock()),
              jobs(book, on.executor(), system_clock(), log, within)
        {}

        log::logger log;
        ledger book;
        engine jobs;
    };

    static io::task<view> followed(engine& jobs, std::string id)
    {
        const auto seen = co_await jobs.follow(std::move(id), [](const view&) {}, io::deadline::after(20s));
        EXPECT_TRUE(seen) << describe(seen.error());
        co_return seen.value_or(view{});
    }

    static io::task<view> started(engine& jobs, std::string kind, sealed_part with = {})
    {
        const auto made = co_await jobs.start(
            {.kind = std::move(kind),
             .instance = "shop",
             .principal = "cli:me",
             .title = "a job",
             .with = std::move(with)}
        );
        EXPECT_TRUE(made) << describe(made.error());
        co_return made.value_or(view{});
    }

    std::filesystem::path dir;
    journal done;
};

TEST_F(job_engine, does_the_steps_in_order_and_says_so)
{
    const auto body = [this](io::runtime& on) -> io::task<> {
        process p(on, dir);
        p.jobs.define("plain", always({noted(done, "one"), noted(done, "two"), noted(done, "three")}));
        const auto made = co_await started(p.jobs, "plain");
        const auto end = co_await followed(p.jobs, made.record.id);
        EXPECT_EQ(end.record.status, state::job_status::succeeded);
        EXPECT_EQ(end.record.done, 3U);
        EXPECT_EQ(end.record.fraction, 1);
        EXPECT_THAT(end.record.steps, ElementsAre("one", "two", "three"));
        EXPECT_THAT(done, ElementsAre("one", "two", "three"));
        EXPECT_TRUE(co_await p.jobs.stop(io::deadline::after(5s)));
    };
    test::run_on_fresh_runtime(body);
}

TEST_F(job_engine, a_step_that_fails_is_tried_again_by_resume_and_the_ones_before_are_not)
{
    const auto body = [this](io::runtime& on) -> io::task<> {
        process p(on, dir);
        bool broken = true;
        step weak{.name = "weak", .work = [this, &broken](run&) -> io::task<result<>> {
                      const auto work = [](journal& j, bool fails) -> io::task<result<>> {
                          j.emplace_back("weak");
                          if (fails)
                              co_return fail(condition::unavailable, "the server is away", "start it");
                          co_return result<>{};
                      };
                      return work(done, broken);
                  }};
        p.jobs.define("weak", always({noted(done, "one"), weak, noted(done, "three")}));
        const auto made = co_await started(p.jobs, "weak");
        auto end = co_await followed(p.jobs, made.record.id);
        EXPECT_EQ(end.record.status, state::job_status::failed);
        EXPECT_EQ(end.record.failure, "weak: the server is away");
        EXPECT_EQ(end.record.hint, "start it");
        broken = false;
        EXPECT_TRUE(co_await p.jobs.resume(made.record.id));
        end = co_await followed(p.jobs, made.record.id);
        EXPECT_EQ(end.record.status, state::job_status::succeeded);
        EXPECT_EQ(end.record.attempts, 2U);
        EXPECT_EQ(end.record.failure, "");
        EXPECT_THAT(done, ElementsAre("one", "weak", "weak", "three"));
        EXPECT_EQ((co_await p.jobs.resume(made.record.id)).error().code, condition::conflict);
    };
    test::run_on_fresh_runtime(body);
}

TEST_F(job_engine, undo_takes_back_the_half_done_step_and_then_the_others_in_reverse)
{
    const auto body = [this](io::runtime& on) -> io::task<> {
        process p(on, dir);
        step breaks{
            .name = "two",
            .work = [](run&) -> io::task<result<>> {
                const auto work = []() -> io::task<result<>> { co_return fail(condition::conflict, "taken"); };
                return work();
            },
            .undo = noting(done, "undo two")
        };
        p.jobs.define("breaks", always({noted(done, "one"), breaks, noted(done, "three")}));
        const auto made = co_await started(p.jobs, "breaks");
        co_await followed(p.jobs, made.record.id);
        EXPECT_TRUE(co_await p.jobs.undo(made.record.id));
        const auto end = co_await followed(p.jobs, made.record.id);
        EXPECT_EQ(end.record.status, state::job_status::undone);
        EXPECT_EQ(end.record.done, 0U);
        EXPECT_THAT(done, ElementsAre("one", "undo two", "undo one"));
        EXPECT_EQ((co_await p.jobs.undo(made.record.id)).error().code, condition::conflict);
        EXPECT_EQ((co_await p.jobs.resume(made.record.id)).error().code, condition::conflict);
    };
    test::run_on_fresh_runtime(body);
}

TEST_F(job_engine, a_kind_that_is_taken_back_when_it_fails_ends_undone_and_says_why)
{
    const auto body = [this](io::runtime& on) -> io::task<> {
        process p(on, dir);
        step breaks{
            .name = "two",
            .work = [](run&) -> io::task<result<>> {
                const auto work = []() -> io::task<result<>> {
                    error why(condition::conflict, "taken", "free it");
                    why.server_text = "it said no";
                    co_return std::unexpected(std::move(why));
                };
                return work();
            },
            .undo = noting(done, "undo two")
        };
        p.jobs.define("breaks", always({noted(done, "one"), breaks}), after_failure::taken_back);
        const auto made = co_await started(p.jobs, "breaks");
        const auto end = co_await followed(p.jobs, made.record.id);
        EXPECT_EQ(end.record.status, state::job_status::undone);
        EXPECT_THAT(done, ElementsAre("one", "undo two", "undo one"));
        EXPECT_FALSE(why_stopped(end));
        const auto why = why_taken_back(end);
        EXPECT_TRUE(why);
        EXPECT_EQ(why.value_or(error()).message, "a job failed, and everything was put back as it was: two: taken");
        EXPECT_EQ(why.value_or(error()).server_text, "it said no");
        EXPECT_EQ(why.value_or(error()).hint, "free it");
    };
    test::run_on_fresh_runtime(body);
}

/// A step that is never done and tells so; it ends when it is asked to stop.
step endless()
{
    return {.name = "wait", .work = [](run& on) -> io::task<result<>> {
                const auto work = [](run& r) -> io::task<result<>> {
                    for (double part = 0;; part = std::min(0.9, part + 0.05)) {
                        CO_TRY(co_await r.advance(part, "waiting"));
                        CO_TRY(co_await io::sleep(5ms));
                    }
                };
                return work(on);
            }};
}

TEST_F(job_engine, cancelling_stops_within_a_step_and_keeps_what_is_done)
{
    const auto body = [this](io::runtime& on) -> io::task<> {
        process p(on, dir);
        p.jobs.define("long", always({noted(done, "one"), endless(), noted(done, "three")}));
        const auto made = co_await started(p.jobs, "long");
        EXPECT_TRUE(co_await p.jobs.cancel(made.record.id));
        const auto end = co_await followed(p.jobs, made.record.id);
        EXPECT_EQ(end.record.status, state::job_status::cancelled);
        EXPECT_EQ(end.record.done, 1U);
        EXPECT_THAT(end.record.message, HasSubstr("1 of 3 steps are done"));
        EXPECT_EQ((co_await p.jobs.cancel(made.record.id)).error().code, condition::conflict);
    };
    test::run_on_fresh_runtime(body);
}

TEST_F(job_engine, another_process_may_follow_and_cancel_but_not_take_a_job_that_runs)
{
    const auto body = [this](io::runtime& on) -> io::task<> {
        process first(on, dir);
        process second(on, dir);
        first.jobs.define("long", always({endless()}));
        second.jobs.define("long", always({endless()}));
        const auto made = co_await started(first.jobs, "long");
        const auto seen = (co_await second.jobs.get(made.record.id)).value();
        EXPECT_TRUE(seen.worked_on);
        EXPECT_FALSE(seen.interrupted());
        EXPECT_EQ((co_await second.jobs.resume(made.record.id)).error().code, condition::conflict);
        EXPECT_EQ((co_await second.jobs.undo(made.record.id)).error().code, condition::conflict);
        EXPECT_TRUE(co_await second.jobs.cancel(made.record.id));
        EXPECT_EQ((co_await followed(second.jobs, made.record.id)).record.status, state::job_status::cancelled);
    };
    test::run_on_fresh_runtime(body);
}

TEST_F(job_engine, what_a_stopping_process_leaves_is_interrupted_and_another_goes_on_with_its_notes)
{
    const auto body = [this](io::runtime& on) -> io::task<> {
        step makes{.name = "make", .work = [this](run& of_run) -> io::task<result<>> {
                       const auto work = [](journal& j, run& r) -> io::task<result<>> {
                           if (!r.notes().contains("service")) {
                               r.notes()["service"] = "s-1";
                               r.keep_secret("key", crypto::secret<>(std::string("hunter2-key")));
                               CO_TRY(co_await r.checkpoint());
                               j.emplace_back("made");
                           }
                           CO_TRY(co_await io::sleep(j.size() > 1 ? 0ms : 1h));
                           co_return result<>{};
                       };
                       return work(done, of_run);
                   }};
        std::string key;
        step uses{.name = "use", .work = [&key](run& r) -> io::task<result<>> {
                      const auto work = [](run& of_run, std::string& into) -> io::task<result<>> {
                          into = of_run.secret("key").reveal() + "/" + of_run.secret("password").reveal();
                          co_return result<>{};
                      };
                      return work(r, key);
                  }};
        std::string id;
        {
            process first(on, dir);
            first.jobs.define("made", always({makes, uses}));
            sealed_part with;
            with.secrets.emplace("password", crypto::secret<>(std::string("hunter2-password")));
            const auto made = co_await started(first.jobs, "made", std::move(with));
            id = made.record.id;
            while (done.empty())
                EXPECT_TRUE(co_await io::sleep(1ms));
            EXPECT_TRUE(co_await first.jobs.stop(io::deadline::after(5s)));
        }
        EXPECT_THAT(done, ElementsAre("made"));
        done.emplace_back("restarted");
        process second(on, dir);
        second.jobs.define("made", always({makes, uses}));
        EXPECT_TRUE((co_await second.jobs.get(id))->interrupted());
        EXPECT_TRUE(co_await second.jobs.resume(id));
        EXPECT_EQ((co_await followed(second.jobs, id)).record.status, state::job_status::succeeded);
        EXPECT_THAT(done, ElementsAre("made", "restarted"));
        EXPECT_EQ(key, "hunter2-key/hunter2-password");
    };
    test::run_on_fresh_runtime(body);
    for (const auto& file : std::filesystem::recursive_directory_iterator(dir))
        if (file.is_regular_file()) {
            std::ifstream in(file.path(), std::ios::binary);
            const std::string all(std::istreambuf_iterator<char>(in), {});
            EXPECT_THAT(all, Not(HasSubstr("hunter2"))) << file.path();
        }
}

TEST_F(job_engine, an_interrupted_job_may_be_cancelled_and_a_cancelled_one_undone)
{
    const auto body = [this](io::runtime& on) -> io::task<> {
        std::string id;
        {
            process first(on, dir);
            first.jobs.define("long", always({noted(done, "one"), endless()}));
            id = (co_await started(first.jobs, "long")).record.id;
            while (done.empty())
                EXPECT_TRUE(co_await io::sleep(1ms));
            EXPECT_TRUE(co_await first.jobs.stop(io::deadline::after(5s)));
        }
        process second(on, dir);
        second.jobs.define("long", always({noted(done, "one"), endless()}));
        const auto stopped = co_await second.jobs.cancel(id);
        EXPECT_EQ(stopped->record.status, state::job_status::cancelled);
        EXPECT_TRUE(co_await second.jobs.undo(id));
        EXPECT_EQ((co_await followed(second.jobs, id)).record.status, state::job_status::undone);
        EXPECT_THAT(done, ElementsAre("one", "undo one"));
    };
    test::run_on_fresh_runtime(body);
}

TEST_F(job_engine, a_bug_in_a_step_fails_its_job_only)
{
    const auto body = [this](io::runtime& on) -> io::task<> {
        process p(on, dir);
        step bad{.name = "bad", .work = [](run&) -> io::task<result<>> { throw std::runtime_error("oops"); }};
        p.jobs.define("bad", always({bad}));
        const auto end = co_await followed(p.jobs, (co_await started(p.jobs, "bad")).record.id);
        EXPECT_EQ(end.record.status, state::job_status::failed);
        EXPECT_EQ(end.record.failure, "bad: a bug: oops");
    };
    test::run_on_fresh_runtime(body);
}

TEST_F(job_engine, refuses_what_it_does_not_know)
{
    const auto body = [this](io::runtime& on) -> io::task<> {
        process p(on, dir, {.most_at_once = 1, .look_every = 10ms});
        EXPECT_EQ((co_await p.jobs.start({.kind = "strange"})).error().code, condition::not_found);
        EXPECT_EQ((co_await p.jobs.get("0123456789")).error().hint, "run `basekeeper jobs list`");
        p.jobs.define("long", always({endless()}));
        const auto made = co_await started(p.jobs, "long");
        EXPECT_EQ((co_await p.jobs.start({.kind = "long"})).error().code, condition::unavailable);
        EXPECT_TRUE(co_await p.jobs.stop(io::deadline::after(5s)));
        p.jobs.define("long", always({noted(done, "other")}));
        const auto refused = co_await p.jobs.resume(made.record.id);
        EXPECT_EQ(refused.error().code, condition::conflict);
        EXPECT_THAT(refused.error().message, HasSubstr("whose steps were others"));
    };
    test::run_on_fresh_runtime(body);
}

TEST_F(job_engine, lists_the_newest_first_in_pages)
{
    const auto body = [this](io::runtime& on) -> io::task<> {
        process p(on, dir);
        p.jobs.define("plain", always({noted(done, "one")}));
        std::vector<std::string> ids;
        for (int i = 0; i < 3; ++i) {
            ids.push_back((co_await started(p.jobs, "plain")).record.id);
            co_await followed(p.jobs, ids.back());
        }
        const auto page = (co_await p.jobs.list({.limit = 2})).value();
        EXPECT_EQ(page.size(), 2U);
        EXPECT_EQ(page.front().record.id, ids[2]);
        const auto rest = (co_await p.jobs.list({.before = page.back().record.id})).value();
        EXPECT_EQ(rest.size(), 1U);
        EXPECT_EQ(rest.front().record.id, ids[0]);
        EXPECT_TRUE((co_await p.jobs.list({.status = state::job_status::failed}))->empty());
        EXPECT_TRUE((co_await p.jobs.list({.instance = "other"}))->empty());
    };
    test::run_on_fresh_runtime(body);
}

} // namespace
} // namespace basekeeper::jobs
