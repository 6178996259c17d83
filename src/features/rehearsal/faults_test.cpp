// Faults as they are written, counted and cleared.
#include "features/rehearsal/faults.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::rehearsal {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;

constexpr wall_time now{1'800'000'000s};

TEST(faults, of_a_call_are_counted_down)
{
    fault_plan on;
    ASSERT_TRUE(on.add("503@compose.deploy:2", now));
    EXPECT_FALSE(on.of_call("compose.one"));
    EXPECT_EQ(on.of_call("compose.deploy")->status, 503U);
    EXPECT_EQ(on.of_call("compose.deploy")->status, 503U);
    EXPECT_FALSE(on.of_call("compose.deploy"));
}

TEST(faults, without_a_number_stay_until_they_are_cleared)
{
    fault_plan on;
    ASSERT_TRUE(on.add("hang@*", now));
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(on.of_call("anything")->what, call_fault::hang);
    on.clear();
    EXPECT_FALSE(on.of_call("anything"));
}

TEST(faults, of_services_deployments_and_time)
{
    fault_plan on;
    for (const auto* text :
         {"unhealthy@db", "exit@vector", "deployment-error:1", "expired-certificate", "down@after:1m"})
        ASSERT_TRUE(on.add(text, now)) << text;
    EXPECT_TRUE(on.is_unhealthy("db"));
    EXPECT_FALSE(on.is_unhealthy("vector"));
    EXPECT_TRUE(on.exits("vector"));
    EXPECT_TRUE(on.certificate_is_over());
    EXPECT_FALSE(on.is_down(now + 59s));
    EXPECT_TRUE(on.is_down(now + 60s));
    EXPECT_TRUE(on.deployment_fails());
    EXPECT_FALSE(on.deployment_fails());
    EXPECT_THAT(
        on.texts(),
        ElementsAre("unhealthy@db", "exit@vector", "expired-certificate", "down from 2027-01-15T08:01:00.000000Z")
    );
}

TEST(faults, that_are_none_are_refused)
{
    fault_plan on;
    for (const auto* text :
         {"",
          "@",
          "500",
          "500@",
          "99@a",
          "600@a",
          "500@a:0",
          "500@a:x",
          "hangs@a",
          "down@30s",
          "deployment-error:",
          "unhealthy@",
          "expired-certificates"})
        EXPECT_EQ(on.add(text, now).error().code, condition::invalid_argument) << text;
    EXPECT_TRUE(on.texts().empty());
}

} // namespace
} // namespace basekeeper::rehearsal
