// Logs on disk, read as one in the order of time through small windows.
#include "features/deploy/logs.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace basekeeper::deploy {
namespace {

using ::testing::ElementsAre;

struct seen_line
{
    std::string time;
    std::string text;
};

std::vector<seen_line> merged(log_spool& of, const log_filter& which = {})
{
    std::vector<seen_line> out;
    const auto done = of.merge(which, [&](const log_line& line) {
        out.push_back({std::string(line.time), std::string(line.text)});
        return true;
    });
    EXPECT_TRUE(done);
    return out;
}

std::vector<std::string> texts(const std::vector<seen_line>& of)
{
    std::vector<std::string> out;
    std::ranges::transform(of, std::back_inserter(out), &seen_line::text);
    return out;
}

TEST(log_spool, loses_nothing_behind_a_line_that_is_longer_than_its_window)
{
    for (const std::size_t length : {16'383U, 16'384U, 16'385U, 40'000U, 200'000U}) {
        log_spool of;
        ASSERT_TRUE(of.add(
            "a",
            "2026-11-25T10:00:00Z before\n2026-11-25T10:00:01Z " + std::string(length, 'x') +
                "\n2026-11-25T10:00:02Z behind\nlast"
        ));
        const auto all = merged(of);
        ASSERT_EQ(all.size(), 4U) << length;
        EXPECT_EQ(all[0].text, "before");
        EXPECT_LE(all[1].text.size(), 16'384U);
        EXPECT_EQ(all[1].time, "2026-11-25T10:00:01Z");
        EXPECT_EQ(all[2].text, "behind");
        EXPECT_EQ(all[3].text, "last");
    }
}

TEST(log_spool, cuts_a_long_line_between_two_characters)
{
    std::string text = "x";
    for (int i = 0; i < 20'000; ++i)
        text += "ü";
    log_spool of;
    ASSERT_TRUE(of.add("a", text));
    const auto all = merged(of);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].text.size() % 2, 1U);
}

TEST(log_spool, puts_thirteen_logs_of_a_thousand_lines_in_order)
{
    log_spool of;
    for (int container = 0; container < 13; ++container) {
        std::string text;
        for (int i = 0; i < 1000; ++i)
            text += fmt::format("2026-11-25T10:{:02}:{:02}.{:03}Z line {}\n", i / 60, i % 60, container * 7 + 1, i);
        ASSERT_TRUE(of.add(fmt::format("service-{}", container), text));
    }
    for (int again = 0; again < 2; ++again) {
        const auto all = merged(of);
        ASSERT_EQ(all.size(), 13'000U);
        EXPECT_TRUE(std::ranges::is_sorted(all, [](const auto& a, const auto& b) { return is_before(a.time, b.time); })
        );
    }
}

TEST(log_spool, keeps_lines_without_a_time_behind_theirs)
{
    log_spool of;
    ASSERT_TRUE(of.add("a", "2026-11-25T10:00:00Z one\n  at somewhere\n2026-11-25T10:00:05Z three\n"));
    ASSERT_TRUE(of.add("b", "2026-11-25T10:00:01Z two\n"));
    EXPECT_THAT(texts(merged(of)), ElementsAre("one", "  at somewhere", "two", "three"));
}

TEST(log_spool, gives_pages_that_do_not_overlap)
{
    log_spool of;
    ASSERT_TRUE(of.add("a", "2026-11-25T10:00:00Z one\n2026-11-25T10:00:01Z two\n2026-11-25T10:00:02Z three\n"));
    EXPECT_THAT(texts(merged(of, {.until = "2026-11-25T10:00:01Z"})), ElementsAre("one"));
    EXPECT_THAT(texts(merged(of, {.since = "2026-11-25T10:00:01.000Z"})), ElementsAre("two", "three"));
    EXPECT_THAT(texts(merged(of, {.contains = "TWO"})), ElementsAre("two"));
}

TEST(log_spool, stops_when_it_is_enough)
{
    log_spool of;
    ASSERT_TRUE(of.add("a", "one\ntwo\n"));
    int count = 0;
    ASSERT_TRUE(of.merge({}, [&](const log_line&) { return ++count < 1; }));
    EXPECT_EQ(count, 1);
}

TEST(log_levels, of_what_stands_at_the_very_beginning)
{
    EXPECT_EQ(level_of("ERROR [2026-11-25] could not read"), log_level::error);
    EXPECT_EQ(level_of("WARN  [2026-11-25] slow"), log_level::warning);
    EXPECT_EQ(level_of("ERRORS are counted here"), log_level::info);
}

} // namespace
} // namespace basekeeper::deploy
