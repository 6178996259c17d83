// The pools of one instance share a circuit, and every statement is told with the instance's name.
#include "instances/database_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::instances {
namespace {

using namespace std::chrono_literals;

const error away(condition::unavailable, "refused");

TEST(database_watch, five_failures_in_a_row_make_callers_fail_at_once_until_a_probe_succeeds)
{
    manual_clock time;
    database_watch watch("shop", time, {});
    for (int i = 0; i < 5; ++i) {
        auto attempt = watch.may_connect();
        ASSERT_TRUE(attempt) << i;
        (*attempt)->ended(&away);
    }
    const auto refused = watch.may_connect();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, condition::unavailable);
    EXPECT_THAT(
        refused.error().message,
        testing::AllOf(testing::HasSubstr("the database of \"shop\""), testing::HasSubstr("circuit open"))
    );
    time.advance(1s);
    auto probe = watch.may_connect();
    ASSERT_TRUE(probe);
    EXPECT_FALSE(watch.may_connect()) << "one probe at a time";
    (*probe)->ended(nullptr);
    EXPECT_TRUE(watch.may_connect());
}

TEST(database_watch, a_wrong_password_is_an_answer)
{
    manual_clock time;
    database_watch watch("shop", time, {});
    const error denied(condition::denied, "password authentication failed");
    for (int i = 0; i < 20; ++i)
        (*watch.may_connect())->ended(&denied);
    EXPECT_EQ(watch.circuit().state(), resilience::circuit_state::closed);
}

TEST(database_watch, a_server_without_a_free_connection_is_there)
{
    manual_clock time;
    database_watch watch("shop", time, {});
    error full(condition::unavailable, "no free connection");
    full.sqlstate = "53300";
    for (int i = 0; i < 20; ++i)
        (*watch.may_connect())->ended(&full);
    EXPECT_EQ(watch.circuit().state(), resilience::circuit_state::closed);
}

TEST(database_watch, an_attempt_may_outlive_its_watch)
{
    manual_clock time;
    auto watch = std::make_unique<database_watch>("shop", time, nullptr);
    auto attempt = watch->may_connect();
    watch.reset();
    (*attempt)->ended(&away);
}

TEST(database_watch, statements_are_told_with_instance_and_failure)
{
    manual_clock time;
    std::vector<std::string> told;
    database_watch watch("shop", time, [&](std::string_view name, auto took, const error* failed) {
        told.push_back(std::string(name) + (took == 3ms ? " 3ms " : " ? ") + (failed != nullptr ? "failed" : "ok"));
    });
    watch.statement_ended(3ms, nullptr);
    watch.statement_ended(3ms, &away);
    EXPECT_EQ(told, (std::vector<std::string>{"shop 3ms ok", "shop 3ms failed"}));
}

} // namespace
} // namespace basekeeper::instances
