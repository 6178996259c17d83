// Pauses grow within bounds, Retry-After is obeyed, and only what may be repeated is repeated.
#include "http/retry.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace basekeeper::http {
namespace {

using namespace std::chrono_literals;

constexpr std::optional<std::chrono::milliseconds> unasked;

TEST(retry_schedule, doubles_its_pauses_with_jitter_of_a_half)
{
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        retry_schedule s({.attempts = 5, .first_pause = 100ms, .longest_pause = 10s}, seed);
        for (const auto middle : {100ms, 200ms, 400ms, 800ms}) {
            const auto pause = s.next(unasked, 1h);
            ASSERT_TRUE(pause);
            EXPECT_GE(*pause, middle / 2);
            EXPECT_LE(*pause, middle * 3 / 2);
        }
        EXPECT_FALSE(s.next(unasked, 1h)) << "five attempts have four pauses";
    }
}

TEST(retry_schedule, different_seeds_give_different_pauses)
{
    std::set<std::chrono::milliseconds> seen;
    for (std::uint64_t seed = 0; seed < 50; ++seed)
        seen.insert(*retry_schedule({.first_pause = 1s}, seed * 0x9e3779b97f4a7c15U).next(unasked, 1h));
    EXPECT_GT(seen.size(), 10U);
}

TEST(retry_schedule, no_pause_of_its_own_is_longer_than_the_longest)
{
    retry_schedule s({.attempts = 20, .first_pause = 1s, .longest_pause = 3s}, 7);
    for (int i = 0; i < 19; ++i)
        EXPECT_LE(*s.next(unasked, 1h), 3s);
}

TEST(retry_schedule, what_the_server_asks_for_is_never_shortened)
{
    retry_schedule s({.attempts = 4, .first_pause = 100ms, .longest_pause = 1s}, 1);
    EXPECT_EQ(s.next(30s, 1h), 30s);
    EXPECT_FALSE(s.next(30s, 29s)) << "the deadline would pass first";
}

TEST(retry_schedule, ends_when_the_pause_would_outlast_the_deadline)
{
    retry_schedule s({.first_pause = 1s}, 1);
    EXPECT_FALSE(s.next(unasked, 400ms));
}

TEST(retry_after, seconds_and_dates_are_read_and_nothing_else)
{
    const wall_time now = std::chrono::sys_days(std::chrono::year{1994} / 11 / 6) + 8h + 49min + 0s;
    EXPECT_EQ(parse_retry_after("120", now), 120s);
    EXPECT_EQ(parse_retry_after("0", now), 0s);
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), 37s);
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:48:37 GMT", now), 0s) << "has passed";
    EXPECT_GT(parse_retry_after("99999999999999999999", now), std::chrono::hours{24});
    for (const auto* wrong :
         {"",
          "-1",
          "1.5",
          "soon",
          "+5",
          " 5",
          "Sun, 06 Nov 1994 08:49:37 PST",
          "Sun, 99 Nov 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 24:49:37 GMT",
          "Sun, 06 nov 1994 08:49:37 GMT",
          "Sunday, 06-Nov-94 08:49:37 GMT"})
        EXPECT_FALSE(parse_retry_after(wrong, now)) << wrong;
}

TEST(is_repeatable, follows_the_method_unless_the_maker_knows_better)
{
    using enum client_method;
    for (const auto m : {get, head, put, remove})
        EXPECT_TRUE(is_repeatable({.method = m}));
    for (const auto m : {post, patch})
        EXPECT_FALSE(is_repeatable({.method = m}));
    EXPECT_TRUE(is_repeatable({.method = post, .repeat = repeatable::yes}));
    EXPECT_FALSE(is_repeatable({.method = put, .repeat = repeatable::no}));
}

/// Gives one scripted answer after the other and counts how often it was asked.
struct script
{
    std::vector<result<client_response>> answers;
    std::size_t asked = 0;

    io::task<result<client_response>> next() { co_return answers.at(asked++); }

    result<client_response> play(int attempts)
    {
        const retry_schedule at_once({.attempts = attempts, .first_pause = 0ms}, 1);
        return test::run_on_fresh_runtime([&](io::runtime&) {
            return with_retries([this] { return next(); }, at_once, system_clock(), io::deadline::after(10s));
        });
    }
};

TEST(with_retries, goes_on_until_an_answer_that_stays)
{
    script s{{fail(condition::unavailable, "away"), client_response{.status = 503}, client_response{.status = 200}}};
    EXPECT_EQ(s.play(5)->status, 200);
    EXPECT_EQ(s.asked, 3U);
}

TEST(with_retries, gives_the_last_failure_when_the_attempts_are_used_up)
{
    script s{{fail(condition::unavailable, "first"), fail(condition::unavailable, "second")}};
    EXPECT_EQ(s.play(2).error().message, "second");
    EXPECT_EQ(s.asked, 2U);
}

TEST(with_retries, does_not_repeat_what_will_not_pass)
{
    for (const auto c : {condition::denied, condition::timeout, condition::invalid_argument, condition::cancelled}) {
        script s{{fail(c, "no")}};
        EXPECT_EQ(s.play(5).error().code, c);
    }
    for (const int status : {200, 301, 400, 401, 404, 409, 500}) {
        script s{{client_response{.status = status}}};
        EXPECT_EQ(s.play(5)->status, status);
    }
}

TEST(with_retries, waits_no_longer_than_the_deadline_allows)
{
    script s{{client_response{.status = 429, .headers = {{"Retry-After", "3600"}}}}};
    EXPECT_EQ(s.play(5)->status, 429) << "an hour does not fit: the answer is given at once";
}

TEST(expect_success, a_status_becomes_a_condition_with_a_next_step)
{
    const std::vector<std::pair<int, condition>> expected{
        {301, condition::unavailable},
        {400, condition::invalid_argument},
        {401, condition::denied},
        {403, condition::denied},
        {404, condition::not_found},
        {408, condition::timeout},
        {409, condition::conflict},
        {410, condition::not_found},
        {412, condition::conflict},
        {422, condition::invalid_argument},
        {429, condition::unavailable},
        {500, condition::unavailable},
        {503, condition::unavailable},
        {504, condition::timeout},
    };
    for (const auto& [status, c] : expected) {
        const auto e = expect_success({.status = status, .body = "their words"}, "the API of \"shop\"").error();
        EXPECT_EQ(e.code, c) << status;
        EXPECT_EQ(e.http_status, status);
        EXPECT_EQ(e.server_text, "their words");
        EXPECT_FALSE(e.hint.empty());
        EXPECT_THAT(e.message, testing::StartsWith("the API of \"shop\" answered with status"));
    }
    EXPECT_EQ(expect_success({.status = 204}, "x")->status, 204);
}

TEST(expect_success, long_and_broken_bodies_are_not_passed_on_as_they_are)
{
    EXPECT_EQ(
        expect_success({.status = 500, .body = std::string(100'000, 'x')}, "x").error().server_text.size(), 2'048U
    );
    EXPECT_EQ(expect_success({.status = 500, .body = "\xff\xfe"}, "x").error().server_text, "");
}

TEST(client_response, finds_fields_whatever_their_case)
{
    const client_response r{.headers = {{"Content-Type", "a"}, {"content-type", "b"}}};
    EXPECT_EQ(r.header("CONTENT-TYPE"), "a");
    EXPECT_FALSE(r.header("content"));
}

} // namespace
} // namespace basekeeper::http
