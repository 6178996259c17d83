// What makes the program ready, degraded or unready, and that the reasons are told.
#include "health/report.hpp"
#include "json/text.hpp"

#include <boost/json/object.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::health {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

facts two_instances(resilience::circuit_state a, resilience::circuit_state b)
{
    return {.databases = {{"a", a, 2'400ms}, {"b", b, 0ms}}, .configured_instances = 2};
}

std::string status(const report& r)
{
    return std::string(json::read(r.json).value().at("status").as_string());
}

constexpr auto closed = resilience::circuit_state::closed;
constexpr auto open = resilience::circuit_state::open;
constexpr auto half_open = resilience::circuit_state::half_open;

TEST(readiness, everything_well_is_ready)
{
    for (const auto& found : {facts{}, two_instances(closed, closed), facts{.configured_instances = 3}}) {
        const auto r = readiness(found, detail::full);
        EXPECT_TRUE(r.ready);
        EXPECT_EQ(status(r), "ready");
        EXPECT_THAT(r.json, HasSubstr(R"("reasons":[])"));
        EXPECT_THAT(r.json, HasSubstr(R"("state":{"ok":true},"audit":{"ok":true})"));
    }
}

TEST(readiness, one_database_away_degrades_and_is_named)
{
    const auto r = readiness(two_instances(open, closed), detail::full);
    EXPECT_TRUE(r.ready);
    EXPECT_EQ(status(r), "degraded");
    EXPECT_THAT(r.json, HasSubstr(R"("a":{"ok":false,"circuit":"open","next_try_in_seconds":3})"));
    EXPECT_THAT(r.json, HasSubstr(R"("b":{"ok":true,"circuit":"closed"})"));
    EXPECT_THAT(r.json, HasSubstr("the database of \\\"a\\\" does not answer"));
}

TEST(readiness, all_databases_away_is_not_ready)
{
    const auto r = readiness(two_instances(open, half_open), detail::full);
    EXPECT_FALSE(r.ready);
    EXPECT_EQ(status(r), "not_ready");
}

TEST(readiness, a_database_that_nobody_used_yet_counts_as_there)
{
    const facts found{.databases = {{"a", open, 1s}}, .configured_instances = 2};
    EXPECT_EQ(status(readiness(found, detail::full)), "degraded");
}

TEST(readiness, without_state_audit_or_when_stopping_it_is_not_ready_and_says_why)
{
    const auto broken = fail(condition::unavailable, "disk full", "free space");
    auto r = readiness({.store = broken}, detail::full);
    EXPECT_FALSE(r.ready);
    EXPECT_THAT(r.json, HasSubstr("the state cannot be written: disk full"));
    EXPECT_THAT(r.json, HasSubstr(R"("state":{"ok":false,"reason":"disk full","next":"free space"})"));
    r = readiness({.audit = broken}, detail::full);
    EXPECT_FALSE(r.ready);
    EXPECT_THAT(r.json, HasSubstr("nothing that changes data may run: disk full"));
    r = readiness({.stopping = true}, detail::full);
    EXPECT_FALSE(r.ready);
    EXPECT_THAT(r.json, HasSubstr("stopping"));
}

TEST(readiness, the_public_hears_the_status_only)
{
    auto found = two_instances(open, closed);
    EXPECT_EQ(readiness(found, detail::status_only).json, R"({"status":"degraded"})");
    found.store = fail(condition::denied, "preparing /secret/path", "");
    EXPECT_EQ(readiness(found, detail::status_only).json, R"({"status":"not_ready"})");
}

TEST(readiness, is_json_whatever_the_words_hold)
{
    const facts found{
        .store = fail(condition::internal, "a \"quoted\"\nline", "\\"), .databases = {{"x\"y", open, 1s}}
    };
    EXPECT_TRUE(json::read(readiness(found, detail::full).json));
}

TEST(liveness, names_the_version)
{
    EXPECT_THAT(liveness(), HasSubstr(R"("status":"alive")"));
    EXPECT_TRUE(json::read(liveness()));
}

} // namespace
} // namespace basekeeper::health
