// Every rule with a configuration that breaks it and a near one that does not; a planned stack breaks none.
#include "crypto/jwt.hpp"
#include "stack/test_templates.hpp"
#include "stack/validate.hpp"

#include <boost/json/object.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace basekeeper::stack {
namespace {

using namespace basekeeper::stack::testing; // NOLINT(google-build-using-namespace): the templates
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

/// A planned stack as it would be found deployed, with a mail server.
configuration healthy(const result<stack_plan>& plan)
{
    configuration out{
        .name = "shop",
        .env = plan->env.text().reveal(),
        .compose = plan->compose,
        .domains = std::vector<configured_domain>{{"db.example.org", plan->domains[0].service, 8000, true}},
        .mounts = plan->mounts,
        .isolation = isolation::isolated,
        .now = now,
    };
    return out;
}

stack_wishes good_wishes()
{
    auto with = wishes();
    with.domain = "db.example.org";
    with.site_url = "https://shop.example.org";
    with.smtp = smtp_settings{
        .host = "smtp.mail.org",
        .port = 587,
        .user = "u",
        .password = crypto::secret<>(std::string("p")),
        .sender_address = "a@mail.org",
        .sender_name = "S"
    };
    return with;
}

const configuration& kong()
{
    static const configuration made = healthy(kong_plan(good_wishes()));
    return made;
}

const configuration& envoy()
{
    static const configuration made = healthy(envoy_plan(good_wishes()));
    return made;
}

configuration with(configuration of, const std::string& name, const std::string& value)
{
    auto document = *env_text::document::parse(of.env);
    EXPECT_TRUE(document.merge({{name, crypto::secret<>(value)}}));
    of.env = document.text().reveal();
    return of;
}

std::string get(const configuration& of, const std::string& name)
{
    return std::string(env_text::document::parse(of.env)->value_or_empty(name));
}

configuration replaced(configuration of, std::string_view from, std::string_view to)
{
    const auto at = of.compose.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    of.compose.replace(at, from.size(), to);
    return of;
}

configuration with_key(const configuration& of, const std::string& name, const boost::json::object& claims)
{
    return with(of, name, *crypto::sign_jwt(claims, crypto::bytes_of(get(of, "JWT_SECRET"))));
}

std::vector<std::string> ids(const configuration& of)
{
    const auto found = validate(of);
    if (!found)
        return {found.error().message};
    std::vector<std::string> out;
    for (const auto& one : *found)
        out.push_back(one.id);
    return out;
}

finding found(const configuration& of, std::string_view id)
{
    const auto all = validate(of);
    const auto at = std::ranges::find(*all, id, &finding::id);
    return at == all->end() ? finding{} : *at;
}

TEST(validate, a_planned_stack_has_no_finding_in_both_generations)
{
    EXPECT_THAT(ids(kong()), IsEmpty());
    EXPECT_THAT(ids(envoy()), IsEmpty());
}

TEST(validate, the_worst_stands_first)
{
    auto of = with(with(kong(), "SITE_URL", "http://localhost:3000"), "JWT_SECRET", "short");
    const auto all = validate(of);
    EXPECT_TRUE(std::ranges::is_sorted(*all, std::greater{}, &finding::severity));
    EXPECT_EQ(all->front().severity, severity::critical);
}

TEST(keys, equal_ones)
{
    EXPECT_THAT(
        ids(with(kong(), "ANON_KEY", get(kong(), "SERVICE_ROLE_KEY"))), IsSupersetOf({"keys_equal", "key_role_wrong"})
    );
}

TEST(keys, without_a_role_of_another_issuer)
{
    const boost::json::object roleless{{"iss", "dokploy"}, {"exp", 1'900'000'000}};
    EXPECT_THAT(
        ids(with_key(kong(), "ANON_KEY", roleless)), ::testing::UnorderedElementsAre("key_role_missing", "key_issuer")
    );
    const boost::json::object good{{"iss", "supabase"}, {"role", "anon"}, {"exp", 1'900'000'000}};
    EXPECT_THAT(ids(with_key(kong(), "ANON_KEY", good)), IsEmpty());
    EXPECT_THAT(found(with_key(kong(), "ANON_KEY", roleless), "key_issuer").evidence, HasSubstr("iss dokploy"));
}

TEST(keys, of_another_secret)
{
    const auto other = new_api_keys({.now = now});
    EXPECT_THAT(ids(with(kong(), "SERVICE_ROLE_KEY", other.service_role_key.reveal())), Contains("key_signature"));
    EXPECT_THAT(ids(with(kong(), "JWT_SECRET", other.jwt_secret.reveal())), Contains("key_signature"));
}

TEST(keys, expired_soon_expired_and_far_from_it)
{
    const auto until = [](std::int64_t days) {
        return ids(with_key(
            kong(), "ANON_KEY", {{"iss", "supabase"}, {"role", "anon"}, {"exp", 1'800'000'000 + days * 86'400}}
        ));
    };
    EXPECT_THAT(until(-1), ::testing::ElementsAre("key_expired"));
    EXPECT_THAT(until(0), ::testing::ElementsAre("key_expired"));
    EXPECT_THAT(until(90), ::testing::ElementsAre("key_expires_soon"));
    EXPECT_THAT(until(91), IsEmpty());
}

TEST(keys, of_the_demo)
{
    EXPECT_THAT(
        ids(with_key(kong(), "ANON_KEY", {{"iss", "supabase-demo"}, {"role", "anon"}, {"exp", 1'900'000'000}})),
        ::testing::ElementsAre("key_demo")
    );
}

TEST(keys, that_are_none)
{
    EXPECT_THAT(ids(with(kong(), "ANON_KEY", "sb_publishable_x")), ::testing::ElementsAre("key_unreadable"));
}

TEST(opaque_key_rules, form_and_signatures)
{
    EXPECT_THAT(ids(with(kong(), "SUPABASE_SECRET_KEY", "sb_secret_abc")), ::testing::ElementsAre("opaque_key_form"));
    EXPECT_THAT(
        ids(with(kong(), "SUPABASE_SECRET_KEY", get(kong(), "SUPABASE_PUBLISHABLE_KEY"))),
        ::testing::ElementsAre("opaque_key_form")
    );
    EXPECT_THAT(ids(with(kong(), "JWT_JWKS", "{}")), IsSupersetOf({"asymmetric_key_signature"}));
    const auto other = new_api_keys({.now = now});
    EXPECT_THAT(
        ids(with(kong(), "ANON_KEY_ASYMMETRIC", other.anon_key_asymmetric.reveal())),
        ::testing::ElementsAre("asymmetric_key_signature")
    );
}

TEST(opaque_key_rules, services_that_do_not_know_the_set)
{
    const auto old = replaced(kong(), "PGRST_JWT_SECRET: ${JWT_JWKS}", "PGRST_JWT_SECRET: ${JWT_SECRET}");
    EXPECT_THAT(ids(old), ::testing::ElementsAre("opaque_keys_unwired"));
    auto without = with(with(old, "SUPABASE_SECRET_KEY", ""), "SUPABASE_PUBLISHABLE_KEY", "");
    EXPECT_THAT(ids(without), IsEmpty()) << "a stack without opaque keys needs no set";
}

TEST(containers, with_another_secret_or_password)
{
    auto of = kong();
    const auto secret = [](std::string value) { return crypto::secret<>(std::move(value)); };
    of.containers = {
        {"auth", {{"GOTRUE_JWT_SECRET", secret(get(of, "JWT_SECRET"))}}},
        {"db", {{"POSTGRES_PASSWORD", secret(get(of, "POSTGRES_PASSWORD"))}}}
    };
    EXPECT_THAT(ids(of), IsEmpty());
    of.containers[0].variables.insert_or_assign("GOTRUE_JWT_SECRET", secret("old"));
    EXPECT_THAT(ids(of), ::testing::ElementsAre("jwt_secret_changed"));
    of.containers[1].variables.insert_or_assign("POSTGRES_PASSWORD", secret("old"));
    EXPECT_THAT(ids(of), Contains("postgres_password_changed"));
    EXPECT_EQ(command(found(of, "postgres_password_changed"), "shop"), "");
}

TEST(addresses, http)
{
    const auto of = with(kong(), "SUPABASE_PUBLIC_URL", "http://db.example.org");
    EXPECT_THAT(ids(of), ::testing::ElementsAre("url_http"));
    EXPECT_EQ(
        command(found(of, "url_http"), "shop"),
        "basekeeper dokploy update-env shop SUPABASE_PUBLIC_URL=https://db.example.org"
    );
    EXPECT_EQ(
        tool(found(of, "url_http"), "shop").arguments,
        R"({"instance":"shop","set":{"SUPABASE_PUBLIC_URL":"https://db.example.org"}})"
    );
    EXPECT_THAT(ids(with(kong(), "ADDITIONAL_REDIRECT_URLS", "http://localhost:3000/*,myapp://x")), IsEmpty());
}

TEST(addresses, out_of_step)
{
    EXPECT_THAT(
        ids(with(kong(), "API_EXTERNAL_URL", "https://old.example.org")), ::testing::ElementsAre("domain_out_of_step")
    );
    EXPECT_THAT(ids(with(kong(), "SUPABASE_PUBLIC_URL", "http://localhost:8000")), Contains("domain_out_of_step"));
    auto two = with(kong(), "API_EXTERNAL_URL", "https://old.example.org");
    two.domains->push_back({"old.example.org", "kong", 8000, true});
    EXPECT_THAT(ids(two), IsEmpty()) << "a second domain of the stack is good too";
    two.domains.reset();
    EXPECT_THAT(ids(two), IsEmpty()) << "domains are not known";
}

TEST(addresses, the_path_of_auth_twice_or_not_at_all)
{
    const auto twice = with(envoy(), "API_EXTERNAL_URL", "https://db.example.org/auth/v1/auth/v1");
    EXPECT_THAT(ids(twice), ::testing::ElementsAre("auth_path_doubled"));
    EXPECT_THAT(
        command(found(twice, "auth_path_doubled"), "shop"), HasSubstr("API_EXTERNAL_URL=https://db.example.org/auth/v1")
    );
    const auto added =
        replaced(envoy(), "API_EXTERNAL_URL: ${API_EXTERNAL_URL}", "API_EXTERNAL_URL: ${API_EXTERNAL_URL}/auth/v1");
    EXPECT_THAT(ids(added), ::testing::ElementsAre("auth_path_doubled"));
    EXPECT_THAT(ids(with(added, "API_EXTERNAL_URL", "https://db.example.org")), IsEmpty());
    const auto expects =
        replaced(envoy(), "API_EXTERNAL_URL: ${API_EXTERNAL_URL}", "GOTRUE_JWT_ISSUER: ${API_EXTERNAL_URL}");
    EXPECT_THAT(ids(expects), IsEmpty());
    EXPECT_THAT(
        ids(with(expects, "API_EXTERNAL_URL", "https://db.example.org")), ::testing::ElementsAre("auth_path_missing")
    );
}

TEST(addresses, a_site_that_nobody_reaches)
{
    EXPECT_THAT(ids(with(kong(), "SITE_URL", "http://localhost:3000")), ::testing::ElementsAre("site_url_local"));
    EXPECT_THAT(ids(with(kong(), "SITE_URL", "https://localhost.example.org")), IsEmpty());
}

TEST(domains, missing_without_https_or_elsewhere)
{
    auto of = kong();
    of.domains->clear();
    EXPECT_THAT(ids(of), ::testing::ElementsAre("domain_missing"));
    EXPECT_EQ(
        command(found(of, "domain_missing"), "shop"),
        "basekeeper dokploy domain shop --host db.example.org --service kong --https"
    );
    of = kong();
    of.domains->front().https = false;
    EXPECT_THAT(ids(of), ::testing::ElementsAre("domain_without_https"));
    of = kong();
    of.domains->front().port = 3000;
    EXPECT_THAT(ids(of), ::testing::ElementsAre("domain_target"));
    of.domains->front() = {"db.example.org", "studio", 8000, true};
    EXPECT_THAT(ids(of), ::testing::ElementsAre("domain_target"));
}

TEST(variables, missing_or_empty)
{
    EXPECT_THAT(ids(with(kong(), "PG_META_CRYPTO_KEY", "")), ::testing::ElementsAre("variable_missing"));
    EXPECT_EQ(
        command(found(with(kong(), "PG_META_CRYPTO_KEY", ""), "variable_missing"), "shop"),
        "basekeeper dokploy update-env shop --generate PG_META_CRYPTO_KEY"
    );
    EXPECT_THAT(ids(with(kong(), "ANON_KEY", "")), ::testing::ElementsAre("variable_missing"));
    EXPECT_THAT(ids(with(kong(), "STUDIO_DEFAULT_PROJECT", "")), IsEmpty());
    EXPECT_THAT(ids(with(envoy(), "VAULT_ENC_KEY", "")), IsEmpty()) << "this compose file does not use it";
}

TEST(variables, used_by_the_compose_file_only)
{
    EXPECT_THAT(
        ids(replaced(kong(), "CRYPTO_KEY: ${PG_META_CRYPTO_KEY}", "CRYPTO_KEY: ${NOWHERE}")),
        ::testing::ElementsAre("variable_unset")
    );
    EXPECT_THAT(
        ids(replaced(kong(), "CRYPTO_KEY: ${PG_META_CRYPTO_KEY}", "CRYPTO_KEY: ${NOWHERE:-x}${APP_NAME}$${X}")),
        IsEmpty()
    );
}

TEST(variables, of_the_published_example)
{
    EXPECT_THAT(
        ids(with(kong(), "POSTGRES_PASSWORD", "your-super-secret-and-long-postgres-password")),
        ::testing::ElementsAre("variable_default")
    );
    EXPECT_THAT(ids(with(kong(), "POSTGRES_PASSWORD", "your-super-secret-and-long-postgres-password2")), IsEmpty());
    EXPECT_EQ(
        found(with(kong(), "POOLER_TENANT_ID", "your-tenant-id"), "variable_default").severity, severity::warning
    );
    EXPECT_EQ(
        found(with(kong(), "DASHBOARD_PASSWORD", "this_password_is_insecure_and_should_be_updated"), "variable_default")
            .severity,
        severity::critical
    );
}

TEST(variables, of_a_wrong_length)
{
    EXPECT_THAT(ids(with(kong(), "VAULT_ENC_KEY", std::string(31, 'x'))), ::testing::ElementsAre("variable_length"));
    EXPECT_THAT(ids(with(kong(), "VAULT_ENC_KEY", std::string(33, 'x'))), ::testing::ElementsAre("variable_length"));
    EXPECT_THAT(ids(with(kong(), "VAULT_ENC_KEY", std::string(32, 'x'))), IsEmpty());
    EXPECT_THAT(
        ids(with(kong(), "REALTIME_DB_ENC_KEY", std::string(15, 'x'))), ::testing::ElementsAre("variable_length")
    );
    EXPECT_THAT(ids(with(kong(), "SECRET_KEY_BASE", std::string(63, 'x'))), ::testing::ElementsAre("variable_length"));
    EXPECT_THAT(ids(with(kong(), "SECRET_KEY_BASE", std::string(65, 'x'))), IsEmpty());
    EXPECT_THAT(
        found(with(kong(), "VAULT_ENC_KEY", std::string(31, 'x')), "variable_length").evidence, HasSubstr("31")
    );
}

TEST(env_lines, that_say_something_else)
{
    const auto added = [](std::string_view line) {
        auto of = kong();
        of.env += line;
        return ids(of);
    };
    EXPECT_THAT(added("nonsense here\n"), ::testing::ElementsAre("env_line_ignored"));
    EXPECT_THAT(added("JWT_EXPIRY=60\n"), ::testing::ElementsAre("env_repeated"));
    EXPECT_THAT(added("MINE='open\n"), ::testing::ElementsAre("env_quote_open"));
    EXPECT_THAT(added("MINE=pa#ss\n"), ::testing::ElementsAre("env_value_cut"));
    EXPECT_THAT(added("MINE=\n'x'\n"), ::testing::ElementsAre("env_value_elsewhere"));
    EXPECT_THAT(added("MINE=x${POSTGRES_HOST}\n"), ::testing::ElementsAre("env_reference"));
    EXPECT_THAT(added("# nonsense\nMINE='pa#ss' # c\nTHEIRS=${{project.X}}\n"), IsEmpty());
}

TEST(mail, of_the_example_none_or_no_port)
{
    EXPECT_THAT(ids(with(kong(), "SMTP_HOST", "supabase-mail")), ::testing::ElementsAre("smtp_placeholder"));
    EXPECT_THAT(ids(with(kong(), "SMTP_HOST", "smtp.example.com")), ::testing::ElementsAre("smtp_placeholder"));
    EXPECT_THAT(ids(with(kong(), "SMTP_USER", "fake_mail_user")), ::testing::ElementsAre("smtp_placeholder"));
    auto own = with(kong(), "SMTP_HOST", "supabase-mail");
    own.compose += "\n";
    const auto at = own.compose.find("volumes:\n  db-config");
    ASSERT_NE(at, std::string::npos);
    own.compose.insert(at, "  supabase-mail:\n    image: axllent/mailpit:v1\n");
    EXPECT_THAT(ids(own), IsEmpty()) << "the stack has a mail server of that name";
    EXPECT_THAT(ids(with(kong(), "SMTP_HOST", "")), ::testing::ElementsAre("smtp_missing"));
    EXPECT_THAT(ids(with(kong(), "SMTP_PORT", "587x")), ::testing::ElementsAre("smtp_port"));
    EXPECT_THAT(ids(with(kong(), "SMTP_PORT", "65536")), ::testing::ElementsAre("smtp_port"));
}

TEST(mail, confirmed_without_a_proof)
{
    const auto open = with(kong(), "ENABLE_PHONE_AUTOCONFIRM", "true");
    EXPECT_THAT(ids(open), ::testing::ElementsAre("autoconfirm"));
    EXPECT_THAT(ids(with(open, "ENABLE_PHONE_SIGNUP", "false")), IsEmpty());
    EXPECT_THAT(ids(with(kong(), "ENABLE_EMAIL_AUTOCONFIRM", "true")), ::testing::ElementsAre("autoconfirm"));
    EXPECT_THAT(ids(with(open, "DISABLE_SIGNUP", "true")), IsEmpty());
}

TEST(services, database_ports_that_are_published)
{
    const auto published = [](std::string_view service, std::string_view port) {
        return replaced(
            kong(),
            "image: " + std::string(service),
            "ports: [\"" + std::string(port) + "\"]\n    image: " + std::string(service)
        );
    };
    EXPECT_THAT(ids(published("supabase/postgres:", "5432:5432")), ::testing::ElementsAre("database_port_published"));
    EXPECT_EQ(
        found(published("supabase/postgres:", "5432:5432"), "database_port_published").severity, severity::critical
    );
    EXPECT_THAT(ids(published("supabase/supavisor", "${P}:6543")), Contains("database_port_published"));
    EXPECT_THAT(ids(published("supabase/postgres:", "127.0.0.1:5432:5432")), IsEmpty());
    EXPECT_THAT(ids(published("kong/kong", "8000:8000")), IsEmpty());
}

TEST(services, images_that_are_old_or_not_pinned)
{
    EXPECT_THAT(ids(replaced(kong(), "gotrue:v2.189.0", "gotrue:v2.188.9")), ::testing::ElementsAre("image_outdated"));
    EXPECT_THAT(ids(replaced(kong(), "gotrue:v2.189.0", "gotrue:v2.196.0")), IsEmpty());
    EXPECT_THAT(ids(replaced(kong(), "postgres:17.6.1.136", "postgres:15.8.1.085")), IsEmpty())
        << "another major is no older version";
    EXPECT_THAT(
        ids(replaced(kong(), "postgres:17.6.1.136", "postgres:15.8.1.060")), ::testing::ElementsAre("image_outdated")
    );
    EXPECT_THAT(ids(replaced(kong(), "kong/kong:3.9.1", "kong:2.8.1")), ::testing::ElementsAre("image_outdated"));
    EXPECT_THAT(ids(replaced(kong(), "gotrue:v2.189.0", "gotrue:latest")), ::testing::ElementsAre("image_unpinned"));
    EXPECT_THAT(ids(replaced(kong(), "gotrue:v2.189.0", "gotrue:sha-123")), IsEmpty());
}

TEST(services, the_tenant_of_realtime)
{
    const auto plain = replaced(kong(), "SELF_HOST_TENANT_NAME: realtime", "OTHER: x");
    EXPECT_THAT(ids(plain), ::testing::ElementsAre("realtime_tenant"));
    EXPECT_EQ(
        command(found(plain, "realtime_tenant"), "shop"), "basekeeper dokploy update-env shop --mend realtime_tenant"
    );
    const auto alias = "networks:\n      default:\n        aliases:\n          - realtime-dev.supabase-realtime\n    "
                       "image: supabase/realtime";
    EXPECT_THAT(ids(replaced(plain, "image: supabase/realtime", alias)), IsEmpty());
    EXPECT_THAT(
        ids(replaced(
            plain,
            "image: supabase/realtime",
            "container_name: realtime-dev.supabase-realtime\n    image: supabase/realtime"
        )),
        ::testing::ElementsAre("fixed_container_name")
    );
}

TEST(services, on_the_network_of_all_stacks)
{
    auto of = kong();
    of.isolation = isolation::shared;
    EXPECT_THAT(ids(of), ::testing::ElementsAre("not_isolated"));
    of.isolation = isolation::unknown;
    EXPECT_THAT(ids(of), IsEmpty());
}

TEST(file_rules, missing_or_wiped)
{
    auto of = kong();
    of.mounts->pop_back();
    EXPECT_THAT(ids(of), ::testing::ElementsAre("mount_missing"));
    of.mounts.reset();
    EXPECT_THAT(ids(of), IsEmpty()) << "mounts are not known";
    EXPECT_THAT(
        ids(replaced(kong(), "../files/volumes/db/data", "./volumes/db/data")), ::testing::ElementsAre("mount_wiped")
    );
}

TEST(name_rules, that_cannot_stand_in_an_address)
{
    auto of = kong();
    of.name = "My Project";
    EXPECT_THAT(ids(of), ::testing::ElementsAre("name_unsafe"));
    EXPECT_THAT(found(of, "name_unsafe").remedy.advice, HasSubstr("my-project"));
    of.name = "my-project";
    EXPECT_THAT(ids(of), IsEmpty());
}

TEST(validate, shows_no_secret)
{
    auto of = with(with(kong(), "ANON_KEY", get(kong(), "SERVICE_ROLE_KEY")), "JWT_SECRET", "hunter2-hunter2");
    of = with(with(of, "VAULT_ENC_KEY", "hunter2"), "SUPABASE_SECRET_KEY", "sb_secret_hunter2");
    of.env += "SMTP_PASS=hunter2#x\nhunter2\nDASHBOARD_PASSWORD='hunter2\n";
    const auto findings = validate(of);
    ASSERT_GT(findings->size(), 8U);
    for (const auto& one : *findings) {
        const auto shown = one.message + one.evidence + one.subject + one.remedy.advice + command(one, "shop") +
                           tool(one, "shop").arguments;
        EXPECT_THAT(shown, Not(HasSubstr("hunter2"))) << one.id;
        EXPECT_THAT(shown, Not(HasSubstr("eyJ"))) << one.id;
    }
}

TEST(validate, each_finding_says_how_it_is_healed)
{
    auto of = with(with(kong(), "ANON_KEY", "x"), "SMTP_HOST", "supabase-mail");
    of.domains->clear();
    for (const auto& one : *validate(of)) {
        EXPECT_FALSE(one.message.empty());
        EXPECT_FALSE(one.evidence.empty());
        EXPECT_NE(command(one, "shop").empty(), one.remedy.advice.empty()) << one.id;
    }
}

TEST(validate, commands_are_safe_in_a_shell)
{
    const finding one{
        .id = "x",
        .remedy = {.kind = remedy_kind::update_env, .set = {{"A", crypto::secret<>(std::string("a'; rm -rf b"))}}}
    };
    EXPECT_EQ(command(one, "my shop"), "basekeeper dokploy update-env 'my shop' 'A=a'\\''; rm -rf b'");
}

TEST(validate, refuses_what_cannot_be_read)
{
    EXPECT_FALSE(validate({.env = "A=\xFF", .now = now}));
    EXPECT_FALSE(validate({.compose = "no: compose", .now = now}));
}

} // namespace
} // namespace basekeeper::stack
