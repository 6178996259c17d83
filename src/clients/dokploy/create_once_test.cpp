// Nothing is made twice: a lost answer is followed by a look, and the caller learns which of both told it.
#include "clients/dokploy/backups.hpp"
#include "clients/dokploy/compose.hpp"
#include "clients/dokploy/compose_lifecycle.hpp"
#include "clients/dokploy/create_once.hpp"
#include "clients/dokploy/projects.hpp"
#include "clients/dokploy/templates.hpp"
#include "clients/dokploy/test_caller.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::dokploy {
namespace {

using namespace std::chrono_literals;
using test::fails;
using test::says;
using test::scripted_caller;
using ::testing::HasSubstr;

/// An environment whose services are `made` rows, and compose.create that fails `losses` times, each after making
/// `rows_per_loss` of them.
struct little_dokploy
{
    result<boost::json::value> operator()(const call& c)
    {
        if (c.procedure == "environment.one") {
            if (look_fails && created > 0)
                return fails(condition::unavailable);
            std::string rows;
            for (int i = 0; i < there; ++i)
                rows +=
                    (i > 0 ? "," : "") + std::string(R"({"composeId":"c)") + std::to_string(i) + R"(","name":"shop"})";
            return says(R"({"environmentId":"e1","compose":[)" + rows + "]}");
        }
        if (c.procedure == "compose.one")
            return says(R"({"composeId":"c0","name":"shop","appName":"shop-abc123"})");
        ++created;
        if (losses-- > 0) {
            there += rows_per_loss;
            return fails(how, status);
        }
        ++there;
        return says(R"({"composeId":"c0","name":"shop","appName":"shop-abc123"})");
    }

    int there = 0;
    int losses = 0;
    int rows_per_loss = 0;
    condition how = condition::unavailable;
    int status = 0;
    bool look_fails = false;
    int created = 0;
};

result<created<compose>> create_shop(little_dokploy& dokploy)
{
    scripted_caller on([&](const call& c) { return dokploy(c); });
    return basekeeper::test::run_on_fresh_runtime([&](io::runtime&) {
        return create_compose(on, {.name = "shop", .environment_id = "e1"}, io::deadline::after(20s));
    });
}

TEST(create_once, an_answer_is_an_answer)
{
    little_dokploy dokploy;
    const auto made = create_shop(dokploy);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->how, came_through::answered);
    EXPECT_EQ(dokploy.there, 1);
}

TEST(create_once, a_lost_answer_to_a_call_that_came_through_makes_no_second_one)
{
    little_dokploy dokploy{.losses = 1, .rows_per_loss = 1};
    const auto made = create_shop(dokploy);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->how, came_through::found_after_lost_answer);
    EXPECT_EQ(made->row.app_name, "shop-abc123");
    EXPECT_EQ(dokploy.there, 1);
    EXPECT_EQ(dokploy.created, 1);
}

TEST(create_once, a_call_that_did_not_come_through_is_sent_again)
{
    little_dokploy dokploy{.losses = 1};
    const auto made = create_shop(dokploy);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->how, came_through::answered);
    EXPECT_EQ(dokploy.created, 2);
    EXPECT_EQ(dokploy.there, 1);
}

TEST(create_once, three_attempts_are_enough)
{
    little_dokploy dokploy{.losses = 9};
    EXPECT_EQ(create_shop(dokploy).error().code, condition::unavailable);
    EXPECT_EQ(dokploy.created, 3);
}

TEST(create_once, a_name_that_is_taken_is_refused_before_anything_is_sent)
{
    little_dokploy dokploy{.there = 1};
    const auto e = create_shop(dokploy).error();
    EXPECT_EQ(e.code, condition::conflict);
    EXPECT_THAT(e.message, HasSubstr("\"shop\""));
    EXPECT_EQ(dokploy.created, 0);
}

TEST(create_once, a_slow_call_is_not_sent_again_for_it_may_still_come_through)
{
    little_dokploy dokploy{.losses = 1, .how = condition::timeout};
    const auto e = create_shop(dokploy).error();
    EXPECT_EQ(e.code, condition::unavailable);
    EXPECT_THAT(e.message, HasSubstr("not known whether"));
    EXPECT_EQ(dokploy.created, 1);
}

TEST(create_once, when_the_look_fails_too_the_error_says_that_it_is_not_known)
{
    little_dokploy dokploy{.losses = 1, .rows_per_loss = 1, .look_fails = true};
    const auto e = create_shop(dokploy).error();
    EXPECT_THAT(e.message, HasSubstr("not known whether"));
    EXPECT_THAT(e.hint, HasSubstr("look whether it is there"));
    EXPECT_EQ(dokploy.created, 1);
}

TEST(create_once, a_failure_inside_dokploy_is_not_repeated_but_what_it_left_is_found)
{
    little_dokploy leaves_nothing{.losses = 1, .status = 500};
    EXPECT_EQ(create_shop(leaves_nothing).error().http_status, 500);
    EXPECT_EQ(leaves_nothing.created, 1);
    little_dokploy leaves_a_row{.losses = 1, .rows_per_loss = 1, .status = 500};
    EXPECT_EQ(create_shop(leaves_a_row)->how, came_through::found_after_lost_answer);
}

TEST(create_once, of_two_new_ones_none_is_taken_for_ours)
{
    little_dokploy dokploy{.losses = 1, .rows_per_loss = 2};
    EXPECT_EQ(create_shop(dokploy).error().code, condition::conflict);
}

TEST(create_once, a_refusal_is_final)
{
    little_dokploy dokploy{.losses = 1, .how = condition::denied, .status = 401};
    EXPECT_EQ(create_shop(dokploy).error().code, condition::denied);
    EXPECT_EQ(dokploy.created, 1);
}

TEST(create_once, a_template_may_be_used_again_and_a_lost_one_is_told_from_those_before)
{
    int there = 1;
    scripted_caller on([&](const call& c) -> result<boost::json::value> {
        if (c.procedure == "environment.one")
            return there == 1 ? says(R"({"environmentId":"e1","compose":[{"composeId":"old","name":"supabase"}]})")
                              : says(R"({"environmentId":"e1","compose":[{"composeId":"old","name":"supabase"},)"
                                     R"({"composeId":"new","name":"supabase"}]})");
        if (c.procedure == "compose.one")
            return says(R"({"composeId":")" + c.query.at(0).second + R"("})");
        ++there;
        return fails(condition::unavailable);
    });
    const auto made = basekeeper::test::run_on_fresh_runtime([&](io::runtime&) {
        return create_from_template(on, {.environment_id = "e1", .id = "supabase"}, io::deadline::after(20s));
    });
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->row.id, "new");
    EXPECT_EQ(on.count("compose.deployTemplate"), 1);
}

TEST(create_once, a_lost_deployment_is_found_in_the_queue_by_its_title)
{
    bool queued = false;
    scripted_caller on([&](const call& c) -> result<boost::json::value> {
        if (c.procedure == "deployment.queueList")
            return queued ? says(R"([{"id":"job-1","state":"waiting","data":{"composeId":"c0","titleLog":"run 7"}}])")
                          : says("[]");
        if (c.procedure == "deployment.allByCompose")
            return says(R"([{"deploymentId":"d0","title":"another"}])");
        queued = true;
        return fails(condition::unavailable);
    });
    const auto how = basekeeper::test::run_on_fresh_runtime([&](io::runtime&) {
        return deploy_compose(on, "c0", "run 7", "", io::deadline::after(20s));
    });
    ASSERT_TRUE(how) << how.error().message;
    EXPECT_EQ(*how, came_through::found_after_lost_answer);
    EXPECT_EQ(on.count("compose.deploy"), 1);
}

TEST(create_once, several_files_cost_one_look_and_one_that_is_there_is_refused)
{
    scripted_caller on([&](const call& c) {
        return c.procedure == "mounts.create" ? says(R"({"mountId":"m"})")
                                              : says(R"([{"mountId":"m0","filePath":"b"}])");
    });
    const auto made = basekeeper::test::run_on_fresh_runtime([&](io::runtime&) {
        std::vector<new_file> files{{.compose_id = "c0", .path = "a"}, {.compose_id = "c0", .path = "b"}};
        return create_files(on, std::move(files), io::deadline::after(20s));
    });
    EXPECT_EQ(made.error().code, condition::conflict);
    EXPECT_EQ(on.count("mounts.listByServiceId"), 1);
    EXPECT_EQ(on.count("mounts.create"), 1);
}

TEST(create_once, a_new_project_comes_with_its_environment)
{
    scripted_caller on([&](const call& c) {
        return c.procedure == "project.all"
                   ? says("[]")
                   : says(R"({"project":{"projectId":"p1","name":"shop"},)"
                          R"("environment":{"environmentId":"e1","name":"production","isDefault":true}})");
    });
    const auto made = basekeeper::test::run_on_fresh_runtime([&](io::runtime&) {
        return create_project(on, {.name = "shop"}, io::deadline::after(20s));
    });
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->row.id, "p1");
    EXPECT_EQ(made->row.environments.at(0).id, "e1");
}

TEST(remove_row, not_found_after_a_lost_answer_is_success_and_before_it_is_not)
{
    int calls = 0;
    scripted_caller loses([&](const call&) {
        return ++calls == 1 ? fails(condition::unavailable) : fails(condition::not_found, 404);
    });
    const auto gone = basekeeper::test::run_on_fresh_runtime([&](io::runtime&) {
        return remove_compose(loses, "c0", named_volumes::kept, io::deadline::after(20s));
    });
    EXPECT_TRUE(gone);
    EXPECT_EQ(calls, 2);
    EXPECT_EQ(loses.seen.at(0).body, R"({"composeId":"c0","deleteVolumes":false})");
    scripted_caller never_there([](const call&) { return fails(condition::not_found, 404); });
    const auto missing = basekeeper::test::run_on_fresh_runtime([&](io::runtime&) {
        return remove_compose(never_there, "c0", named_volumes::kept, io::deadline::after(20s));
    });
    EXPECT_EQ(missing.error().code, condition::not_found);
}

} // namespace
} // namespace basekeeper::dokploy
