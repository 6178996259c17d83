// The pace of calls: a burst, ten a second, half after a refusal, and back slowly; on a clock set by hand.
#include "clients/dokploy/rate_limiter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace basekeeper::dokploy {
namespace {

using namespace std::chrono_literals;

/// How many calls may go at once.
int go_now(rate_limiter& limiter)
{
    int count = 0;
    for (;;) {
        auto place = limiter.enter();
        if (!place || place->wait())
            return count;
        ++count;
    }
}

TEST(rate_limiter, a_burst_of_twenty_goes_at_once_and_then_ten_a_second)
{
    manual_clock time;
    rate_limiter limiter(time);
    EXPECT_EQ(go_now(limiter), 20);
    auto next = limiter.enter();
    EXPECT_EQ(next->wait(), 100ms);
    time.advance(100ms);
    EXPECT_FALSE(next->wait());
    time.advance(1s);
    EXPECT_EQ(go_now(limiter), 10);
}

TEST(rate_limiter, who_came_first_goes_first)
{
    manual_clock time;
    rate_limiter limiter(time);
    go_now(limiter);
    auto first = limiter.enter();
    auto second = limiter.enter();
    EXPECT_EQ(second->wait(), 200ms);
    time.advance(100ms);
    EXPECT_EQ(second->wait(), 100ms) << "the token is the first one's";
    EXPECT_FALSE(first->wait());
}

TEST(rate_limiter, who_gives_up_leaves_the_place_to_the_next)
{
    manual_clock time;
    rate_limiter limiter(time);
    go_now(limiter);
    {
        auto gives_up = limiter.enter();
        auto next = limiter.enter();
        EXPECT_EQ(next->wait(), 200ms);
        const auto gone = std::move(*gives_up);
        EXPECT_EQ(limiter.waiting(), 2U);
    }
    EXPECT_EQ(limiter.waiting(), 0U);
    EXPECT_EQ(limiter.enter()->wait(), 100ms);
}

TEST(rate_limiter, the_queue_is_bounded)
{
    manual_clock time;
    rate_limiter limiter(time, {.most_waiting = 3});
    std::vector<rate_limiter::place> waiting;
    for (int i = 0; i < 3; ++i)
        waiting.push_back(*limiter.enter());
    const auto e = limiter.enter().error();
    EXPECT_EQ(e.code, condition::unavailable);
}

TEST(rate_limiter, a_refusal_halves_the_rate_once_for_all_answers_of_a_second)
{
    manual_clock time;
    rate_limiter limiter(time);
    limiter.refused(std::nullopt);
    limiter.refused(std::nullopt);
    EXPECT_DOUBLE_EQ(limiter.calls_per_second(), 5);
    time.advance(1s);
    limiter.refused(std::nullopt);
    EXPECT_DOUBLE_EQ(limiter.calls_per_second(), 2.5);
    for (int i = 0; i < 20; ++i) {
        time.advance(1s);
        limiter.refused(std::nullopt);
    }
    EXPECT_DOUBLE_EQ(limiter.calls_per_second(), 0.5) << "never nothing at all";
}

TEST(rate_limiter, nothing_goes_for_as_long_as_the_proxy_asks)
{
    manual_clock time;
    rate_limiter limiter(time);
    limiter.refused(7s);
    EXPECT_EQ(limiter.enter()->wait(), 7s);
    time.advance(7s);
    EXPECT_FALSE(limiter.enter()->wait());
}

TEST(rate_limiter, what_was_saved_up_is_lost_with_a_refusal)
{
    manual_clock time;
    rate_limiter limiter(time);
    limiter.refused(std::nullopt);
    time.advance(200ms);
    EXPECT_LE(go_now(limiter), 2);
}

TEST(rate_limiter, the_rate_comes_back_by_a_tenth_for_every_ten_calm_seconds)
{
    manual_clock time;
    rate_limiter limiter(time);
    limiter.refused(std::nullopt);
    time.advance(9s);
    EXPECT_DOUBLE_EQ(limiter.calls_per_second(), 5);
    time.advance(1s);
    EXPECT_DOUBLE_EQ(limiter.calls_per_second(), 6);
    time.advance(10min);
    EXPECT_DOUBLE_EQ(limiter.calls_per_second(), 10);
}

} // namespace
} // namespace basekeeper::dokploy
