// The proxy before the stacks: who is let through, when, and to what.
#include "features/rehearsal/simulated_front.hpp"
#include "features/rehearsal/stack_front.hpp"
#include "features/rehearsal/test_rehearsal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::rehearsal {
namespace {

using test::rehearsed;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

struct proxied : testing::Test
{
    proxied()
    {
        id = on.supabase();
        const auto& domain = *on.inside.domains.all().front();
        host = text_of(domain, "host");
        domain_id = text_of(domain, "domainId");
    }

    void use_https()
    {
        on.post(
            "domain.update",
            on.body(
                {{"domainId", domain_id},
                 {"host", host},
                 {"serviceName", "kong"},
                 {"port", 8000},
                 {"https", true},
                 {"certificateType", "letsencrypt"}}
            )
        );
    }

    void deploy()
    {
        on.deploy(id);
        on.pass(120s);
    }

    front_answer ask(entry by, const std::string& path = "/", const std::string& key = {}) const
    {
        return answer_for_host(
            on.inside, front, by, {.method = "GET", .path = path, .headers = {{"Host", host + ":443"}, {"apikey", key}}}
        );
    }

    std::string variable(const std::string& name)
    {
        return std::string(env_text::document::parse(text_of(*on.inside.composes.find(id), "env"))->value_or_empty(name)
        );
    }

    rehearsed on;
    manual_clock time;
    stack_front front = simulated_front(time);
    std::string id;
    std::string host;
    std::string domain_id;
};

TEST_F(proxied, a_domain_leads_nowhere_before_the_deployment_that_names_it)
{
    use_https();
    EXPECT_EQ(ask(entry::encrypted).status, 404U);
    EXPECT_THAT(certified_hosts(on.inside), ElementsAre());
    deploy();
    EXPECT_NE(ask(entry::encrypted).status, 404U);
    EXPECT_THAT(certified_hosts(on.inside), ElementsAre(host));
}

TEST_F(proxied, the_domain_of_a_template_is_plain_although_its_addresses_are_not)
{
    deploy();
    EXPECT_EQ(ask(entry::encrypted).status, 404U);
    EXPECT_EQ(ask(entry::plain, "/auth/v1/health", variable("ANON_KEY")).status, 200U);
}

TEST_F(proxied, https_is_redirected_to_and_then_served)
{
    use_https();
    deploy();
    const auto moved = ask(entry::plain, "/auth/v1/health");
    EXPECT_EQ(moved.status, 301U);
    EXPECT_EQ(moved.headers.front().second, "https://" + host + "/auth/v1/health");
    EXPECT_EQ(ask(entry::encrypted, "/auth/v1/health", variable("ANON_KEY")).status, 200U);
    EXPECT_EQ(ask(entry::encrypted, "/auth/v1/health", "wrong").status, 401U);
}

TEST_F(proxied, a_gateway_that_starts_or_stands_still_is_left_out)
{
    deploy();
    on.post("docker.restartContainer", on.body({{"containerId", on.app_name(id) + "-kong-1"}}));
    EXPECT_EQ(ask(entry::plain).status, 404U);
    on.pass(10s);
    EXPECT_NE(ask(entry::plain).status, 404U);
    on.post("docker.stopContainer", on.body({{"containerId", on.app_name(id) + "-kong-1"}}));
    EXPECT_EQ(ask(entry::plain).status, 404U);
}

TEST_F(proxied, a_service_behind_the_gateway_that_is_away_is_told_by_it)
{
    deploy();
    on.post("docker.stopContainer", on.body({{"containerId", on.app_name(id) + "-auth-1"}}));
    EXPECT_EQ(ask(entry::plain, "/auth/v1/health", variable("ANON_KEY")).status, 503U);
    EXPECT_EQ(ask(entry::plain, "/rest/v1/", variable("SERVICE_ROLE_KEY")).status, 200U);
}

TEST_F(proxied, realtime_does_not_know_the_tenant_of_the_template)
{
    deploy();
    EXPECT_EQ(view_of(on.inside, on.inside.docker.stacks().at(on.app_name(id))).unknown_realtime_host, "realtime");
    auto file = text_of(*on.inside.composes.find(id), "composeFile");
    file.replace(file.find("      SEED_SELF_HOST:"), 0, "      SELF_HOST_TENANT_NAME: realtime\n");
    on.post("compose.update", on.body({{"composeId", id}, {"composeFile", file}}));
    deploy();
    EXPECT_EQ(view_of(on.inside, on.inside.docker.stacks().at(on.app_name(id))).unknown_realtime_host, "");
}

TEST_F(proxied, another_host_is_a_page_that_is_not_found)
{
    deploy();
    host = "other.example.com";
    EXPECT_EQ(ask(entry::plain).status, 404U);
    EXPECT_THAT(ask(entry::plain).body, HasSubstr("404 page not found"));
}

} // namespace
} // namespace basekeeper::rehearsal
