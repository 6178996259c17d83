// Answers become rows or errors; whoever answered.
#include "features/postgres_meta/answer.hpp"

#include <gtest/gtest.h>

namespace basekeeper::postgres_meta {
namespace {

TEST(answer_test, values_keep_their_kind_and_null_is_null)
{
    const auto got = read_answer(200, R"([{"a":1,"b":"x","c":null},{"a":2,"b":null,"c":{"d":[true]}}])", {}, 0);
    ASSERT_TRUE(got);
    ASSERT_EQ(got->rows.size(), 2U);
    EXPECT_EQ(got->rows.value(1, 0), "2");
    EXPECT_EQ(got->rows.value(0, 1), "x");
    EXPECT_FALSE(got->rows.value(1, 1));
    EXPECT_EQ(got->rows.value(1, 2), R"({"d":[true]})");
    EXPECT_EQ(got->rows.columns()[0].type, 20U);
}

TEST(answer_test, rows_beyond_the_caps_are_dropped_and_said)
{
    const auto got = read_answer(200, R"([{"a":1},{"a":2}])", {.max_rows = 1}, 0);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->rows.size(), 1U);
    EXPECT_EQ(got->truncated, pg::truncation::rows);
}

TEST(answer_test, a_report_of_the_database_keeps_its_sqlstate_and_its_place_in_the_callers_text)
{
    const auto got = read_answer(
        400, R"({"error":"x","code":"42P01","severity":"ERROR","message":"no such","position":"115"})", {}, 100
    );
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().sqlstate, "42P01");
    EXPECT_EQ(got.error().position, 15);
}

TEST(answer_test, each_answer_of_a_gateway_has_its_condition)
{
    EXPECT_EQ(read_answer(401, "{}", {}, 0).error().code, condition::denied);
    EXPECT_EQ(read_answer(404, "<html>", {}, 0).error().code, condition::not_found);
    EXPECT_EQ(read_answer(502, "<html>", {}, 0).error().code, condition::unavailable);
    EXPECT_EQ(read_answer(408, "{}", {}, 0).error().code, condition::timeout);
    EXPECT_EQ(read_answer(200, "<html>", {}, 0).error().code, condition::unavailable);
    EXPECT_EQ(read_answer(200, R"([1])", {}, 0).error().code, condition::unavailable);
    EXPECT_EQ(read_answer(200, R"([{"a":1},{}])", {}, 0).error().code, condition::unavailable);
}

} // namespace
} // namespace basekeeper::postgres_meta
