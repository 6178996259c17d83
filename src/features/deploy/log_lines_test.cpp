// Lines of logs taken apart, told by level, put in order.
#include "features/deploy/logs.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::deploy {
namespace {

using ::testing::ElementsAre;

TEST(log_lines, are_told_by_what_the_services_write)
{
    EXPECT_EQ(level_of(R"({"level":"error","msg":"unable to fetch records"})"), log_level::error);
    EXPECT_EQ(level_of("2026-11-25 10:00:00 UTC [1] FATAL:  password authentication failed"), log_level::error);
    EXPECT_EQ(level_of(R"(172.18.0.1 - - "GET /auth/v1/health HTTP/1.1" 502 75)"), log_level::error);
    EXPECT_EQ(level_of(R"(172.18.0.1 - - "GET /rest/v1/x HTTP/1.1" 404 75)"), log_level::warning);
    EXPECT_EQ(level_of("10:00:00.000 [warning] Tenant not found"), log_level::warning);
    EXPECT_EQ(level_of("server started"), log_level::info);
}

TEST(log_lines, times_of_unequal_precision_compare)
{
    EXPECT_TRUE(is_before("2026-11-25T10:00:00.1Z", "2026-11-25T10:00:00.12Z"));
    EXPECT_TRUE(is_before("2026-11-25T10:00:00Z", "2026-11-25T10:00:00.000000001Z"));
    EXPECT_FALSE(is_before("2026-11-25T10:00:01Z", "2026-11-25T10:00:00.9Z"));
}

TEST(log_lines, lose_their_colours)
{
    EXPECT_EQ(plain("\x1b[31mred\x1b[0m and \x07quiet"), "red and quiet");
}

TEST(log_lines, spans_count_back_from_now)
{
    constexpr wall_time now{std::chrono::seconds{1'800'000'000}};
    EXPECT_EQ(*moment("1h", "since", now), rfc3339(now - std::chrono::hours{1}));
    EXPECT_EQ(moment("yesterday", "since", now).error().code, condition::invalid_argument);
}

TEST(log_spool, merges_in_the_order_of_time)
{
    log_spool spool;
    std::string many;
    for (int i = 0; i < 2'000; ++i)
        many += fmt::format("2026-11-25T10:00:{:02}.{:03}Z auth line {}\n", i / 1'000, i % 1'000, i);
    ASSERT_TRUE(spool.add("auth", many));
    ASSERT_TRUE(spool.add("db", "2026-11-25T10:00:00.5005Z between\nwithout a time\n2026-11-25T10:00:09Z last\n"));
    std::vector<std::string> times;
    std::vector<std::string> of_db;
    ASSERT_TRUE(spool.merge({}, [&](const log_line& line) {
        times.emplace_back(line.time);
        if (line.service == "db")
            of_db.emplace_back(line.text);
        return true;
    }));
    EXPECT_EQ(times.size(), 2'003U);
    EXPECT_TRUE(std::ranges::is_sorted(times, is_before));
    EXPECT_THAT(of_db, ElementsAre("between", "without a time", "last"));
    int errors = 0;
    ASSERT_TRUE(spool.merge({.services = {"db"}, .contains = "BETWEEN"}, [&](const log_line&) {
        ++errors;
        return true;
    }));
    EXPECT_EQ(errors, 1);
}

} // namespace
} // namespace basekeeper::deploy
