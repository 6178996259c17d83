// Tests of reading JSON text: exact numbers, limits, and refusal of everything that is not one document.
#include "json/text.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <random>

namespace basekeeper::json {
namespace {

std::string round_trip(std::string_view text)
{
    const auto value = read(text);
    return value ? to_text(*value) : value.error().message;
}

TEST(read, keeps_every_finite_double_exactly)
{
    std::mt19937_64 random(20'261'120);
    for (int i = 0; i < 20'000; ++i) {
        const auto number = std::bit_cast<double>(random());
        if (!std::isfinite(number))
            continue;
        std::string text;
        write_number(text, number);
        const auto value = read("[" + text + "]");
        ASSERT_TRUE(value) << text;
        ASSERT_EQ(value->at(0).to_number<double>(), number) << text;
    }
}

TEST(read, keeps_integers_of_both_signs_and_negative_zero)
{
    EXPECT_EQ(
        round_trip("[-9223372036854775808,18446744073709551615,0,-0.0]"),
        "[-9223372036854775808,18446744073709551615,0,-0.0]"
    );
}

TEST(read, keeps_numbers_apart_that_follow_each_other)
{
    EXPECT_EQ(round_trip("[1,2.5,3,-4.25,1e3]"), "[1,2.5,3,-4.25,1000]");
}

TEST(read, keeps_long_strings_and_keys_and_the_last_of_two_equal_keys)
{
    const std::string longer(5000, 'k');
    EXPECT_EQ(round_trip("{\"" + longer + "\":\"" + longer + "\"}"), "{\"" + longer + "\":\"" + longer + "\"}");
    EXPECT_EQ(round_trip(R"({"a":1,"a":[true,null]})"), R"({"a":[true,null]})");
}

TEST(read, refuses_what_is_not_one_document)
{
    for (const std::string_view text : {"", " ", "{", "[1,]", "1 2", "{\"a\"}", "\"\xff\"", "nul", "[1]x", "01", "+1"})
    {
        const auto value = read(text);
        ASSERT_FALSE(value) << text;
        EXPECT_EQ(value.error().code, condition::invalid_argument) << text;
        EXPECT_NE(value.error().message.find("at byte"), std::string::npos) << text;
    }
}

TEST(read, refuses_numbers_that_no_double_holds)
{
    for (const auto* text : {"1e400", "-1e400", "[1e0320]", R"({"a":1.5e+309})"})
        EXPECT_FALSE(read(text)) << text;
    EXPECT_TRUE(read("1e308"));
    EXPECT_TRUE(read("1e-400")) << "too small is zero";
}

TEST(read, refuses_more_depth_or_bytes_than_allowed)
{
    EXPECT_TRUE(read("[[[]]]", {.max_bytes = 100, .max_depth = 3}));
    EXPECT_FALSE(read("[[[[]]]]", {.max_bytes = 100, .max_depth = 3}));
    EXPECT_FALSE(read("[1,2,3]", {.max_bytes = 6, .max_depth = 3}));
}

} // namespace
} // namespace basekeeper::json
