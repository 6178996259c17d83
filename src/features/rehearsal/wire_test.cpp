// The rules of transport, keys and coercions, as a client meets them.
#include "features/rehearsal/test_rehearsal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::rehearsal {
namespace {

using test::rehearsed;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

TEST(wire, only_the_right_method_and_name_reach_a_procedure)
{
    rehearsed on;
    EXPECT_EQ(on.get("settings.getDokployVersion").body, "\"v0.30.2\"");
    EXPECT_EQ(on.post("settings.getDokployVersion", "{}").status, 404U);
    EXPECT_EQ(on.get("compose.create").status, 404U);
    const auto none = on.get("compose.invented");
    EXPECT_EQ(none.status, 404U);
    EXPECT_THAT(none.body, HasSubstr(R"("message":"Not found","code":"NOT_FOUND")"));
}

TEST(wire, health_needs_no_key_and_everything_else_does)
{
    rehearsed on;
    on.key = "wrong";
    EXPECT_EQ(on.raw({.method = "GET", .path = "/api/health"}).body, R"({"ok":true})");
    EXPECT_EQ(on.raw({.method = "GET", .path = "/api/trpc/settings.health"}).status, 200U);
    const auto refused = on.get("settings.health");
    EXPECT_EQ(refused.status, 401U);
    EXPECT_EQ(refused.body, R"({"message":"Unauthorized"})");
}

TEST(wire, bodies_are_json_of_at_most_a_megabyte)
{
    rehearsed on;
    asked what{.method = "POST", .path = "/api/project.create", .key = on.key, .body = R"({"name":"a"})"};
    EXPECT_EQ(on.raw(what).status, 415U);
    EXPECT_THAT(on.raw(what).body, HasSubstr("Missing content-type header"));
    what.content_type = "text/plain";
    EXPECT_EQ(on.raw(what).status, 415U);
    what.content_type = "application/json; charset=utf-8";
    EXPECT_EQ(on.raw(what).status, 200U);
    what.body = "{";
    EXPECT_EQ(on.raw(what).status, 400U);
    EXPECT_EQ(on.raw(what).body, "Invalid JSON");
    what.body = std::string(1'200'000, ' ');
    EXPECT_EQ(on.raw(what).status, 413U);
    EXPECT_EQ(on.raw(what).body, "Body exceeded 1mb limit");
}

TEST(wire, refused_input_is_told_field_by_field)
{
    rehearsed on;
    const auto none = on.post("project.create", "{}");
    EXPECT_EQ(none.status, 400U);
    EXPECT_THAT(none.body, HasSubstr(R"("message":"Input validation failed","code":"BAD_REQUEST")"));
    EXPECT_THAT(none.body, HasSubstr(R"("path":["name"])"));
    EXPECT_THAT(
        none.body, HasSubstr(R"("fieldErrors":{"name":["Invalid input: expected string, received undefined"]})")
    );
    EXPECT_EQ(on.post("project.create", R"({"name":123})").status, 400U) << "texts are not coerced";
    EXPECT_EQ(on.post("project.create", R"({"name":""})").status, 400U);
}

TEST(wire, booleans_are_coerced_as_javascript_does)
{
    rehearsed on;
    const auto id = on.compose("raw-file");
    on.post("compose.update", R"({"composeId":")" + id + R"(","randomize":"false"})");
    EXPECT_TRUE(on.json(on.get("compose.one", {{"composeId", id}})).at("randomize").as_bool());
    EXPECT_EQ(on.post("compose.delete", R"({"composeId":")" + id + R"("})").status, 200U) << "a missing one is false";
}

TEST(wire, an_empty_query_value_is_none_and_a_repeated_one_is_refused)
{
    rehearsed on;
    EXPECT_EQ(on.get("compose.one", {{"composeId", ""}}).status, 400U);
    EXPECT_EQ(on.get("compose.one", {{"composeId", "a"}, {"composeId", "b"}}).status, 400U);
    EXPECT_EQ(on.get("deployment.readLogs", {{"deploymentId", "x"}, {"tail", "many"}}).status, 400U);
}

TEST(wire, an_unlimited_key_answers_and_a_default_key_answers_five_times)
{
    rehearsed on;
    const auto made = on.json(on.post(
        "user.createApiKey", R"({"name":"ci","metadata":{"organizationId":")" + on.inside.organization_id + R"("}})"
    ));
    on.key = made.at("key").as_string();
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(on.get("settings.health").status, 200U);
    const auto spent = on.get("settings.health");
    EXPECT_EQ(spent.status, 401U);
    EXPECT_EQ(spent.body, R"({"message":"Unauthorized"})") << "nothing tells it from a wrong key";
    on.pass(25h);
    EXPECT_EQ(on.get("settings.health").status, 200U);
}

TEST(wire, a_key_with_an_odd_rest_fails_at_the_second_check)
{
    rehearsed on;
    const auto made = on.json(on.post(
        "user.createApiKey",
        R"({"name":"ci","rateLimitEnabled":false,"remaining":3,"metadata":{"organizationId":")" +
            on.inside.organization_id + R"("}})"
    ));
    on.key = made.at("key").as_string();
    EXPECT_EQ(on.get("settings.health").status, 200U);
    EXPECT_THAT(on.get("settings.health").body, HasSubstr(R"("code":"UNAUTHORIZED")"));
}

TEST(wire, a_member_is_told_that_it_may_not)
{
    rehearsed on;
    on.key = on.member_key();
    EXPECT_EQ(on.get("settings.getDokployVersion").status, 200U);
    EXPECT_EQ(on.get("project.all").body, "[]");
    const auto refused = on.get("docker.getContainers");
    EXPECT_EQ(refused.status, 401U);
    EXPECT_THAT(refused.body, HasSubstr(R"("code":"UNAUTHORIZED")"));
}

TEST(wire, an_older_version_lacks_what_came_later)
{
    rehearsed on({.version = {0, 29, 4}});
    EXPECT_EQ(on.get("deployment.readLogs", {{"deploymentId", "x"}}).status, 404U);
    EXPECT_THAT(on.get("deployment.readLogs", {{"deploymentId", "x"}}).body, HasSubstr("\"Not found\""));
    rehearsed newer;
    EXPECT_THAT(newer.get("deployment.readLogs", {{"deploymentId", "x"}}).body, HasSubstr("Deployment not found"));
}

TEST(wire, the_webhook_needs_the_token_alone)
{
    rehearsed on;
    const auto id = on.compose("raw-file");
    const auto token = text_of(*on.inside.composes.find(id), "refreshToken");
    EXPECT_EQ(on.raw({.method = "POST", .path = "/api/deploy/compose/" + token}).status, 200U);
    EXPECT_EQ(on.raw({.method = "POST", .path = "/api/deploy/compose/other"}).status, 404U);
    EXPECT_EQ(on.inside.queue.size(), 1U);
}

} // namespace
} // namespace basekeeper::rehearsal
