// What is kept for resumption, what is dropped first, and that the log never lies about a gap.
#include "transports/http/event_log.hpp"

#include <gtest/gtest.h>

namespace basekeeper::transports {
namespace {

std::string joined(const std::optional<std::vector<const event_log::entry*>>& events)
{
    if (!events)
        return "unknown";
    std::string out;
    for (const auto* one : *events)
        out += one->message + ",";
    return out;
}

TEST(event_log, gives_one_stream_what_came_after_an_event)
{
    log_budget budget;
    event_log log({}, budget);
    EXPECT_EQ(to_text(log.append(1, "a")), "1_0");
    log.append(2, "x");
    log.append(1, "b");
    EXPECT_EQ(joined(log.after({1, 0})), "b,");
    EXPECT_EQ(joined(log.after({1, 1})), "");
    EXPECT_EQ(joined(log.after({1, 2})), "unknown");
    EXPECT_EQ(joined(log.after({3, 0})), "unknown");
    EXPECT_EQ(joined(log.from({1, 0})), "a,b,");
}

TEST(event_log, a_gap_is_told_from_nothing_new)
{
    log_budget budget;
    event_log log({.most_events = 2}, budget);
    for (const auto* text : {"a", "b", "c", "d"})
        log.append(1, text);
    EXPECT_EQ(joined(log.after({1, 0})), "unknown"); // b is gone
    EXPECT_EQ(joined(log.after({1, 1})), "c,d,");
}

TEST(event_log, an_event_that_cannot_be_kept_pushes_nothing_out)
{
    log_budget budget;
    event_log log({.most_bytes = 400}, budget);
    log.append(1, "small");
    log.append(2, std::string(1'000, 'x'));
    log.append(2, "later");
    EXPECT_EQ(joined(log.from({1, 0})), "small,");
    EXPECT_EQ(joined(log.after({2, 0})), "later,");
}

TEST(event_log, ended_streams_are_forgotten_with_their_last_event)
{
    log_budget budget;
    event_log log({.most_events = 1}, budget);
    log.append(1, "a");
    log.end(1);
    EXPECT_EQ(joined(log.after({1, 0})), "");
    log.append(2, "b");
    EXPECT_EQ(joined(log.after({1, 0})), "unknown");
}

TEST(event_log, all_logs_share_one_budget)
{
    log_budget budget{.most_bytes = 1'000};
    {
        event_log one({}, budget);
        event_log two({}, budget);
        one.append(1, std::string(600, 'a'));
        two.append(1, std::string(600, 'b')); // no room, and nothing of its own to drop
        EXPECT_EQ(joined(two.from({1, 0})), "");
        EXPECT_LE(budget.used_bytes, 1'000U);
        one.append(1, std::string(600, 'c')); // takes the place of its own first
        EXPECT_EQ(one.from({1, 0}).size(), 1U);
        EXPECT_EQ(budget.used_bytes, one.bytes());
    }
    EXPECT_EQ(budget.used_bytes, 0U);
}

} // namespace
} // namespace basekeeper::transports
