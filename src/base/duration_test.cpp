// Spans of time: what is one, what is none, and how they are shown.
#include "base/duration.hpp"

#include <gtest/gtest.h>

namespace basekeeper {
namespace {

using std::chrono::seconds;

TEST(duration, is_a_whole_number_and_a_unit)
{
    EXPECT_EQ(parse_duration("30s"), seconds{30});
    EXPECT_EQ(parse_duration("15m"), seconds{900});
    EXPECT_EQ(parse_duration("24h"), seconds{86'400});
    EXPECT_EQ(parse_duration("90d"), seconds{90 * 86'400});
    EXPECT_EQ(parse_duration("0s"), seconds{0});
    EXPECT_EQ(parse_duration("36525d"), seconds{std::int64_t{36'525} * 86'400});
}

TEST(duration, is_nothing_else)
{
    for (const auto* text :
         {"",
          "s",
          "30",
          "-1s",
          "+1s",
          " 1s",
          "1 s",
          "1s ",
          "1.5h",
          "1h30m",
          "1w",
          "1S",
          "36526d",
          "99999999999999999999s"})
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(duration, is_shown_in_the_largest_unit_that_loses_nothing)
{
    EXPECT_EQ(format_duration(seconds{0}), "0s");
    EXPECT_EQ(format_duration(seconds{90}), "90s");
    EXPECT_EQ(format_duration(seconds{900}), "15m");
    EXPECT_EQ(format_duration(seconds{36 * 3'600}), "36h");
    EXPECT_EQ(format_duration(seconds{48 * 3'600}), "2d");
}

} // namespace
} // namespace basekeeper
