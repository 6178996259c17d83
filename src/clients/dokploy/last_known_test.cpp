// A state that is away is shown with its age, becomes unknown, and raises one alert.
#include "clients/dokploy/last_known.hpp"

#include <gtest/gtest.h>

#include <string>

namespace basekeeper::dokploy {
namespace {

using namespace std::chrono_literals;

const error away(condition::unavailable, "Dokploy is away");

TEST(last_known, never_seen_is_unknown)
{
    const manual_clock time;
    const last_known<std::string> state(time);
    EXPECT_EQ(state.look().fresh, freshness::unknown);
    EXPECT_EQ(state.look().value, nullptr);
    EXPECT_FALSE(state.look().age);
}

TEST(last_known, shows_the_last_state_with_its_age_while_it_is_away_and_then_none)
{
    manual_clock time;
    last_known<std::string> state(time);
    state.seen("healthy");
    EXPECT_EQ(state.look().fresh, freshness::current);
    time.advance(60s);
    state.missed(away);
    time.advance(30s);
    const auto seen = state.look();
    EXPECT_EQ(seen.fresh, freshness::last_seen);
    EXPECT_EQ(*seen.value, "healthy");
    EXPECT_EQ(seen.age, 90s);
    EXPECT_EQ(seen.away_for, 30s);
    EXPECT_EQ(seen.why->message, away.message);
    time.advance(15min);
    EXPECT_EQ(state.look().fresh, freshness::unknown);
    EXPECT_EQ(state.look().value, nullptr) << "too old to be shown";
    EXPECT_TRUE(state.look().age);
}

TEST(last_known, alerts_once_after_five_minutes_of_absence_and_again_after_the_next)
{
    manual_clock time;
    last_known<int> state(time);
    state.seen(1);
    state.missed(away);
    time.advance(4min + 59s);
    EXPECT_FALSE(state.take_alert());
    state.missed(away);
    time.advance(1s);
    EXPECT_TRUE(state.take_alert()) << "counted from the first failure";
    EXPECT_FALSE(state.take_alert());
    state.seen(2);
    state.missed(away);
    EXPECT_FALSE(state.take_alert());
    time.advance(5min);
    EXPECT_TRUE(state.take_alert());
}

} // namespace
} // namespace basekeeper::dokploy
