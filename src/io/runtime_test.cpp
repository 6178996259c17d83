// The loop runs a main to its end; the pool works beside it and hands values and exceptions back.
#include "io/event.hpp"
#include "io/nursery.hpp"
#include "io/offload.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>

namespace basekeeper::io {
namespace {

using namespace std::chrono_literals;

task<int> give(int n)
{
    co_return n;
}

task<int> throw_now()
{
    throw std::runtime_error("a bug");
    co_return 0;
}

TEST(runtime, returns_what_main_returns_and_runs_again)
{
    runtime on;
    EXPECT_EQ(on.run_main(give(3)), 3);
    EXPECT_EQ(on.run_main(give(4)), 4);
}

TEST(runtime, an_exception_of_main_leaves_through_it)
{
    runtime on;
    EXPECT_THROW(on.run_main(throw_now()), std::runtime_error);
    EXPECT_EQ(on.run_main(give(1)), 1) << "and it can be used afterwards";
}

TEST(runtime, does_not_wait_for_what_main_left_behind)
{
    runtime on;
    nursery owner(on.executor(), {});
    const auto sleeper = []() -> task<> { static_cast<void>(co_await sleep(1h)); };
    const auto body = [&]() -> task<int> {
        owner.spawn(sleeper());
        co_return 7;
    };
    EXPECT_EQ(on.run_main(body()), 7);
    const auto tidy = [&]() -> task<int> {
        owner.cancel_all();
        co_return co_await owner.join(deadline::after(10s)) ? 0 : 1;
    };
    EXPECT_EQ(on.run_main(tidy()), 0);
}

TEST(runtime, can_be_stopped_from_another_thread)
{
    runtime on;
    nursery owner(on.executor(), {});
    const auto sleeper = []() -> task<> { static_cast<void>(co_await sleep(1h)); };
    owner.spawn(sleeper());
    std::thread other([&] { on.stop(); });
    on.run();
    other.join();
    const auto tidy = [&]() -> task<int> {
        owner.cancel_all();
        co_return co_await owner.join(deadline::after(10s)) ? 0 : 1;
    };
    EXPECT_EQ(on.run_main(tidy()), 0);
}

TEST(offload, returns_the_value_computed_on_another_thread)
{
    const auto body = [](runtime& on) -> task<> {
        const auto here = std::this_thread::get_id();
        std::thread::id there;
        const auto work = [&] {
            there = std::this_thread::get_id();
            return std::make_unique<int>(5);
        };
        const auto value = co_await offload(on.pool(), work);
        EXPECT_EQ(*value, 5) << "a value that can only be moved";
        EXPECT_NE(there, here);
        EXPECT_EQ(std::this_thread::get_id(), here) << "resumed on the I/O thread";
    };
    test::run_on_fresh_runtime(body);
}

TEST(offload, rethrows_what_the_work_threw)
{
    const auto body = [](runtime& on) -> task<> {
        const auto valued = []() -> int { throw std::runtime_error("valued"); };
        const auto empty = [] { throw std::runtime_error("empty"); };
        std::string said;
        try {
            static_cast<void>(co_await offload(on.pool(), valued));
        } catch (const std::runtime_error& e) {
            said += e.what();
        }
        try {
            co_await offload(on.pool(), empty);
        } catch (const std::runtime_error& e) {
            said += e.what();
        }
        EXPECT_EQ(said, "valuedempty");
        const auto after = [] { return 1; };
        EXPECT_EQ(co_await offload(on.pool(), after), 1) << "the threads live on";
    };
    test::run_on_fresh_runtime(body);
}

TEST(offload, lets_the_loop_run_meanwhile)
{
    const auto body = [](runtime& on) -> task<> {
        std::atomic<bool> seen = false;
        nursery owner(on.executor(), {});
        const auto beside = [&]() -> task<> {
            co_await yield();
            seen = true;
            seen.notify_all();
        };
        owner.spawn(beside());
        const auto work = [&] {
            seen.wait(false); // would block for ever if the loop did not run
            return seen.load();
        };
        EXPECT_TRUE(co_await offload(on.pool(), work));
        EXPECT_TRUE(co_await owner.join(deadline::after(10s)));
    };
    test::run_on_fresh_runtime(body);
}

TEST(offload, runs_to_its_end_although_the_caller_is_cancelled)
{
    const auto body = [](runtime& on) -> task<> {
        nursery owner(on.executor(), [](std::exception_ptr) { ADD_FAILURE(); });
        std::atomic<bool> go = false;
        int got = 0;
        const auto work = [&] {
            go.wait(false);
            return 9;
        };
        const auto child = [&]() -> task<> { got = co_await offload(on.pool(), work); };
        owner.spawn(child());
        owner.cancel_all();
        co_await yield();
        EXPECT_EQ(got, 0);
        go = true;
        go.notify_all();
        EXPECT_TRUE(co_await owner.join(deadline::after(10s)));
        EXPECT_EQ(got, 9);
    };
    test::run_on_fresh_runtime(body);
}

TEST(offload_pool, runs_everything_that_was_queued_before_it_ends)
{
    std::atomic<int> runs = 0;
    {
        offload_pool pool(2);
        for (int i = 0; i < 100; ++i)
            pool.post([&] { ++runs; });
        pool.join();
        EXPECT_EQ(runs, 100);
        pool.join(); // twice is once
    }
    offload_pool unused(2); // starts no thread and ends all the same
}

} // namespace
} // namespace basekeeper::io
