// Token buckets: a burst, then a steady rate, for each name alone, within bounded memory.
#include "access/rate_limiter.hpp"

#include <gtest/gtest.h>

namespace basekeeper::access {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

int allowed_of(rate_limiter& limiter, std::string_view name, int tries)
{
    int allowed = 0;
    for (int i = 0; i < tries; ++i)
        allowed += limiter.take(name) ? 0 : 1;
    return allowed;
}

TEST(rate_limiter, allows_a_burst_and_then_the_rate)
{
    manual_clock time;
    rate_limiter limiter({.per_second = 2, .burst = 5}, 10, time);
    EXPECT_EQ(allowed_of(limiter, "a", 10), 5);
    EXPECT_EQ(limiter.take("a"), seconds{1}) << "half a second, rounded up";
    time.advance(milliseconds{500});
    EXPECT_EQ(allowed_of(limiter, "a", 10), 1);
    time.advance(seconds{60});
    EXPECT_EQ(allowed_of(limiter, "a", 10), 5) << "no more than the burst is saved";
}

TEST(rate_limiter, says_how_long_to_wait)
{
    manual_clock time;
    rate_limiter limiter({.per_second = 0.1, .burst = 1}, 10, time);
    EXPECT_FALSE(limiter.take("a"));
    EXPECT_EQ(limiter.take("a"), seconds{10});
    time.advance(seconds{4});
    EXPECT_EQ(limiter.take("a"), seconds{6});
    time.advance(seconds{6});
    EXPECT_FALSE(limiter.take("a"));
}

TEST(rate_limiter, names_do_not_share)
{
    manual_clock time;
    rate_limiter limiter({.per_second = 1, .burst = 2}, 10, time);
    EXPECT_EQ(allowed_of(limiter, "a", 5), 2);
    EXPECT_EQ(allowed_of(limiter, "b", 5), 2);
}

TEST(rate_limiter, no_rate_is_no_limit_and_costs_nothing)
{
    manual_clock time;
    rate_limiter limiter({.per_second = 0, .burst = 0}, 10, time);
    EXPECT_EQ(allowed_of(limiter, "a", 1'000), 1'000);
    EXPECT_EQ(limiter.size(), 0U);
}

TEST(rate_limiter, forgets_the_least_recent_name_when_it_is_full)
{
    manual_clock time;
    rate_limiter limiter({.per_second = 1, .burst = 1}, 3, time);
    for (const auto* name : {"a", "b", "c"})
        EXPECT_FALSE(limiter.take(name));
    EXPECT_TRUE(limiter.take("a")) << "now the most recent";
    EXPECT_FALSE(limiter.take("d"));
    EXPECT_EQ(limiter.size(), 3U);
    EXPECT_TRUE(limiter.take("a"));
    EXPECT_TRUE(limiter.take("c"));
    EXPECT_FALSE(limiter.take("b")) << "was forgotten";
    for (int i = 0; i < 1'000; ++i)
        limiter.take(std::to_string(i));
    EXPECT_EQ(limiter.size(), 3U);
}

} // namespace
} // namespace basekeeper::access
