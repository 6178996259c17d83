// The client against the simulated Dokploy over real sockets: what tools build on holds for a whole deployment.
#include "clients/dokploy/api.hpp"
#include "clients/dokploy/compose.hpp"
#include "clients/dokploy/compose_lifecycle.hpp"
#include "clients/dokploy/containers.hpp"
#include "clients/dokploy/deployments.hpp"
#include "clients/dokploy/domains.hpp"
#include "clients/dokploy/instance.hpp"
#include "clients/dokploy/mounts.hpp"
#include "clients/dokploy/projects.hpp"
#include "clients/dokploy/schedules.hpp"
#include "clients/dokploy/servers.hpp"
#include "clients/dokploy/templates.hpp"
#include "features/rehearsal/server.hpp"
#include "io/event.hpp"
#include "support/run_task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace basekeeper::dokploy {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr double speed = 200;

api_settings settings_for(const rehearsal::access_facts& facts)
{
    api_settings out;
    out.url = facts.url;
    out.key = crypto::secret<>(std::string(facts.key));
    out.retry = {.attempts = 3, .first_pause = 20ms};
    out.rate = {.calls_per_second = 1'000};
    return out;
}

/// What `work(api, server, deadline)` comes to, against one simulated server.
template <class Work>
auto rehearsed(rehearsal::server_settings how, Work work)
{
    using came = typename decltype(work(std::declval<api&>(), std::declval<rehearsal::server&>(), io::deadline::never())
    )::value_type;
    how.speed = speed;
    return test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<came> {
        rehearsal::server double_of_dokploy(on.executor(), system_clock(), how);
        const auto facts = *double_of_dokploy.start();
        http::client through(on.executor(), on.pool());
        api dokploy(through, system_clock(), settings_for(facts));
        auto out = co_await work(dokploy, double_of_dokploy, io::deadline::after(30s));
        EXPECT_TRUE(co_await through.close(io::deadline::after(5s)));
        co_await double_of_dokploy.stop();
        co_return out;
    });
}

io::task<result<project>> new_shop(api& on, io::deadline until)
{
    co_return CO_TRY(co_await create_project(on, {.name = "shop"}, until)).row;
}

io::task<result<deployment>> deployed(api& on, std::string id, std::string title, io::deadline until)
{
    CO_TRY(co_await deploy_compose(on, id, title, "", until));
    for (;;) {
        for (auto& one : CO_TRY(co_await list_deployments(on, id, until)))
            if (one.title == title && one.status != deployment_status::running)
                co_return one;
        CO_TRY(co_await io::sleep(20ms));
    }
}

io::task<result<>> whole_life(api& on, io::deadline until)
{
    EXPECT_EQ(to_string(CO_TRY(co_await on.version(until))), "v0.30.2");
    EXPECT_TRUE(CO_TRY(co_await read_membership(on, until)).may_do_everything());
    const auto shop = CO_TRY(co_await new_shop(on, until));
    const auto& environment = shop.environments.front().id;
    const auto made =
        CO_TRY(co_await create_from_template(on, {.environment_id = environment, .id = "supabase"}, until));
    const auto id = made.row.id;
    const auto run = CO_TRY(co_await deployed(on, id, "first", until));
    EXPECT_EQ(run.status, deployment_status::done);
    EXPECT_THAT(CO_TRY(co_await read_deployment_log(on, run.id, 1'000, until)), HasSubstr("Docker Compose Deployed"));
    EXPECT_TRUE(CO_TRY(co_await list_queue(on, until)).empty());
    const auto read = CO_TRY(co_await read_compose(on, id, until));
    EXPECT_EQ(read.status, service_status::done);
    EXPECT_EQ(read.mounts.size(), 15U);
    CO_TRY(co_await io::sleep(300ms)); // a minute there
    const auto containers = CO_TRY(co_await list_containers(on, read.app_name, until));
    EXPECT_EQ(containers.size(), 13U);
    for (const auto& one : containers) {
        EXPECT_NE(health_of(one.status), container_health::unhealthy) << one.name;
        EXPECT_NE(health_of(one.status), container_health::starting) << one.name;
        const auto details = CO_TRY(co_await inspect_container(on, one.id, until));
        EXPECT_EQ(details.name, "/" + one.name);
        const auto log = CO_TRY(co_await read_container_log(on, {.compose_id = id, .container_id = one.name}, until));
        EXPECT_FALSE(log.empty()) << one.name;
    }
    EXPECT_EQ(CO_TRY(co_await list_services(on, id, services_from::last_deployment, until)).size(), 13U);
    EXPECT_THAT(CO_TRY(co_await preview_deployment(on, id, until)).reveal(), HasSubstr("traefik.enable=true"));
    CO_TRY(co_await stop_compose(on, id, until));
    CO_TRY(co_await start_compose(on, id, until));
    CO_TRY(co_await remove_compose(on, id, named_volumes::removed, until));
    EXPECT_TRUE(CO_TRY(co_await list_containers(on, read.app_name, until)).empty());
    co_return result<>{};
}

TEST(rehearsal, a_template_is_created_deployed_looked_at_and_removed)
{
    const auto came =
        rehearsed({}, [](api& on, rehearsal::server&, io::deadline until) { return whole_life(on, until); });
    EXPECT_TRUE(came) << came.error().message << " " << came.error().server_text;
}

io::task<result<>> every_subject(api& on, io::deadline until)
{
    const auto shop = CO_TRY(co_await new_shop(on, until));
    const auto staging = CO_TRY(co_await create_environment(on, {.name = "staging", .project_id = shop.id}, until)).row;
    const auto one = CO_TRY(co_await create_compose(on, {.name = "a", .environment_id = staging.id}, until)).row;
    EXPECT_EQ(one.source_type, "raw");
    CO_TRY(co_await update_compose(on, {.id = one.id, .isolated = true}, until));
    EXPECT_EQ((co_await update_compose(on, {.id = "nope"}, until)).error().code, condition::not_found);
    const auto domain =
        CO_TRY(co_await create_domain(on, one.id, {.host = "a.example.com", .service_name = "kong"}, until)).row;
    EXPECT_EQ(domain.certificate, certificate_type::letsencrypt);
    CO_TRY(co_await update_domain(on, domain.id, {.host = "b.example.com", .service_name = "kong"}, until));
    EXPECT_EQ(CO_TRY(co_await list_domains(on, one.id, until)).front().host, "b.example.com");
    const auto file =
        CO_TRY(co_await create_file(
                   on, {.compose_id = one.id, .path = "a.yml", .content = crypto::secret<>(std::string("x"))}, until
               ))
            .row;
    CO_TRY(co_await update_file(on, file.id, crypto::secret<>(std::string("y")), until));
    EXPECT_EQ(CO_TRY(co_await list_mounts(on, one.id, until)).front().content.reveal(), "y");
    const auto bucket =
        CO_TRY(co_await create_destination(on, {.name = "b", .bucket = "b", .region = "r", .endpoint = "e"}, until))
            .row;
    CO_TRY(co_await create_backup(
        on, {.compose_id = one.id, .schedule = "0 3 * * *", .prefix = "p/", .destination_id = bucket.id}, until
    ));
    const auto key = CO_TRY(co_await create_key(on, "ours", shop.organization_id, until));
    CO_TRY(co_await delete_key(on, key.id, until));
    const auto schedule = CO_TRY(co_await create_schedule(
                                     on,
                                     {.compose_id = one.id,
                                      .service_name = "db",
                                      .name = "s",
                                      .command = crypto::secret<>(std::string("true"))},
                                     until
                                 ))
                              .row;
    EXPECT_EQ((co_await run_schedule(on, schedule.id, until)).error().code, condition::unavailable) << "nothing runs";
    EXPECT_EQ(CO_TRY(co_await list_all_services(on, until)).size(), 1U);
    EXPECT_GT(CO_TRY(co_await read_server_health(on, until)).resources.processors, 0);
    EXPECT_TRUE(CO_TRY(co_await list_swarm_nodes(on, until)).empty());
    EXPECT_FALSE(CO_TRY(co_await is_hosted(on, until)));
    EXPECT_EQ(CO_TRY(co_await list_templates(on, "", until)).size(), 1U);
    co_return result<>{};
}

TEST(rehearsal, every_subject_of_the_client_finds_its_other_side)
{
    const auto came =
        rehearsed({}, [](api& on, rehearsal::server&, io::deadline until) { return every_subject(on, until); });
    EXPECT_TRUE(came) << came.error().message << " " << came.error().server_text;
}

io::task<result<std::size_t>> created_under_fault(api& on, rehearsal::server& there, io::deadline until)
{
    const auto made = CO_TRY(co_await create_project(on, {.name = "shop"}, until));
    EXPECT_EQ(made.row.name, "shop");
    co_return there.at_present().projects.all().size();
}

TEST(rehearsal, whatever_happens_to_a_creation_it_happens_once)
{
    for (const auto* fault :
         {"503@project.create:1",
          "502@project.create:2",
          "429@project.create:1",
          "drop-before@project.create:1",
          "drop-after@project.create:1",
          "500@project.all:1"})
    {
        const auto came = rehearsed({.faults = {fault}}, created_under_fault);
        ASSERT_TRUE(came) << fault << ": " << came.error().message;
        EXPECT_EQ(*came, 1U) << fault;
    }
}

TEST(rehearsal, a_server_that_is_down_is_unavailable)
{
    const auto came = rehearsed({.faults = {"down@after:0s"}}, [](api& on, rehearsal::server&, io::deadline until) {
        return new_shop(on, until);
    });
    EXPECT_EQ(came.error().code, condition::unavailable);
}

} // namespace
} // namespace basekeeper::dokploy
