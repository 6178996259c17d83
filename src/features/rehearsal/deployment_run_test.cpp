// Deployments: the queue, the log, the containers, and what goes wrong on the way.
#include "features/rehearsal/test_rehearsal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::rehearsal {
namespace {

using test::rehearsed;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using namespace std::chrono_literals;

TEST(deployment, waits_in_the_queue_before_it_has_a_row)
{
    rehearsed on;
    const auto id = on.compose("shop");
    const auto answered = on.json(on.post("compose.deploy", on.body({{"composeId", id}, {"title", "mine"}})));
    EXPECT_EQ(text_of(answered, "message"), "Deployment queued");
    EXPECT_FALSE(answered.contains("deploymentId"));
    EXPECT_EQ(on.list(on.get("deployment.allByCompose", {{"composeId", id}})).size(), 0U);
    EXPECT_EQ(on.compose_status(id), "idle");
    const auto waiting = on.list(on.get("deployment.queueList"));
    ASSERT_EQ(waiting.size(), 1U);
    EXPECT_EQ(text_of(waiting.front().as_object(), "state"), "waiting");
    on.pass(1500ms);
    EXPECT_EQ(text_of(on.list(on.get("deployment.queueList")).front().as_object(), "state"), "active");
    EXPECT_EQ(on.compose_status(id), "running");
    const auto rows = on.list(on.get("deployment.allByCompose", {{"composeId", id}}));
    EXPECT_EQ(text_of(rows.front().as_object(), "title"), "mine");
    EXPECT_EQ(text_of(rows.front().as_object(), "status"), "running");
    on.pass(60s);
    EXPECT_EQ(on.compose_status(id), "done");
    EXPECT_EQ(on.list(on.get("deployment.queueList")).size(), 0U) << "what has ended is gone";
}

TEST(deployment, log_grows_line_by_line)
{
    rehearsed on;
    const auto id = on.compose("shop");
    on.deploy(id);
    on.pass(1100ms);
    const auto early = on.log_of(id);
    on.pass(4s);
    const auto later = on.log_of(id);
    EXPECT_THAT(later, StartsWith(early));
    EXPECT_GT(later.size(), early.size());
    EXPECT_THAT(later, Not(HasSubstr("Docker Compose Deployed")));
    on.pass(60s);
    EXPECT_THAT(on.log_of(id), HasSubstr("Docker Compose Deployed"));
}

TEST(deployment, jobs_run_one_after_the_other_and_none_is_merged)
{
    rehearsed on;
    const auto id = on.compose("shop");
    on.deploy(id, "one");
    on.deploy(id, "two");
    on.pass(2s);
    EXPECT_EQ(on.list(on.get("deployment.queueList")).size(), 2U);
    EXPECT_EQ(on.list(on.get("deployment.allByCompose", {{"composeId", id}})).size(), 1U);
    on.pass(60s);
    EXPECT_EQ(on.list(on.get("deployment.allByCompose", {{"composeId", id}})).size(), 2U);
}

TEST(deployment, at_most_ten_rows_stay)
{
    rehearsed on;
    const auto id = on.compose("shop");
    for (int i = 0; i < 13; ++i)
        on.deploy(id, "number " + std::to_string(i));
    on.pass(600s);
    const auto rows = on.list(on.get("deployment.allByCompose", {{"composeId", id}}));
    ASSERT_EQ(rows.size(), 10U);
    EXPECT_EQ(text_of(rows.front().as_object(), "title"), "number 12");
}

TEST(deployment, of_the_template_becomes_thirteen_healthy_containers)
{
    rehearsed on;
    const auto id = on.supabase();
    on.deploy(id);
    on.pass(8s);
    EXPECT_THAT(on.status_of(id, "vector"), HasSubstr("(healthy)"));
    EXPECT_THAT(on.status_of(id, "db"), HasSubstr("(health: starting)"));
    EXPECT_EQ(on.status_of(id, "kong"), "Created");
    on.pass(90s);
    EXPECT_EQ(on.compose_status(id), "done") << on.log_of(id);
    const auto all = on.list(
        on.get("docker.getContainersByAppNameMatch", {{"appName", on.app_name(id)}, {"appType", "docker-compose"}})
    );
    EXPECT_EQ(all.size(), 13U);
    for (const auto& one : all) {
        EXPECT_THAT(text_of(one.as_object(), "status"), StartsWith("Up "));
        EXPECT_THAT(text_of(one.as_object(), "status"), Not(HasSubstr("starting")));
        EXPECT_THAT(text_of(one.as_object(), "status"), Not(HasSubstr("unhealthy")));
    }
}

TEST(deployment, again_leaves_alone_what_did_not_change)
{
    rehearsed on;
    const auto id = on.compose("shop");
    on.deploy(id);
    on.pass(60s);
    const auto& stack = on.inside.docker.stacks().at(on.app_name(id));
    const auto web = stack.find("web")->id;
    const auto cache = stack.find("cache")->id;
    on.post("compose.saveEnvironment", on.body({{"composeId", id}, {"env", "GREETING=hi # a comment\nUNUSED=1"}}));
    on.deploy(id, "again");
    on.pass(60s);
    EXPECT_NE(stack.find("web")->id, web) << "its environment changed";
    EXPECT_EQ(stack.find("cache")->id, cache);
    EXPECT_EQ(variable_of(*stack.find("web"), "GREETING"), "hi");
    EXPECT_EQ(stack.find("web")->of.env.size(), 1U) << "only what it refers to";
}

TEST(deployment, fails_for_a_reason_that_only_the_log_tells)
{
    const std::vector<std::pair<row, std::string>> cases{
        {{{"composeFile", "services: [\n"}}, "Error: "},
        {{{"composeFile", "services:\n  web:\n    restart: always\n"}}, "neither an image nor a build context"},
        {{{"env", "A=${{project.NOPE}}"}}, "Invalid project environment variable: project.NOPE"},
        {{{"sourceType", "github"}}, "no repository"},
    };
    for (const auto& [change, reason] : cases) {
        rehearsed on;
        const auto id = on.compose("shop");
        auto columns = change;
        columns["composeId"] = id;
        on.post("compose.update", on.body(columns));
        on.deploy(id);
        on.pass(60s);
        EXPECT_EQ(on.compose_status(id), "error");
        EXPECT_THAT(on.log_of(id), HasSubstr(reason));
        const auto rows = on.list(on.get("deployment.allByCompose", {{"composeId", id}}));
        EXPECT_TRUE(rows.front().at("errorMessage").is_null());
    }
}

TEST(deployment, of_a_file_that_is_too_long_fails_without_any_reason)
{
    rehearsed on;
    const auto id = on.compose("shop", rehearsed::two_services + ("#" + std::string(96'000, 'x')));
    on.deploy(id);
    on.pass(60s);
    EXPECT_EQ(on.compose_status(id), "error");
    EXPECT_EQ(on.log_of(id), "Initializing deployment\nError occurred ❌, check the logs for details.\n");
}

TEST(deployment, a_domain_of_a_service_that_is_not_there_fails_it_and_the_dry_run)
{
    rehearsed on;
    const auto id = on.compose("shop");
    on.post("domain.create", on.body({{"composeId", id}, {"host", "a.example.com"}, {"serviceName", "nope"}}));
    const auto dry = on.get("compose.getConvertedCompose", {{"composeId", id}});
    EXPECT_EQ(dry.status, 500U);
    EXPECT_THAT(dry.body, HasSubstr("The service nope not found in the compose"));
    on.deploy(id);
    on.pass(60s);
    EXPECT_EQ(on.compose_status(id), "error");
}

TEST(deployment, without_the_file_that_a_container_mounts_it_exits)
{
    rehearsed on;
    const auto id = on.supabase();
    for (const auto* one : on.inside.mounts.where("filePath", "/volumes/logs/vector.yml"))
        on.post("mounts.remove", on.body({{"mountId", text_of(*one, "mountId")}}));
    on.deploy(id);
    on.pass(60s);
    EXPECT_EQ(on.compose_status(id), "error");
    EXPECT_THAT(
        on.log_of(id), HasSubstr("dependency failed to start: container " + on.app_name(id) + "-vector-1 exited")
    );
    EXPECT_THAT(on.status_of(id, "vector"), StartsWith("Exited ("));
    EXPECT_EQ(on.status_of(id, "db"), "Created");
    const auto log = on.get(
        "compose.readLogs",
        {{"composeId", id}, {"containerId", on.app_name(id) + "-vector-1"}, {"search", "os error 21"}}
    );
    EXPECT_EQ(log.status, 200U) << log.body;
}

TEST(deployment, an_unhealthy_dependency_fails_it_although_other_containers_run)
{
    rehearsed on;
    EXPECT_TRUE(on.inside.faults.add("unhealthy@analytics", on.inside.now));
    const auto id = on.supabase();
    on.deploy(id);
    on.pass(120s);
    EXPECT_EQ(on.compose_status(id), "error");
    EXPECT_THAT(on.log_of(id), HasSubstr("analytics-1 is unhealthy"));
    EXPECT_THAT(on.status_of(id, "auth"), HasSubstr("(healthy)"));
    EXPECT_THAT(on.status_of(id, "analytics"), HasSubstr("(unhealthy)"));
}

TEST(deployment, two_stacks_with_one_container_name_collide)
{
    rehearsed on;
    const std::string file = "services:\n  web:\n    container_name: the-web\n    image: nginx\n";
    const auto first = on.compose("a", file);
    const auto second = on.compose("b", file);
    on.deploy(first);
    on.deploy(second);
    on.pass(120s);
    EXPECT_EQ(on.compose_status(first), "done");
    EXPECT_EQ(on.compose_status(second), "error");
    EXPECT_THAT(on.log_of(second), HasSubstr("\"/the-web\" is already in use"));
}

TEST(deployment, by_fault_fails_as_often_as_asked)
{
    rehearsed on;
    EXPECT_TRUE(on.inside.faults.add("deployment-error:1", on.inside.now));
    const auto id = on.compose("shop");
    on.deploy(id);
    on.pass(60s);
    EXPECT_EQ(on.compose_status(id), "error");
    on.deploy(id);
    on.pass(60s);
    EXPECT_EQ(on.compose_status(id), "done");
}

TEST(a_password, in_the_environment_alone_locks_services_out_until_the_roles_have_it)
{
    rehearsed on;
    const auto id = on.supabase();
    on.deploy(id);
    on.pass(120s);
    auto env = text_of(*on.inside.composes.find(id), "env");
    env += "\nPOSTGRES_PASSWORD=another";
    on.post("compose.saveEnvironment", on.body({{"composeId", id}, {"env", env}}));
    on.deploy(id, "rotate");
    on.pass(120s);
    for (const auto* service : {"auth", "storage", "realtime", "supavisor"})
        EXPECT_THAT(on.status_of(id, service), HasSubstr("(unhealthy)")) << service;
    const auto rest = on.get(
        "compose.readLogs",
        {{"composeId", id}, {"containerId", on.app_name(id) + "-rest-1"}, {"search", "password authentication failed"}}
    );
    EXPECT_EQ(rest.status, 200U);
    std::string sql;
    for (const auto* role : {"supabase_admin", "authenticator", "supabase_auth_admin", "supabase_storage_admin"})
        sql += "ALTER USER " + std::string(role) + " WITH PASSWORD 'another'; ";
    const auto schedule = on.json(on.post(
        "schedule.create",
        on.body(
            {{"name", "rotate"},
             {"cronExpression", "0 0 1 1 *"},
             {"composeId", id},
             {"scheduleType", "compose"},
             {"serviceName", "db"},
             {"command", "psql -U supabase_admin -c \"" + sql + "\""}}
        )
    ));
    const auto ran =
        on.json(on.post("schedule.runManually", on.body({{"scheduleId", text_of(schedule, "scheduleId")}})));
    EXPECT_THAT(
        on.get("deployment.readLogs", {{"deploymentId", text_of(ran, "deploymentId")}}).body, HasSubstr("ALTER ROLE")
    );
    for (const auto* service : {"auth", "storage", "realtime", "supavisor"})
        EXPECT_THAT(on.status_of(id, service), HasSubstr("(healthy)")) << service;
}

TEST(an_encryption_key, that_changes_later_makes_what_is_stored_unreadable)
{
    rehearsed on;
    const auto id = on.supabase();
    on.deploy(id);
    on.pass(120s);
    const auto env = text_of(*on.inside.composes.find(id), "env");
    on.post("compose.saveEnvironment", on.body({{"composeId", id}, {"env", env + "\nVAULT_ENC_KEY=another"}}));
    on.deploy(id, "change");
    on.pass(120s);
    EXPECT_THAT(on.status_of(id, "supavisor"), HasSubstr("(unhealthy)"));
    on.post("compose.saveEnvironment", on.body({{"composeId", id}, {"env", env}}));
    on.deploy(id, "back");
    on.pass(120s);
    EXPECT_THAT(on.status_of(id, "supavisor"), HasSubstr("(healthy)"));
}

} // namespace
} // namespace basekeeper::rehearsal
