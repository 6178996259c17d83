// An event wakes who waits, and a wait ends by deadline or cancellation too.
#include "io/event.hpp"
#include "io/nursery.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <array>

namespace basekeeper::io {
namespace {

using namespace std::chrono_literals;

void no_bug(std::exception_ptr)
{
    ADD_FAILURE() << "a child ended by an exception";
}

TEST(event, one_that_is_set_is_not_waited_for)
{
    const auto body = [](runtime& on) -> task<> {
        event e(on.executor());
        EXPECT_FALSE(e.is_set());
        e.set();
        EXPECT_TRUE(e.is_set());
        EXPECT_TRUE(co_await e.wait(deadline::after(0ms))) << "a deadline that has passed does not matter then";
    };
    test::run_on_fresh_runtime(body);
}

TEST(event, setting_wakes_all_who_wait)
{
    const auto body = [](runtime& on) -> task<> {
        event e(on.executor());
        nursery owner(on.executor(), no_bug);
        int woken = 0;
        const auto waiting = [&]() -> task<> { woken += co_await e.wait(deadline::after(10s)) ? 1 : 0; };
        for (int i = 0; i < 3; ++i)
            owner.spawn(waiting());
        EXPECT_EQ(woken, 0);
        e.set();
        EXPECT_TRUE(co_await owner.join(deadline::after(10s)));
        EXPECT_EQ(woken, 3);
    };
    test::run_on_fresh_runtime(body);
}

TEST(event, a_deadline_ends_the_wait_and_leaves_nothing_behind)
{
    const auto body = [](runtime& on) -> task<> {
        event e(on.executor());
        const auto waited = co_await e.wait(deadline::after(0ms));
        EXPECT_FALSE(waited);
        EXPECT_EQ(waited.error().code, condition::timeout);
        e.set(); // would touch the waiter that left
        e.reset();
        EXPECT_EQ((co_await e.wait(deadline::after(0ms))).error().code, condition::timeout) << "it was reset";
    };
    test::run_on_fresh_runtime(body);
}

TEST(event, cancelling_one_who_waits_leaves_the_others)
{
    const auto body = [](runtime& on) -> task<> {
        event e(on.executor());
        nursery owner(on.executor(), no_bug);
        std::array<condition, 2> ends{condition::internal, condition::internal};
        const auto waiting = [&](std::size_t i) -> task<> {
            const auto waited = co_await e.wait(deadline::never());
            ends[i] = waited ? condition::conflict : waited.error().code;
        };
        const auto first = owner.spawn(waiting(0));
        owner.spawn(waiting(1));
        nursery::cancel(first);
        co_await yield();
        EXPECT_EQ(ends[0], condition::cancelled);
        EXPECT_EQ(ends[1], condition::internal) << "still waits";
        e.set();
        EXPECT_TRUE(co_await owner.join(deadline::after(10s)));
        EXPECT_EQ(ends[1], condition::conflict) << "was woken";
    };
    test::run_on_fresh_runtime(body);
}

TEST(event, one_that_is_set_and_reset_at_once_still_wakes_who_waited)
{
    const auto body = [](runtime& on) -> task<> {
        event e(on.executor());
        nursery owner(on.executor(), no_bug);
        bool woken = false;
        const auto waiting = [&]() -> task<> { woken = (co_await e.wait(deadline::after(10s))).has_value(); };
        owner.spawn(waiting());
        e.set();
        e.reset();
        EXPECT_TRUE(co_await owner.join(deadline::after(10s)));
        EXPECT_TRUE(woken);
    };
    test::run_on_fresh_runtime(body);
}

TEST(sleep, ends_by_itself_or_by_cancellation)
{
    const auto body = [](runtime& on) -> task<> {
        EXPECT_TRUE(co_await sleep(0ms));
        nursery owner(on.executor(), no_bug);
        auto end = condition::internal;
        const auto sleeping = [&]() -> task<> { end = (co_await sleep(1h)).error().code; };
        owner.spawn(sleeping());
        owner.cancel_all();
        EXPECT_TRUE(co_await owner.join(deadline::after(10s)));
        EXPECT_EQ(end, condition::cancelled);
    };
    test::run_on_fresh_runtime(body);
}

TEST(yield, lets_others_run)
{
    const auto body = [](runtime& on) -> task<> {
        nursery owner(on.executor(), no_bug);
        std::string order;
        const auto child = [&](char name) -> task<> {
            for (int i = 0; i < 2; ++i) {
                order += name;
                co_await yield();
            }
        };
        owner.spawn(child('a'));
        owner.spawn(child('b'));
        EXPECT_TRUE(co_await owner.join(deadline::after(10s)));
        EXPECT_EQ(order, "abab");
    };
    test::run_on_fresh_runtime(body);
}

TEST(deadline, passes_never_gets_later_and_says_what_is_left)
{
    EXPECT_TRUE(deadline::after(0ms).expired());
    EXPECT_EQ(deadline::after(-5ms).remaining(), 0ms);
    EXPECT_FALSE(deadline::after(1h).expired());
    EXPECT_GT(deadline::after(1h).remaining(), 59min);
    EXPECT_TRUE(deadline::never().is_never());
    EXPECT_FALSE(deadline::never().expired());
    EXPECT_GE(deadline::never().remaining(), 1h);
    const auto near = deadline::after(1s);
    EXPECT_EQ(near.capped(1h).time(), near.time());
    EXPECT_LT(deadline::after(1h).capped(1s).remaining(), 2s);
    EXPECT_FALSE(deadline::never().capped(1s).is_never());
}

} // namespace
} // namespace basekeeper::io
