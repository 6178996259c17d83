// A breaker opens after failures in a row, lets one probe through at a time, and closes at the first answer.
#include "resilience/circuit_breaker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::resilience {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct circuit : testing::Test
{
    manual_clock time;
    circuit_breaker breaker{"the database of \"shop\"", time, {.failures_to_open = 3}};

    void fail_once(condition why = condition::unavailable)
    {
        auto pass = breaker.admit();
        ASSERT_TRUE(pass);
        pass->failed(why);
    }

    void open()
    {
        for (int i = 0; i < 3; ++i)
            fail_once();
        ASSERT_EQ(breaker.state(), circuit_state::open);
    }
};

TEST_F(circuit, is_closed_at_first_and_stays_so_below_the_limit)
{
    EXPECT_EQ(breaker.state(), circuit_state::closed);
    fail_once();
    fail_once(condition::timeout);
    EXPECT_EQ(breaker.state(), circuit_state::closed);
    EXPECT_TRUE(breaker.admit());
}

TEST_F(circuit, opens_after_failures_in_a_row_and_says_when_it_tries_again)
{
    open();
    EXPECT_EQ(breaker.times_opened(), 1U);
    EXPECT_EQ(breaker.next_probe_in(), 1000ms);
    time.advance(100ms);
    const auto refused = breaker.admit();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, condition::unavailable);
    EXPECT_THAT(refused.error().message, HasSubstr("the database of \"shop\""));
    EXPECT_THAT(refused.error().message, HasSubstr("circuit open, next try in 1 s"));
    EXPECT_THAT(refused.error().hint, HasSubstr("after 1 s"));
}

TEST_F(circuit, a_success_between_failures_ends_the_row)
{
    fail_once();
    fail_once();
    breaker.admit()->succeeded();
    fail_once();
    fail_once();
    EXPECT_EQ(breaker.state(), circuit_state::closed);
}

TEST_F(circuit, failures_far_apart_are_no_row)
{
    fail_once();
    fail_once();
    time.advance(61s);
    fail_once();
    EXPECT_EQ(breaker.state(), circuit_state::closed);
    fail_once();
    fail_once();
    EXPECT_EQ(breaker.state(), circuit_state::open);
}

TEST_F(circuit, an_error_that_is_an_answer_counts_as_one)
{
    for (const auto c : {condition::denied, condition::not_found, condition::conflict, condition::invalid_argument}) {
        fail_once();
        fail_once();
        fail_once(c);
    }
    fail_once();
    fail_once();
    EXPECT_EQ(breaker.state(), circuit_state::closed);
}

TEST_F(circuit, what_its_caller_gave_up_counts_neither_way)
{
    fail_once();
    fail_once();
    fail_once(condition::cancelled);
    {
        const auto dropped = breaker.admit();
    }
    EXPECT_EQ(breaker.state(), circuit_state::closed);
    fail_once();
    EXPECT_EQ(breaker.state(), circuit_state::open);
}

TEST_F(circuit, after_the_pause_one_probe_goes_and_nothing_else)
{
    open();
    time.advance(1s);
    auto probe = breaker.admit();
    ASSERT_TRUE(probe);
    EXPECT_EQ(breaker.state(), circuit_state::half_open);
    const auto second = breaker.admit();
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().message, HasSubstr("under way"));
    probe->succeeded();
    EXPECT_EQ(breaker.state(), circuit_state::closed);
    EXPECT_TRUE(breaker.admit());
}

TEST_F(circuit, the_pause_doubles_up_to_its_limit_and_begins_anew_after_a_success)
{
    open();
    for (const auto expected : {1s, 2s, 4s, 8s, 15s, 15s}) {
        EXPECT_EQ(breaker.next_probe_in(), expected);
        time.advance(expected - 1ms);
        EXPECT_FALSE(breaker.admit()) << "too early by a millisecond";
        time.advance(1ms);
        fail_once();
        EXPECT_EQ(breaker.state(), circuit_state::open);
    }
    time.advance(15s);
    breaker.admit()->succeeded();
    open();
    EXPECT_EQ(breaker.next_probe_in(), 1s);
    EXPECT_EQ(breaker.times_opened(), 2U);
}

TEST_F(circuit, a_probe_that_nobody_waits_for_lets_the_next_one_go)
{
    open();
    time.advance(1s);
    {
        const auto abandoned = breaker.admit();
        ASSERT_TRUE(abandoned);
    }
    EXPECT_EQ(breaker.state(), circuit_state::open);
    EXPECT_TRUE(breaker.admit());
}

TEST_F(circuit, a_probe_that_never_ends_does_not_keep_it_half_open)
{
    open();
    time.advance(1s);
    auto lost = breaker.admit();
    ASSERT_TRUE(lost);
    time.advance(60s);
    auto next = breaker.admit();
    ASSERT_TRUE(next);
    lost->failed(condition::timeout);
    EXPECT_EQ(breaker.state(), circuit_state::half_open) << "the old probe says nothing about the new one";
    next->succeeded();
    EXPECT_EQ(breaker.state(), circuit_state::closed);
}

TEST_F(circuit, attempts_from_before_it_opened_do_not_lengthen_the_pause)
{
    auto late = breaker.admit();
    ASSERT_TRUE(late);
    open();
    late->failed(condition::timeout);
    EXPECT_EQ(breaker.next_probe_in(), 1s);
}

TEST_F(circuit, a_late_success_closes_it)
{
    auto late = breaker.admit();
    open();
    late->succeeded();
    EXPECT_EQ(breaker.state(), circuit_state::closed);
}

} // namespace
} // namespace basekeeper::resilience
