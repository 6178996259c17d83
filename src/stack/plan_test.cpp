// Plans: of a template with the usual defects becomes a stack without them, in both generations.
#include "crypto/jwt.hpp"
#include "stack/test_templates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace basekeeper::stack {
namespace {

using namespace basekeeper::stack::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string value(const stack_plan& plan, std::string_view name)
{
    return std::string(plan.env.value_or_empty(name));
}

std::string service_variable(const stack_plan& plan, role of, std::string_view name)
{
    const auto file = *compose_file::parse(plan.compose);
    const auto* found = file.variable(*file.find(of), name);
    return found == nullptr ? "missing" : *found;
}

std::string role_in(const stack_plan& plan, std::string_view name)
{
    const auto claims =
        crypto::verify_jwt(value(plan, name), crypto::bytes_of(plan.env.value_or_empty("JWT_SECRET")), now);
    return claims ? std::string(claims->at("role").as_string()) : claims.error().message;
}

TEST(plan, puts_the_domain_into_every_public_address)
{
    const auto plan = kong_plan();
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(value(*plan, "SUPABASE_PUBLIC_URL"), "https://db.example.com");
    EXPECT_EQ(value(*plan, "API_EXTERNAL_URL"), "https://db.example.com");
    EXPECT_EQ(value(*plan, "SUPABASE_HOST"), "db.example.com");
    EXPECT_EQ(value(*plan, "SITE_URL"), "https://shop.example.com");
    EXPECT_EQ(value(*plan, "ADDITIONAL_REDIRECT_URLS"), "https://db.example.com/*,http://localhost:3000/*");
    ASSERT_EQ(plan->domains.size(), 1U);
    EXPECT_EQ(plan->domains[0].host, "db.example.com");
    EXPECT_EQ(plan->domains[0].service, "kong");
    EXPECT_EQ(plan->domains[0].port, 8000);
}

TEST(plan, has_keys_that_verify_with_a_role_each)
{
    const auto plan = kong_plan();
    ASSERT_TRUE(plan);
    EXPECT_EQ(role_in(*plan, "ANON_KEY"), "anon");
    EXPECT_EQ(role_in(*plan, "SERVICE_ROLE_KEY"), "service_role");
    EXPECT_THAT(value(*plan, "SUPABASE_SECRET_KEY"), HasSubstr("sb_secret_"));
}

TEST(plan, realtime_serves_the_tenant_that_the_gateway_asks_for)
{
    const auto plan = kong_plan();
    ASSERT_TRUE(plan);
    EXPECT_EQ(service_variable(*plan, role::realtime, "SELF_HOST_TENANT_NAME"), "realtime");
    EXPECT_THAT(plan->compose, HasSubstr("/api/tenants/realtime/health"));
    EXPECT_EQ(service_variable(*plan, role::realtime, "DB_ENC_KEY"), "${REALTIME_DB_ENC_KEY}");
    EXPECT_EQ(value(*plan, "REALTIME_DB_ENC_KEY").size(), 16U);
    EXPECT_THAT(plan->compose, HasSubstr("# encryption")) << "comments stay";

    const auto envoy = envoy_plan();
    ASSERT_TRUE(envoy) << envoy.error().message;
    EXPECT_EQ(service_variable(*envoy, role::realtime, "SELF_HOST_TENANT_NAME"), "realtime");
    EXPECT_EQ(envoy->mounts.at(0).content, "address: realtime");
}

TEST(plan, all_services_verify_by_the_same_set)
{
    const auto plan = kong_plan();
    ASSERT_TRUE(plan);
    EXPECT_EQ(service_variable(*plan, role::rest, "PGRST_JWT_SECRET"), "${JWT_JWKS}");
    EXPECT_EQ(service_variable(*plan, role::realtime, "API_JWT_JWKS"), "${JWT_JWKS}");
    EXPECT_EQ(service_variable(*plan, role::storage, "JWT_JWKS"), "${JWT_JWKS}");
    EXPECT_EQ(service_variable(*plan, role::functions, "SUPABASE_JWKS"), "${JWT_JWKS}");
    EXPECT_EQ(service_variable(*plan, role::auth, "GOTRUE_JWT_KEYS"), "${JWT_KEYS:-[]}") << "it already was";
    EXPECT_EQ(service_variable(*plan, role::gateway, "ANON_KEY_ASYMMETRIC"), "${ANON_KEY_ASYMMETRIC}");

    const auto envoy = envoy_plan();
    EXPECT_EQ(service_variable(*envoy, role::rest, "PGRST_JWT_SECRET"), "${JWT_JWKS:-${JWT_SECRET}}");
    EXPECT_EQ(service_variable(*envoy, role::auth, "GOTRUE_JWT_KEYS"), "${JWT_KEYS}");
}

TEST(plan, two_stacks_share_nothing)
{
    const auto plan = envoy_plan();
    ASSERT_TRUE(plan) << plan.error().message;
    const auto file = *compose_file::parse(plan->compose);
    EXPECT_THAT(plan->compose, Not(HasSubstr("container_name")));
    EXPECT_TRUE(file.ports().empty());
    EXPECT_EQ(file.root().find("name"), nullptr);
    EXPECT_THAT(plan->compose, Not(HasSubstr("supabase-db-config")));
    EXPECT_THAT(plan->compose, HasSubstr("db-config:"));
    EXPECT_THAT(plan->compose, HasSubstr("- ../files/volumes/api/envoy/cds.yaml:/etc/envoy/cds.yaml:ro"));
    EXPECT_EQ(value(*plan, "POOLER_TENANT_ID").size(), 36U);

    std::set<std::string> secrets;
    const auto other = envoy_plan();
    for (const auto name :
         {"POOLER_TENANT_ID", "POSTGRES_PASSWORD", "JWT_SECRET", "ANON_KEY", "VAULT_ENC_KEY", "REALTIME_DB_ENC_KEY"})
        EXPECT_NE(value(*plan, name), value(*other, name)) << name;
}

TEST(plan, knows_both_generations)
{
    EXPECT_EQ(kong_plan()->gateway, gateway_kind::kong);
    const auto envoy = envoy_plan();
    EXPECT_EQ(envoy->gateway, gateway_kind::envoy);
    EXPECT_EQ(envoy->domains[0].service, "api-gw");
    EXPECT_EQ(value(*envoy, "API_EXTERNAL_URL"), "https://db.example.com/auth/v1");
    EXPECT_EQ(value(*envoy, "SUPABASE_PUBLIC_URL"), "https://db.example.com");
}

TEST(plan, keeps_no_placeholder_and_confirms_nothing_by_itself)
{
    const auto plan = kong_plan();
    EXPECT_EQ(value(*plan, "ENABLE_PHONE_AUTOCONFIRM"), "false");
    EXPECT_EQ(value(*plan, "SMTP_HOST"), "");
    EXPECT_THAT(plan->env.text().reveal(), Not(HasSubstr("fake_mail")));
    EXPECT_THAT(envoy_plan()->env.text().reveal(), Not(HasSubstr("your-")));
}

TEST(plan, the_database_waits_for_no_log_collector)
{
    const auto file = *compose_file::parse(kong_plan()->compose);
    EXPECT_EQ(file.find("db")->node->find("depends_on"), nullptr);
    EXPECT_NE(file.find("db")->node->find("environment"), nullptr);
}

TEST(plan, sends_mail_by_the_server_it_is_given)
{
    auto with = wishes();
    with.smtp = smtp_settings{
        .host = "smtp.example.com",
        .port = 465,
        .user = "u",
        .password = crypto::secret<>(std::string("p#w'd")),
        .sender_address = "a@example.com",
        .sender_name = "Shop #1"
    };
    const auto plan = kong_plan(with);
    ASSERT_TRUE(plan);
    EXPECT_EQ(value(*plan, "SMTP_HOST"), "smtp.example.com");
    EXPECT_EQ(value(*plan, "SMTP_PORT"), "465");
    EXPECT_EQ(value(*plan, "SMTP_PASS"), "p#w'd");
    EXPECT_EQ(value(*plan, "SMTP_SENDER_NAME"), "Shop #1");
}

TEST(plan, shows_versions_and_takes_others)
{
    auto with = wishes();
    with.versions = {{"auth", "v2.196.0"}, {"rest", "mirror.example.com/postgrest/postgrest:v14.17"}};
    const auto plan = kong_plan(with);
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_THAT(plan->compose, HasSubstr("image: supabase/gotrue:v2.196.0\n"));
    EXPECT_THAT(plan->compose, HasSubstr("image: mirror.example.com/postgrest/postgrest:v14.17\n"));
    EXPECT_EQ(plan->images.size(), 11U);
    EXPECT_EQ(plan->images[2].image.tag, "v2.196.0");
    EXPECT_EQ(plan->images[2].template_version, "v2.189.0");
    EXPECT_EQ(plan->images[2].role, role::auth);
}

TEST(plan, further_variables_have_the_last_word)
{
    auto with = wishes();
    with.variables = {
        {"ENABLE_PHONE_AUTOCONFIRM", crypto::secret<>(std::string("true"))},
        {"MINE", crypto::secret<>(std::string("a b"))}
    };
    const auto plan = kong_plan(with);
    EXPECT_EQ(value(*plan, "ENABLE_PHONE_AUTOCONFIRM"), "true");
    EXPECT_EQ(value(*plan, "MINE"), "a b");
}

TEST(plan, the_same_secrets_make_the_same_plan)
{
    const auto from = filled(kong_toml);
    const auto secrets = new_secrets();
    const auto once = plan_stack(from, kong_compose, wishes(), secrets);
    const auto again = plan_stack(from, kong_compose, wishes(), secrets);
    EXPECT_EQ(once->env.text(), again->env.text());
    EXPECT_EQ(once->compose, again->compose);
}

TEST(plan, refuses_what_cannot_be_deployed)
{
    const auto message = [](const stack_wishes& of) { return kong_plan(of).error().message; };
    auto with = wishes();
    with.name = "My Shop";
    EXPECT_THAT(message(with), HasSubstr("My Shop"));
    with = wishes();
    with.domain = "localhost";
    EXPECT_THAT(message(with), HasSubstr("domain"));
    with = wishes();
    with.versions = {{"auth", "v2 --privileged"}};
    EXPECT_THAT(message(with), HasSubstr("auth"));
    with.versions = {{"nothing", "1"}};
    EXPECT_THAT(message(with), HasSubstr("nothing"));
    with = wishes();
    with.site_url = "not a url";
    EXPECT_THAT(message(with), HasSubstr("no URL"));
}

TEST(plan, refuses_a_template_with_a_missing_file_without_a_gateway_or_too_large)
{
    auto incomplete = filled(kong_toml);
    incomplete.mounts.pop_back();
    EXPECT_THAT(
        plan_stack(incomplete, kong_compose, wishes(), new_secrets()).error().message,
        HasSubstr("/volumes/logs/vector.yml")
    );
    EXPECT_THAT(
        plan_stack(
            filled(kong_toml), "services:\n  db:\n    image: supabase/postgres:17.6.1.136\n", wishes(), new_secrets()
        )
            .error()
            .message,
        HasSubstr("gateway")
    );
    EXPECT_THAT(
        plan_stack(
            filled(kong_toml),
            std::string(kong_compose) + "# " + std::string(most_file_bytes, 'x'),
            wishes(),
            new_secrets()
        )
            .error()
            .message,
        HasSubstr("bytes")
    );
}

TEST(plan, says_what_it_mended)
{
    std::vector<std::string> mended;
    for (const auto& one : kong_plan()->notes)
        if (one.kind == note_kind::mended)
            mended.push_back(one.text.substr(0, 12));
    EXPECT_THAT(mended, ElementsAre("realtime ser", "realtime enc", "all services", "the database", "a telephone "));
}

} // namespace
} // namespace basekeeper::stack
