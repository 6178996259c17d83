// Signals wake who waits for them.
#include "io/event.hpp"
#include "io/nursery.hpp"
#include "io/runtime.hpp"
#include "io/signals.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace basekeeper::io {
namespace {

TEST(signals, the_number_of_the_signal_that_came_is_returned)
{
    runtime loop;
    nursery owner(loop.executor(), [](std::exception_ptr) { ADD_FAILURE(); });
    int got = 0;
    const auto waiting = [&]() -> task<> { got = (co_await wait_for_signal({SIGTERM, SIGINT})).value_or(-1); };
    const auto body = [&]() -> task<int> {
        owner.spawn(waiting());
        ::raise(SIGINT);
        co_await owner.join(deadline::after(std::chrono::seconds(5)));
        co_return 0;
    };
    loop.run_main(body());
    EXPECT_EQ(got, SIGINT);
}

TEST(signals, waiting_can_be_cancelled)
{
    runtime loop;
    nursery owner(loop.executor(), [](std::exception_ptr) { ADD_FAILURE(); });
    auto code = condition::internal;
    const auto waiting = [&]() -> task<> { code = (co_await wait_for_signal({SIGUSR1})).error().code; };
    const auto body = [&]() -> task<int> {
        owner.spawn(waiting());
        owner.cancel_all();
        co_await owner.join(deadline::after(std::chrono::seconds(5)));
        co_return 0;
    };
    loop.run_main(body());
    EXPECT_EQ(code, condition::cancelled);
}

TEST(signals, a_stream_gives_one_after_the_other_and_catches_what_comes_between)
{
    runtime loop;
    nursery owner(loop.executor(), [](std::exception_ptr) { ADD_FAILURE(); });
    std::vector<int> got;
    const auto waiting = [&]() -> task<> {
        signal_stream signals(loop.executor(), {SIGUSR1, SIGUSR2, SIGKILL});
        for (int i = 0; i < 3; ++i) {
            ::raise(i == 1 ? SIGUSR2 : SIGUSR1); // nobody waits yet; the default effect would end the program
            got.push_back((co_await signals.next()).value_or(-1));
        }
    };
    const auto body = [&]() -> task<int> {
        owner.spawn(waiting());
        EXPECT_TRUE(co_await owner.join(deadline::after(std::chrono::seconds(5))));
        co_return 0;
    };
    loop.run_main(body());
    EXPECT_EQ(got, (std::vector<int>{SIGUSR1, SIGUSR2, SIGUSR1}));
}

TEST(signals, a_signal_that_cannot_be_caught_is_refused)
{
    runtime loop;
    const auto body = [&]() -> task<int> {
        EXPECT_EQ((co_await wait_for_signal({SIGKILL})).error().code, condition::invalid_argument);
        EXPECT_EQ((co_await wait_for_signal({100'000})).error().code, condition::invalid_argument);
        co_return 0;
    };
    loop.run_main(body());
}

} // namespace
} // namespace basekeeper::io
