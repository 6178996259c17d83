// RFC 3339 text, and the clock that is set by hand.
#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace basekeeper {
namespace {

using namespace std::chrono_literals;

TEST(rfc3339, has_six_digits_of_fraction_and_a_z)
{
    EXPECT_EQ(to_rfc3339(wall_time{}), "1970-01-01T00:00:00.000000Z");
    EXPECT_EQ(to_rfc3339(wall_time{1us}), "1970-01-01T00:00:00.000001Z");
    EXPECT_EQ(to_rfc3339(wall_time{1'800'000'000s + 123'456us}), "2027-01-15T08:00:00.123456Z");
    EXPECT_EQ(to_rfc3339(wall_time{86'399'999'999us}), "1970-01-01T23:59:59.999999Z");
}

TEST(rfc3339, knows_leap_days_and_times_before_1970)
{
    EXPECT_EQ(to_rfc3339(wall_time{951'782'400s}), "2000-02-29T00:00:00.000000Z");
    EXPECT_EQ(to_rfc3339(wall_time{-1us}), "1969-12-31T23:59:59.999999Z");
    EXPECT_EQ(to_rfc3339(wall_time{-11'644'473'600s}), "1601-01-01T00:00:00.000000Z");
}

TEST(rfc3339, sorts_as_time_does)
{
    EXPECT_LT(to_rfc3339(wall_time{9s}), to_rfc3339(wall_time{10s}));
    EXPECT_LT(to_rfc3339(wall_time{999'999us}), to_rfc3339(wall_time{1s}));
}

TEST(manual_clock, moves_only_when_told_and_both_faces_together)
{
    manual_clock time(wall_time{100s});
    const auto before = time.steady();
    EXPECT_EQ(time.wall(), wall_time{100s});
    EXPECT_EQ(time.steady(), before);
    time.advance(1'500ms);
    EXPECT_EQ(time.wall(), wall_time{101'500ms});
    EXPECT_EQ(time.steady() - before, 1'500ms);
}

TEST(system_clock, reads_the_machine)
{
    const auto& time = system_clock();
    const auto first = time.steady();
    EXPECT_GE(time.steady(), first);
    EXPECT_GT(time.wall(), wall_time{std::chrono::sys_days{std::chrono::year{2024} / 1 / 1}});
    EXPECT_EQ(&time, &system_clock());
}

} // namespace
} // namespace basekeeper
