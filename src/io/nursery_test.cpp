// A nursery starts its children at once, cancels them, waits for them and tells their bugs.
#include "io/nursery.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace basekeeper::io {
namespace {

using namespace std::chrono_literals;

/// Keeps what the bugs say.
struct bug_list
{
    std::vector<std::string> seen;

    nursery::bug_handler handler()
    {
        return [this](std::exception_ptr e) {
            try {
                std::rethrow_exception(std::move(e));
            } catch (const std::exception& what) {
                seen.emplace_back(what.what());
            }
        };
    }
};

TEST(nursery, an_empty_one_is_joined_at_once)
{
    const auto body = [](runtime& on) -> task<> {
        nursery owner(on.executor(), {});
        EXPECT_EQ(owner.size(), 0U);
        EXPECT_TRUE(co_await owner.join(deadline::after(0ms)));
    };
    test::run_on_fresh_runtime(body);
}

TEST(nursery, a_child_runs_to_its_first_wait_before_spawn_returns)
{
    const auto body = [](runtime& on) -> task<> {
        bug_list bugs;
        nursery owner(on.executor(), bugs.handler());
        int reached = 0;
        const auto child = [&]() -> task<> {
            reached = 1;
            co_await yield();
            reached = 2;
        };
        const auto handle = owner.spawn(child());
        EXPECT_EQ(reached, 1);
        EXPECT_EQ(owner.size(), 1U);
        EXPECT_FALSE(handle.expired());
        EXPECT_TRUE(co_await owner.join(deadline::after(10s)));
        EXPECT_EQ(reached, 2);
        EXPECT_EQ(owner.size(), 0U);
        EXPECT_TRUE(handle.expired());
        nursery::cancel(handle); // of a child that is gone: nothing
        EXPECT_TRUE(bugs.seen.empty());
    };
    test::run_on_fresh_runtime(body);
}

TEST(nursery, a_child_that_never_waits_is_gone_at_once)
{
    const auto body = [](runtime& on) -> task<> {
        nursery owner(on.executor(), {});
        int runs = 0;
        const auto child = [&]() -> task<> {
            ++runs;
            co_return;
        };
        const auto handle = owner.spawn(child());
        EXPECT_TRUE(co_await owner.join(deadline::after(10s)));
        EXPECT_EQ(runs, 1);
        EXPECT_TRUE(handle.expired());
    };
    test::run_on_fresh_runtime(body);
}

TEST(nursery, joining_ends_at_the_deadline_and_can_be_repeated)
{
    const auto body = [](runtime& on) -> task<> {
        bug_list bugs;
        nursery owner(on.executor(), bugs.handler());
        event go(on.executor());
        const auto child = [&]() -> task<> { static_cast<void>(co_await go.wait(deadline::never())); };
        owner.spawn(child());
        const auto early = co_await owner.join(deadline::after(0ms));
        EXPECT_FALSE(early);
        EXPECT_EQ(early.error().code, condition::timeout);
        EXPECT_EQ(owner.size(), 1U) << "the child goes on";
        go.set();
        EXPECT_TRUE(co_await owner.join(deadline::after(10s)));
    };
    test::run_on_fresh_runtime(body);
}

TEST(nursery, cancelling_fails_the_current_wait_and_lets_the_child_clean_up)
{
    const auto body = [](runtime& on) -> task<> {
        bug_list bugs;
        nursery owner(on.executor(), bugs.handler());
        int cleaned = 0;
        const auto child = [&]() -> task<> {
            const auto slept = co_await sleep(1h);
            EXPECT_EQ(slept.error().code, condition::cancelled);
            co_await yield(); // what comes after the cancelled wait may wait again
            ++cleaned;
        };
        for (int i = 0; i < 5; ++i)
            owner.spawn(child());
        owner.cancel_all();
        EXPECT_TRUE(co_await owner.join(deadline::after(10s)));
        EXPECT_EQ(cleaned, 5);
        EXPECT_TRUE(bugs.seen.empty());
    };
    test::run_on_fresh_runtime(body);
}

TEST(nursery, an_exception_is_told_once_and_the_siblings_go_on)
{
    const auto body = [](runtime& on) -> task<> {
        bug_list bugs;
        nursery owner(on.executor(), bugs.handler());
        bool sibling_ended = false;
        const auto early = []() -> task<> {
            throw std::runtime_error("before the first wait");
            co_return;
        };
        const auto late = []() -> task<> {
            co_await yield();
            throw std::runtime_error("after it");
        };
        const auto sibling = [&]() -> task<> {
            for (int i = 0; i < 5; ++i)
                co_await yield();
            sibling_ended = true;
        };
        owner.spawn(sibling());
        owner.spawn(early());
        owner.spawn(late());
        EXPECT_TRUE(co_await owner.join(deadline::after(10s)));
        EXPECT_TRUE(sibling_ended);
        EXPECT_EQ(bugs.seen, (std::vector<std::string>{"before the first wait", "after it"}));
    };
    test::run_on_fresh_runtime(body);
}

TEST(nursery, a_child_may_spawn_another)
{
    const auto body = [](runtime& on) -> task<> {
        bug_list bugs;
        nursery owner(on.executor(), bugs.handler());
        int ended = 0;
        const auto grandchild = [&]() -> task<> {
            co_await yield();
            ++ended;
        };
        const auto child = [&]() -> task<> {
            owner.spawn(grandchild());
            ++ended;
            co_return;
        };
        owner.spawn(child());
        EXPECT_TRUE(co_await owner.join(deadline::after(10s)));
        EXPECT_EQ(ended, 2);
    };
    test::run_on_fresh_runtime(body);
}

} // namespace
} // namespace basekeeper::io
