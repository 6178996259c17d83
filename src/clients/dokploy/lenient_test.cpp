// Rows of other versions are read, arguments are written as Dokploy coerces them, secrets stay secrets.
#include "clients/dokploy/compose.hpp"
#include "clients/dokploy/compose_lifecycle.hpp"
#include "clients/dokploy/containers.hpp"
#include "clients/dokploy/lenient.hpp"
#include "clients/dokploy/projects.hpp"
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

TEST(lenient, unknown_members_absent_members_and_nulls_are_no_failure)
{
    const auto row = read_row<compose>(
        *says(
            R"({"composeId":"c1","name":"shop","env":null,"brandNew":{"a":[1]},"composeStatus":"done","serverId":null})"
        ),
        "compose.one"
    );
    ASSERT_TRUE(row) << row.error().message;
    EXPECT_EQ(row->name, "shop");
    EXPECT_TRUE(row->env.empty());
    EXPECT_EQ(row->status, service_status::done);
    EXPECT_FALSE(row->server_id);
    EXPECT_FALSE(row->creates_env_file);
}

TEST(lenient, other_spellings_of_a_type_are_converted_and_others_passed_over)
{
    const auto row = read_row<domain>(
        *says(R"({"domainId":7,"port":"8000","https":"false","stripPath":1,"enabled":{},"host":["x"],"path":null})"),
        "domain.one"
    );
    ASSERT_TRUE(row) << row.error().message;
    EXPECT_EQ(row->id, "7");
    EXPECT_EQ(row->port, 8000);
    EXPECT_FALSE(row->https);
    EXPECT_TRUE(row->strip_path);
    EXPECT_TRUE(row->enabled) << "keeps its default";
    EXPECT_EQ(row->host, "");
    EXPECT_EQ(row->path, "/");
}

TEST(lenient, a_state_that_is_new_is_unknown)
{
    EXPECT_EQ(
        read_row<deployment>(*says(R"({"deploymentId":"d","status":"paused"})"), "x")->status,
        deployment_status::unknown
    );
}

TEST(lenient, a_row_without_its_id_is_no_answer_of_dokploy)
{
    const auto e = read_row<compose>(*says(R"({"name":"shop"})"), "compose.one").error();
    EXPECT_EQ(e.code, condition::unavailable);
    EXPECT_THAT(e.message, HasSubstr("compose.one"));
    EXPECT_THAT(e.message, HasSubstr("composeId"));
    EXPECT_FALSE(read_row<compose>(*says("[]"), "compose.one"));
    EXPECT_FALSE(read_rows<compose>(*says("{}"), "compose.all"));
    EXPECT_TRUE(read_rows<compose>(*says("null"), "compose.all")->empty());
}

TEST(lenient, nested_rows_are_read)
{
    const auto row = read_row<compose>(
        *says(
            R"({"composeId":"c","environment":{"environmentId":"e","project":{"projectId":"p","name":"P"}},)"
            R"("domains":[{"domainId":"d1","host":"a.example.com"}],"backups":[{"backupId":"b","keepLatestCount":3}],)"
            R"("mounts":[{"mountId":"m","filePath":"kong.yml","content":"hidden"}]})"
        ),
        "compose.one"
    );
    ASSERT_TRUE(row) << row.error().message;
    EXPECT_EQ(row->place->in_project->name, "P");
    EXPECT_EQ(row->domains.at(0).host, "a.example.com");
    EXPECT_EQ(row->backups.at(0).keep_latest, 3);
    EXPECT_EQ(row->mounts.at(0).content.reveal(), "hidden");
}

template <class Work>
auto ask(scripted_caller& on, Work work)
{
    return basekeeper::test::run_on_fresh_runtime([&](io::runtime&) { return work(on, io::deadline::after(20s)); });
}

TEST(operations, an_update_of_an_unknown_service_is_answered_with_nothing_and_is_not_found)
{
    scripted_caller on([](const call&) { return says("null"); });
    const auto came =
        ask(on, [](caller& c, io::deadline until) { return update_compose(c, {.id = "c9", .isolated = true}, until); });
    EXPECT_EQ(came.error().code, condition::not_found);
    EXPECT_EQ(on.seen.at(0).body, R"({"composeId":"c9","isolatedDeployment":true})") << "native booleans, nothing else";
}

TEST(operations, secrets_of_a_body_are_known_to_the_call)
{
    scripted_caller on([](const call&) { return says("true"); });
    EXPECT_TRUE(ask(on, [](caller& c, io::deadline until) {
        return save_environment(c, "c1", crypto::secret<>(std::string("A=b \"c\"\n")), until);
    }));
    EXPECT_EQ(on.seen.at(0).body, R"({"composeId":"c1","env":"A=b \"c\"\n"})");
    EXPECT_EQ(on.seen.at(0).secrets.size(), 1U);
}

TEST(operations, a_compose_file_that_dokploy_could_not_deploy_is_refused_here)
{
    scripted_caller on([](const call&) { return says("true"); });
    const auto came = ask(on, [](caller& c, io::deadline until) {
        return update_compose(c, {.id = "c1", .file = crypto::secret<>(std::string(100'000, '#'))}, until);
    });
    EXPECT_EQ(came.error().code, condition::invalid_argument);
    EXPECT_TRUE(on.seen.empty());
}

TEST(operations, no_matching_line_of_a_log_is_an_empty_log)
{
    scripted_caller on([](const call&) -> result<boost::json::value> {
        auto e = fails(condition::unavailable, 500).error();
        e.server_text = "Command execution failed: docker logs";
        return fail(std::move(e));
    });
    const auto searched = ask(on, [](caller& c, io::deadline until) {
        return read_container_log(c, {.compose_id = "c", .container_id = "x", .containing = "nothing"}, until);
    });
    EXPECT_EQ(*searched, "");
    const auto whole = ask(on, [](caller& c, io::deadline until) {
        return read_container_log(c, {.compose_id = "c", .container_id = "x"}, until);
    });
    EXPECT_FALSE(whole) << "without a search it is a failure";
}

TEST(operations, the_environment_of_a_container_is_secret_and_its_health_is_read)
{
    scripted_caller on([](const call&) {
        return says(
            R"({"Id":"abc","Name":"/shop-db-1","RestartCount":2,"Config":{"Image":"db","Env":["POSTGRES_PASSWORD=x"]},)"
            R"("State":{"Status":"running","Running":true,"Health":{"Status":"unhealthy","FailingStreak":3,)"
            R"("Log":[{"ExitCode":1,"Output":"no"}]}}})"
        );
    });
    const auto came = ask(on, [](caller& c, io::deadline until) { return inspect_container(c, "abc", until); });
    ASSERT_TRUE(came) << came.error().message;
    EXPECT_EQ(came->config.env.at(0).reveal(), "POSTGRES_PASSWORD=x");
    EXPECT_EQ(came->state.health->log.at(0).output, "no");
    EXPECT_EQ(health_of("Up 3 minutes (healthy)"), container_health::healthy);
    EXPECT_EQ(health_of("Up 3 minutes (unhealthy)"), container_health::unhealthy);
    EXPECT_EQ(health_of("Up 3 seconds (health: starting)"), container_health::starting);
    EXPECT_EQ(health_of("Exited (1) 2 minutes ago"), container_health::none);
}

TEST(environment, with_a_service_of_any_kind_is_not_empty)
{
    const auto read = [](std::string_view text) { return *read_row<environment>(*json::read(text), "project.one"); };
    EXPECT_TRUE(read(R"({"environmentId":"e","compose":[],"applications":[],"postgres":[]})").is_empty());
    EXPECT_TRUE(read(R"({"environmentId":"e"})").is_empty());
    for (const std::string kind :
         {"compose", "applications", "mariadb", "mongo", "mysql", "postgres", "redis", "libsql"})
        EXPECT_FALSE(read(R"({"environmentId":"e",")" + kind + R"(":[{"composeId":"x"}]})").is_empty()) << kind;
}

} // namespace
} // namespace basekeeper::dokploy
