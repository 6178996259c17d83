// What the procedures do to rows, by subject.
#include "crypto/encoding.hpp"
#include "features/rehearsal/catalogue.hpp"
#include "features/rehearsal/test_rehearsal.hpp"
#include "yaml/node.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::rehearsal {
namespace {

using test::rehearsed;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;
using namespace std::chrono_literals;

TEST(projects, may_share_a_name_and_bring_an_environment)
{
    rehearsed on;
    const auto first = on.json(on.post("project.create", R"({"name":"shop"})"));
    const auto second = on.json(on.post("project.create", R"({"name":"shop"})"));
    EXPECT_NE(first.at("project").at("projectId"), second.at("project").at("projectId"));
    EXPECT_EQ(first.at("environment").at("name"), "production");
    const auto all = on.list(on.get("project.all"));
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all.front().at("projectId"), second.at("project").at("projectId")) << "newest first";
}

TEST(projects, removed_leave_their_containers_running)
{
    rehearsed on;
    const auto id = on.compose("shop");
    const auto app = on.app_name(id);
    on.deploy(id);
    on.pass(60s);
    const auto project = on.list(on.get("project.all")).front().as_object();
    EXPECT_EQ(on.post("project.remove", on.body({{"projectId", text_of(project, "projectId")}})).status, 200U);
    EXPECT_EQ(on.get("compose.one", {{"composeId", id}}).status, 404U);
    const auto left =
        on.list(on.get("docker.getContainersByAppNameMatch", {{"appName", app}, {"appType", "docker-compose"}}));
    EXPECT_EQ(left.size(), 2U);
}

TEST(environments, production_is_neither_made_nor_renamed_nor_removed)
{
    rehearsed on;
    const auto id = on.environment();
    const auto project = text_of(*on.inside.environments.find(id), "projectId");
    EXPECT_EQ(on.post("environment.create", on.body({{"name", "production"}, {"projectId", project}})).status, 400U);
    EXPECT_EQ(on.post("environment.update", on.body({{"environmentId", id}, {"name", "x"}})).status, 400U);
    EXPECT_EQ(on.post("environment.remove", on.body({{"environmentId", id}})).status, 400U);
    const auto other = on.json(on.post("environment.create", on.body({{"name", "staging"}, {"projectId", project}})));
    EXPECT_EQ(
        on.post("environment.remove", on.body({{"environmentId", text_of(other, "environmentId")}})).status, 200U
    );
}

TEST(compose, is_named_with_a_suffix_and_comes_from_github_unless_told)
{
    rehearsed on;
    const auto environment = on.environment();
    const auto made =
        on.json(on.post("compose.create", on.body({{"name", "a"}, {"environmentId", environment}, {"appName", "shop"}}))
        );
    EXPECT_THAT(text_of(made, "appName"), MatchesRegex("shop-[a-z0-9]{6}"));
    EXPECT_EQ(text_of(made, "sourceType"), "github");
    EXPECT_FALSE(made.contains("deployments"));
    const auto second = on.json(on.post("compose.create", on.body({{"name", "a"}, {"environmentId", environment}})));
    EXPECT_NE(text_of(made, "composeId"), text_of(second, "composeId")) << "names repeat";
    rehearsed older({.version = {0, 29, 0}});
    const auto before = older.json(older.post(
        "compose.create", older.body({{"name", "a"}, {"environmentId", older.environment()}, {"sourceType", "raw"}})
    ));
    EXPECT_EQ(text_of(before, "sourceType"), "github") << "not honoured before v0.30";
}

TEST(compose, update_of_an_unknown_id_is_200_without_a_body)
{
    rehearsed on;
    const auto came = on.post("compose.update", R"({"composeId":"nope","name":"x"})");
    EXPECT_EQ(came.status, 200U);
    EXPECT_EQ(came.body, "");
    const auto id = on.compose("shop");
    const auto app = on.app_name(id);
    on.post("compose.update", on.body({{"composeId", id}, {"appName", "other"}, {"name", "new"}, {"unknown", 1}}));
    EXPECT_EQ(on.app_name(id), app) << "appName is ignored";
    EXPECT_EQ(text_of(*on.inside.composes.find(id), "name"), "new");
}

TEST(compose, deleted_takes_containers_files_and_rows_along)
{
    rehearsed on;
    const auto id = on.supabase();
    const auto app = on.app_name(id);
    on.deploy(id);
    on.pass(90s);
    EXPECT_EQ(on.post("compose.delete", on.body({{"composeId", id}, {"deleteVolumes", false}})).status, 200U);
    EXPECT_FALSE(on.inside.docker.stacks().contains(app));
    EXPECT_TRUE(on.inside.mounts.all().empty());
    EXPECT_TRUE(on.inside.domains.all().empty());
    EXPECT_TRUE(on.inside.deployments.all().empty());
}

TEST(compose, services_are_known_after_the_first_deployment_or_a_fetch)
{
    rehearsed on;
    const auto id = on.compose("shop");
    EXPECT_EQ(on.get("compose.loadServices", {{"composeId", id}}).status, 404U);
    EXPECT_EQ(on.get("compose.loadServices", {{"composeId", id}, {"type", "fetch"}}).body, R"(["web","cache"])");
    EXPECT_EQ(on.get("compose.loadServices", {{"composeId", id}}).status, 200U);
}

TEST(compose, stopped_and_started_changes_status_and_containers)
{
    rehearsed on;
    const auto id = on.compose("shop");
    const auto one = on.body({{"composeId", id}});
    EXPECT_THAT(on.post("compose.stop", one).body, HasSubstr("spawn /bin/sh ENOENT"));
    on.deploy(id);
    on.pass(60s);
    EXPECT_EQ(on.post("compose.stop", one).body, "true");
    EXPECT_EQ(on.compose_status(id), "idle");
    on.pass(120s);
    EXPECT_EQ(on.status_of(id, "web"), "Exited (0) 2 minutes ago");
    EXPECT_EQ(on.post("compose.start", one).body, "true");
    EXPECT_EQ(on.compose_status(id), "done");
    on.pass(30s);
    EXPECT_THAT(on.status_of(id, "web"), StartsWith("Up "));
}

TEST(compose, waiting_jobs_can_be_cleaned_and_running_ones_cannot)
{
    rehearsed on;
    const auto id = on.compose("shop");
    on.deploy(id, "runs");
    on.pass(2s);
    on.deploy(id, "waits");
    on.post("compose.cleanQueues", on.body({{"composeId", id}}));
    EXPECT_EQ(on.inside.queue.size(), 1U);
    on.pass(60s);
    EXPECT_EQ(on.inside.deployments.all().size(), 1U);
}

TEST(converted_compose, holds_labels_of_https_and_the_isolated_network)
{
    rehearsed on;
    const auto id = on.compose("shop");
    on.post("compose.update", on.body({{"composeId", id}, {"isolatedDeployment", true}}));
    on.post(
        "domain.create",
        on.body(
            {{"composeId", id},
             {"host", "a.example.com"},
             {"serviceName", "web"},
             {"port", 80},
             {"https", true},
             {"certificateType", "letsencrypt"},
             {"domainType", "compose"}}
        )
    );
    const auto text =
        std::string(json::read(on.get("compose.getConvertedCompose", {{"composeId", id}}).body)->as_string());
    EXPECT_THAT(text, HasSubstr("Host(`a.example.com`)"));
    EXPECT_THAT(text, HasSubstr(".tls.certresolver=letsencrypt"));
    EXPECT_THAT(text, HasSubstr("redirect-to-https@file"));
    EXPECT_THAT(text, HasSubstr("loadbalancer.server.port=80"));
    const auto read = yaml::read(text);
    ASSERT_TRUE(read) << read.error().message << text;
    EXPECT_NE(read->at("networks", on.app_name(id)), nullptr);
    EXPECT_NE(read->at("services", "cache", "networks"), nullptr);
}

TEST(templates, are_listed_and_become_a_service_that_is_not_deployed)
{
    rehearsed on;
    EXPECT_EQ(on.list(on.get("compose.templates")).front().at("id"), "supabase");
    EXPECT_EQ(on.get("compose.templates", {{"baseUrl", "https://elsewhere.example"}}).body, "[]");
    const auto id = on.supabase();
    const auto one = on.json(on.get("compose.one", {{"composeId", id}}));
    EXPECT_THAT(text_of(one, "appName"), MatchesRegex("shop-supabase-[a-z0-9]{6}"));
    EXPECT_EQ(text_of(one, "composeStatus"), "idle");
    EXPECT_EQ(one.at("mounts").as_array().size(), 15U);
    ASSERT_EQ(one.at("domains").as_array().size(), 1U);
    const auto& domain = one.at("domains").as_array().front().as_object();
    EXPECT_FALSE(truth_of(domain, "https")) << "although its addresses say https";
    EXPECT_EQ(number_of(domain, "port"), 8000);
    const auto env = *env_text::document::parse(text_of(one, "env"));
    EXPECT_EQ(env.names().size(), 61U);
    EXPECT_EQ(env.value_or_empty("API_EXTERNAL_URL"), "https://" + text_of(domain, "host"));
    EXPECT_THAT(
        text_of(*on.inside.mounts.where("filePath", "/volumes/api/kong-entrypoint.sh").front(), "content"),
        HasSubstr("\\$((headers")
    );
    EXPECT_THAT(
        on.post("compose.deployTemplate", on.body({{"environmentId", text_of(one, "environmentId")}, {"id", "nope"}}))
            .body,
        HasSubstr("Template files not found")
    );
}

TEST(templates, with_old_payloads_make_two_equal_keys)
{
    rehearsed on({.blueprint = blueprint_choice::old_keys});
    const auto env = *env_text::document::parse(text_of(*on.inside.composes.find(on.supabase()), "env"));
    EXPECT_EQ(env.value_or_empty("ANON_KEY"), env.value_or_empty("SERVICE_ROLE_KEY"));
    rehearsed now;
    const auto sound = *env_text::document::parse(text_of(*now.inside.composes.find(now.supabase()), "env"));
    EXPECT_NE(sound.value_or_empty("ANON_KEY"), sound.value_or_empty("SERVICE_ROLE_KEY"));
}

std::string base64(const row& what)
{
    const auto text = json::to_text(what);
    return crypto::to_base64(std::as_bytes(std::span(text)));
}

TEST(templates, imported_badly_leave_a_service_without_files_and_domains)
{
    rehearsed on;
    const auto id = on.supabase();
    const auto broken = on.post("compose.import", on.body({{"composeId", id}, {"base64", "!!"}}));
    EXPECT_EQ(broken.status, 400U);
    EXPECT_THAT(broken.body, HasSubstr("Error importing template: "));
    EXPECT_TRUE(on.inside.mounts.all().empty());
    EXPECT_TRUE(on.inside.domains.all().empty());
    const auto* files = find_blueprint(blueprint_choice::present, "supabase");
    const auto whole = base64({{"compose", files->compose}, {"config", files->config}});
    const auto shown = on.json(on.post("compose.processTemplate", on.body({{"composeId", id}, {"base64", whole}})));
    EXPECT_EQ(shown.at("template").at("mounts").as_array().size(), 15U);
    EXPECT_TRUE(on.inside.mounts.all().empty()) << "nothing is saved";
    on.post("compose.import", on.body({{"composeId", id}, {"base64", whole}}));
    EXPECT_EQ(on.inside.mounts.all().size(), 15U);
}

TEST(domains, have_the_defaults_of_dokploy_and_hosts_without_port_or_underscore)
{
    rehearsed on;
    const auto id = on.compose("shop");
    const auto made = on.json(on.post("domain.create", on.body({{"composeId", id}, {"host", "a.example.com"}})));
    EXPECT_EQ(number_of(made, "port"), 3000);
    EXPECT_EQ(text_of(made, "path"), "/");
    EXPECT_EQ(text_of(made, "domainType"), "application") << "unless it is told";
    for (const auto* bad : {"a_b.example.com", "https://a.example.com", "a.example.com:80", "*.example.com"})
        EXPECT_EQ(on.post("domain.create", on.body({{"composeId", id}, {"host", bad}})).status, 400U) << bad;
    const auto toggled = on.json(on.post("domain.toggleEnable", on.body({{"domainId", text_of(made, "domainId")}})));
    EXPECT_TRUE(truth_of(toggled, "requiresRedeploy"));
    EXPECT_THAT(on.get("domain.byComposeId", {{"composeId", id}}).body, HasSubstr(on.app_name(id)));
    EXPECT_THAT(on.post("domain.generateDomain", R"({"appName":"shop"})").body, HasSubstr("-127-0-0-1.sslip.io"));
}

TEST(mounts, must_say_that_they_are_of_compose)
{
    rehearsed on;
    const auto id = on.compose("shop");
    row file{{"type", "file"}, {"mountPath", "x"}, {"serviceId", id}, {"filePath", "a/b.yml"}, {"content", "one"}};
    EXPECT_EQ(on.post("mounts.create", on.body(file)).status, 404U) << "taken for an application";
    file["serviceType"] = "compose";
    const auto made = on.json(on.post("mounts.create", on.body(file)));
    auto& files = on.inside.docker.stack(on.app_name(id)).files;
    EXPECT_EQ(files.at("a/b.yml"), "one");
    on.post("mounts.update", on.body({{"mountId", text_of(made, "mountId")}, {"content", "two"}}));
    EXPECT_EQ(files.at("a/b.yml"), "two");
    on.post("mounts.update", on.body({{"mountId", text_of(made, "mountId")}, {"content", std::string(100'000, 'x')}}));
    EXPECT_EQ(files.at("a/b.yml"), "two") << "too long for the shell, and nobody says so";
    file["mountPath"] = "";
    EXPECT_EQ(on.post("mounts.create", on.body(file)).status, 400U);
}

TEST(containers, say_what_they_are_and_have_been_told)
{
    rehearsed on;
    const auto id = on.compose("shop");
    on.deploy(id);
    on.pass(60s);
    const auto name = on.app_name(id) + "-web-1";
    const auto config = on.json(on.get("docker.getConfig", {{"containerId", name}}));
    EXPECT_EQ(config.at("Config").at("Env").as_array().front(), "GREETING=hello");
    EXPECT_EQ(config.at("State").at("Status"), "running");
    EXPECT_EQ(on.get("docker.getConfig", {{"containerId", "nothing"}}).body, "");
    EXPECT_EQ(on.get("docker.getConfig", {{"containerId", "nothing"}}).status, 200U);
    EXPECT_EQ(on.post("docker.stopContainer", on.body({{"containerId", name}})).body, "");
    EXPECT_THAT(on.status_of(id, "web"), StartsWith("Exited"));
    EXPECT_EQ(on.post("docker.restartContainer", on.body({{"containerId", "nothing"}})).status, 500U);
}

TEST(containers, have_logs_by_tail_time_and_words)
{
    rehearsed on;
    const auto id = on.supabase();
    on.deploy(id);
    on.pass(600s);
    const auto name = on.app_name(id) + "-auth-1";
    const auto text = [&](query_parameters more) {
        query_parameters all{{"composeId", id}, {"containerId", name}};
        all.insert(all.end(), more.begin(), more.end());
        return on.get("compose.readLogs", all);
    };
    const auto lines = [](const answer& came) {
        return std::ranges::count(std::string(json::read(came.body)->as_string()), '\n');
    };
    EXPECT_EQ(lines(text({})), 100);
    EXPECT_EQ(lines(text({{"tail", "1500"}})), 1500);
    EXPECT_EQ(lines(text({{"tail", "1000"}, {"since", "10s"}})), 40);
    EXPECT_EQ(text({{"search", "no such words"}}).status, 500U) << "as grep ends";
    EXPECT_THAT(text({{"search", "REQUEST COMPLETED"}}).body, HasSubstr("request completed"));
    EXPECT_EQ(text({}).body, text({}).body);
    EXPECT_EQ(text({{"since", "soon"}}).status, 400U);
}

TEST(control, faults_come_and_go_and_the_state_counts_calls)
{
    rehearsed on;
    const auto change = [&](std::string body) {
        return on.raw({.method = "POST", .path = "/rehearsal/faults", .key = on.key, .body = std::move(body)});
    };
    EXPECT_EQ(change(R"({"add":"500@project.all:2"})").status, 200U);
    EXPECT_EQ(on.get("project.all").status, 500U);
    EXPECT_EQ(on.get("project.all").status, 500U);
    EXPECT_EQ(on.get("project.all").status, 200U);
    change(R"({"add":"502@*"})");
    EXPECT_THAT(on.get("project.all").content_type, StartsWith("text/html"));
    EXPECT_EQ(change(R"({"clear":true})").status, 200U);
    EXPECT_EQ(change(R"({"add":"nonsense"})").status, 400U);
    const auto state = on.json(on.raw({.method = "GET", .path = "/rehearsal/state", .key = on.key}));
    EXPECT_EQ(state.at("calls").at("project.all"), 4);
    EXPECT_EQ(on.raw({.method = "GET", .path = "/rehearsal/state"}).status, 401U);
}

TEST(control, what_is_dropped_after_was_done)
{
    rehearsed on;
    EXPECT_TRUE(on.inside.faults.add("drop-after@project.create:1", on.inside.now));
    EXPECT_EQ(on.post("project.create", R"({"name":"a"})").how, delivery::dropped);
    EXPECT_EQ(on.inside.projects.all().size(), 1U);
    EXPECT_TRUE(on.inside.faults.add("drop-before@project.create:1", on.inside.now));
    EXPECT_EQ(on.post("project.create", R"({"name":"b"})").how, delivery::dropped);
    EXPECT_EQ(on.inside.projects.all().size(), 1U);
    EXPECT_TRUE(on.inside.faults.add("down@after:30s", on.inside.now));
    EXPECT_EQ(on.get("project.all").how, delivery::sent);
    on.pass(31s);
    EXPECT_EQ(on.get("project.all").how, delivery::dropped);
}

TEST(seed, repeats_ids_and_another_does_not)
{
    rehearsed first({.seed = 7});
    rehearsed same({.seed = 7});
    rehearsed other({.seed = 8});
    EXPECT_EQ(first.key, same.key);
    EXPECT_EQ(first.environment(), same.environment());
    EXPECT_NE(first.key, other.key);
}

} // namespace
} // namespace basekeeper::rehearsal
