// What a setup becomes: only what is meant, keys that belong together, nothing that loses data.
#include "crypto/jwt.hpp"
#include "env_text/document.hpp"
#include "features/deploy/targets.hpp"
#include "stack/validate.hpp"
#include "stack/variables.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::deploy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr wall_time now{std::chrono::seconds{1'800'000'000}};

constexpr std::string_view compose = R"(services:
  kong:
    image: kong/kong:3.9.1
    environment:
      SUPABASE_ANON_KEY: ${ANON_KEY}
    volumes:
      - ../files/volumes/api/kong.yml:/home/kong/kong.yml:ro
  auth:
    image: supabase/gotrue:v2.189.0
    environment:
      GOTRUE_SITE_URL: ${SITE_URL}
      GOTRUE_JWT_SECRET: ${JWT_SECRET}
  db:
    image: supabase/postgres:17.6.1.136
    environment:
      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD}
)";

setup sample()
{
    return {
        .env = crypto::secret<>(
            std::string("JWT_SECRET=an-old-secret-of-forty-characters-or-so\nANON_KEY=old-anon-key-0123456789\n"
                        "SERVICE_ROLE_KEY=old-service-key-0123456789\nSITE_URL=https://a.example.com\n"
                        "POSTGRES_PASSWORD=old\n# a comment\n")
        ),
        .compose = crypto::secret<>(std::string(compose)),
        .files = {{"/volumes/api/kong.yml", crypto::secret<>(std::string("key: old-anon-key-0123456789"))}},
        .domains = {{.host = "db.example.com", .service = "kong"}},
    };
}

std::string value(const setup& in, std::string_view name)
{
    return std::string(env_text::document::parse(in.env.reveal())->value_or_empty(name));
}

error refused(const variable_changes& what)
{
    const auto done = with_variables(sample(), what, "shop", now);
    EXPECT_FALSE(done) << "was accepted";
    return done ? error() : done.error();
}

TEST(deploy_targets, set_what_is_meant_and_nothing_else)
{
    const auto to = with_variables(sample(), {.set = {"SITE_URL=https://b.example.com"}}, "shop", now);
    ASSERT_TRUE(to) << to.error().message;
    EXPECT_EQ(value(*to, "SITE_URL"), "https://b.example.com");
    EXPECT_THAT(to->env.reveal(), HasSubstr("# a comment"));
    const auto differs = compare(sample(), *to);
    ASSERT_EQ(differs->size(), 1U);
    EXPECT_EQ(differs->front().subject, "env SITE_URL");
    EXPECT_EQ(differs->front().after, "https://b.example.com");
}

TEST(deploy_targets, refuse_by_name_what_would_break_the_stack)
{
    for (const auto* name : {"ANON_KEY", "JWT_SECRET", "POSTGRES_PASSWORD"}) {
        const auto e = refused({.remove = {name}});
        EXPECT_EQ(e.code, condition::invalid_argument);
        EXPECT_THAT(e.message, HasSubstr(name));
    }
    EXPECT_THAT(refused({.set = {"ANON_KEY=x"}}).hint, HasSubstr("regenerate-keys"));
    EXPECT_THAT(refused({.set = {"VAULT_ENC_KEY=short"}}).message, HasSubstr("exactly 32 characters, and this has 5"));
    EXPECT_THAT(refused({.set = {"not a variable"}}).message, HasSubstr("set:"));
    EXPECT_EQ(refused({.set = {"SITE_URL=https://a.example.com"}}).code, condition::conflict);
}

TEST(deploy_targets, give_a_new_secret_also_to_copies_of_the_old_one)
{
    auto before = sample();
    before.env = crypto::secret<>("POSTGRES_PASSWORD=old-password-of-the-database\n"
                                  "APP_URL=postgres://app:old-password-of-the-database@db/"
                                  "app\nSITE_URL=old-password-of-the-database.example.com\n");
    before.files.front().content = crypto::secret<>(std::string("password: old-password-of-the-database"));
    const auto to = with_variables(before, {.generate = {"POSTGRES_PASSWORD"}}, "shop", now);
    ASSERT_TRUE(to) << to.error().message;
    const auto made = value(*to, "POSTGRES_PASSWORD");
    EXPECT_EQ(value(*to, "APP_URL"), "postgres://app:" + made + "@db/app");
    EXPECT_EQ(to->files.front().content.reveal(), "password: " + made);
    const auto other = with_variables(before, {.set = {"SITE_URL=https://b.example.com"}}, "shop", now);
    EXPECT_EQ(value(*other, "APP_URL"), value(before, "APP_URL")) << "what is no secret has no copies";
}

TEST(deploy_targets, take_a_known_secret_of_the_same_value_for_no_copy)
{
    auto before = sample();
    const std::string same(32, 's');
    before.env = crypto::secret<>(
        "POSTGRES_PASSWORD=" + same + "\nVAULT_ENC_KEY=" + same + "\nSMTP_PASS=" + same + "\nAPP_PASSWORD=" + same +
        "\n"
    );
    const auto to = with_variables(before, {.generate = {"POSTGRES_PASSWORD"}}, "shop", now);
    ASSERT_TRUE(to) << to.error().message;
    EXPECT_EQ(value(*to, "VAULT_ENC_KEY"), same) << "what is encrypted under it";
    EXPECT_EQ(value(*to, "SMTP_PASS"), same);
    EXPECT_EQ(value(*to, "APP_PASSWORD"), value(*to, "POSTGRES_PASSWORD"));
}

TEST(deploy_targets, keep_the_keys_under_which_data_is_encrypted)
{
    auto encrypted = sample();
    encrypted.env = crypto::secret<>(
        encrypted.env.reveal() + "VAULT_ENC_KEY=" + std::string(32, 'x') + "\nREALTIME_DB_ENC_KEY=short\n"
    );
    const auto made = [&](const variable_changes& what) { return with_variables(encrypted, what, "shop", now); };
    EXPECT_THAT(made({.generate = {"VAULT_ENC_KEY"}}).error().message, HasSubstr("could not be read any more"));
    EXPECT_FALSE(made({.remove = {"VAULT_ENC_KEY"}}));
    EXPECT_FALSE(made({.set = {"VAULT_ENC_KEY=" + std::string(32, 'y')}}));
    const auto mended = made({.generate = {"REALTIME_DB_ENC_KEY"}});
    ASSERT_TRUE(mended) << "realtime did not start with it: " << mended.error().message;
    EXPECT_EQ(value(*mended, "REALTIME_DB_ENC_KEY").size(), 16U);
    encrypted.env = crypto::secret<>(sample().env.reveal());
    encrypted.compose =
        crypto::secret<>(encrypted.compose.reveal() + "      DB_ENC_KEY: ${REALTIME_DB_ENC_KEY:-supabaserealtime}\n");
    EXPECT_FALSE(made({.generate = {"REALTIME_DB_ENC_KEY"}})) << "the default of the compose file is in use";
}

TEST(deploy_targets, take_every_change_that_a_finding_names)
{
    auto all = sample();
    std::string env;
    for (const auto& v : stack::known_variables())
        env += fmt::format("{}={}\n", v.name, v.example);
    for (const auto& text : {env, std::string("SITE_URL=x\n"), sample().env.reveal()}) {
        all.env = crypto::secret<>(text);
        const auto findings = stack::validate(to_check(all, "shop", now));
        ASSERT_TRUE(findings) << findings.error().message;
        int tried = 0;
        for (const auto& f : *findings) {
            if (f.remedy.kind != stack::remedy_kind::update_env)
                continue;
            ++tried;
            variable_changes what{.generate = f.remedy.generate, .remove = f.remedy.remove};
            for (const auto& [name, new_value] : f.remedy.set)
                what.set.push_back(name + "=" + new_value.reveal());
            const auto done = with_variables(all, what, "shop", now);
            EXPECT_TRUE(done) << f.id << " of " << f.subject << ": " << done.error().message;
        }
        EXPECT_GT(tried, 0);
    }
}

TEST(deploy_targets, new_keys_belong_together_and_reach_the_files_that_spell_them)
{
    const auto to = with_new_keys(sample(), jwt_secret::renewed, now);
    ASSERT_TRUE(to) << to.error().message;
    for (const auto& [name, role] : {std::pair("ANON_KEY", "anon"), std::pair("SERVICE_ROLE_KEY", "service_role")}) {
        const auto claims = crypto::verify_jwt(value(*to, name), crypto::bytes_of(value(*to, "JWT_SECRET")), now);
        ASSERT_TRUE(claims) << claims.error().message;
        EXPECT_EQ(claims->at("role").as_string(), role);
    }
    EXPECT_EQ(to->files.front().content.reveal(), "key: " + value(*to, "ANON_KEY"));
    for (const auto& d : *compare(sample(), *to))
        EXPECT_THAT(d.before + d.after, Not(HasSubstr("eyJ")));
}

TEST(deploy_targets, a_kept_secret_stays)
{
    const auto to = with_new_keys(sample(), jwt_secret::kept, now);
    ASSERT_TRUE(to);
    EXPECT_EQ(value(*to, "JWT_SECRET"), value(sample(), "JWT_SECRET"));
    EXPECT_NE(value(*to, "ANON_KEY"), value(sample(), "ANON_KEY"));
}

TEST(deploy_targets, a_domain_replaces_that_of_the_gateway_with_the_urls)
{
    const auto to = with_domain(sample(), {.host = "new.example.com"});
    ASSERT_TRUE(to) << to.error().message;
    ASSERT_EQ(to->domains.size(), 1U);
    EXPECT_EQ(to->domains[0].host, "new.example.com");
    EXPECT_TRUE(to->domains[0].https);
    EXPECT_EQ(without_domain(sample(), "other.example.com").error().code, condition::not_found);
}

TEST(deploy_targets, a_new_password_of_the_database_is_noticed)
{
    EXPECT_FALSE(database_password(sample(), sample()));
    const auto to = with_variables(sample(), {.generate = {"POSTGRES_PASSWORD"}}, "shop", now);
    ASSERT_TRUE(to) << to.error().message;
    EXPECT_EQ(database_password(sample(), *to)->from.reveal(), "old");
}

TEST(deploy_setup, is_read_back_as_it_was_written)
{
    const auto text = to_text(sample());
    const auto back = setup_from(text);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(*back, sample());
    EXPECT_EQ(setup_from(crypto::secret<>(std::string("{}"))).error().code, condition::internal);
}

TEST(deploy_setup, a_change_touches_only_those_who_see_it)
{
    const auto to = with_variables(sample(), {.set = {"SITE_URL=https://b.example.com"}}, "shop", now);
    const auto seen = touched(sample(), *to);
    ASSERT_TRUE(seen);
    EXPECT_THAT(seen->by_deployment, ::testing::ElementsAre("auth"));
    EXPECT_THAT(seen->by_restart, ::testing::ElementsAre("kong")) << "it keeps the address of the old one";
    auto file = sample();
    file.files[0].content = crypto::secret<>(std::string("another"));
    EXPECT_THAT(touched(sample(), file)->by_restart, ::testing::ElementsAre("kong"));
    EXPECT_TRUE(touched(sample(), sample())->by_deployment.empty());
}

TEST(new_keys, leave_the_key_pair_alone_where_it_is_not_in_use)
{
    // As the template has it: auth would sign with a key by which no other service verifies.
    auto before = sample();
    before.env = crypto::secret<>(before.env.reveal() + "JWT_KEYS=[]\nSUPABASE_PUBLISHABLE_KEY=\n");
    before.compose = crypto::secret<>(before.compose.reveal() + "# ${SUPABASE_PUBLISHABLE_KEY:-}\n");
    const auto to = with_new_keys(before, jwt_secret::renewed, now);
    ASSERT_TRUE(to) << to.error().message;
    EXPECT_EQ(value(*to, "JWT_KEYS"), "[]");
    EXPECT_EQ(value(*to, "SUPABASE_PUBLISHABLE_KEY"), "");
    EXPECT_EQ(value(*to, "JWT_JWKS"), "");
    EXPECT_NE(value(*to, "ANON_KEY"), value(before, "ANON_KEY"));
}

TEST(new_keys, make_the_whole_key_pair_anew_where_a_part_of_it_is_in_use)
{
    auto before = sample();
    before.env = crypto::secret<>(before.env.reveal() + "SUPABASE_SECRET_KEY=sb_secret_old\n");
    const auto to = with_new_keys(before, jwt_secret::kept, now);
    ASSERT_TRUE(to) << to.error().message;
    for (const auto* name : {"SUPABASE_PUBLISHABLE_KEY", "JWT_KEYS", "JWT_JWKS", "ANON_KEY_ASYMMETRIC"})
        EXPECT_FALSE(value(*to, name).empty()) << name;
}

TEST(new_keys, also_replace_copies_under_other_names)
{
    auto before = sample();
    before.env = crypto::secret<>(before.env.reveal() + "NEXT_PUBLIC_KEY=old-anon-key-0123456789\n");
    const auto to = with_new_keys(before, jwt_secret::renewed, now);
    ASSERT_TRUE(to) << to.error().message;
    EXPECT_EQ(value(*to, "NEXT_PUBLIC_KEY"), value(*to, "ANON_KEY"));
    EXPECT_THAT(to->env.reveal(), Not(HasSubstr("old-anon-key")));
}

} // namespace
} // namespace basekeeper::deploy
