// Setups kept as text, compared without secrets, and the services that a difference reaches.
#include "features/deploy/setup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::deploy {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view compose = R"(services:
  kong:
    image: kong/kong:3.9.1
    volumes:
      - ../files/volumes/api/kong.yml:/home/kong/kong.yml:ro
  auth:
    image: supabase/gotrue:v2.189.0
    environment:
      GOTRUE_SITE_URL: ${SITE_URL}
  rest:
    image: postgrest/postgrest:v14.12
    environment:
      PGRST_DB_SCHEMAS: ${SCHEMAS:-public}
  helper:
    image: busybox:1
    env_file: .env
)";

crypto::secret<> text(std::string_view of)
{
    return crypto::secret<>(std::string(of));
}

setup sample()
{
    return {
        .env =
            text("HOST=db.example.com\nSITE_URL=https://${HOST}\nSCHEMAS=public\nDASHBOARD_PASSWORD=very-secret-one\n"),
        .compose = text(compose),
        .files = {{"/volumes/api/kong.yml", text("routes")}},
        .domains = {{.host = "db.example.com", .service = "kong"}},
    };
}

void replace(crypto::secret<>& in, std::string_view from, std::string_view to)
{
    auto out = in.reveal();
    const auto at = out.find(from);
    ASSERT_NE(at, std::string::npos);
    in = crypto::secret<>(out.replace(at, from.size(), to));
}

setup with(std::string_view from, std::string_view to)
{
    auto out = sample();
    auto& part = out.env.reveal().contains(from) ? out.env : out.compose;
    replace(part, from, to);
    return out;
}

touched_services reached(const setup& after)
{
    const auto out = touched(sample(), after);
    EXPECT_TRUE(out) << out.error().message;
    return out.value_or(touched_services{});
}

TEST(setup, survives_being_kept_whatever_it_holds)
{
    auto odd = sample();
    odd.env = text("A=\"two\\nlines\"\nB='ü \\ \" $'\n\n# c\r\n");
    odd.compose = text("services:\n\ta: \x01 \u2028");
    odd.files.push_back({"/zz", text("")});
    odd.domains.push_back(
        {.host = "x.example.com",
         .service = "studio",
         .port = 3000,
         .path = "/a b",
         .https = false,
         .certificate = dokploy::certificate_type::custom,
         .resolver = "mine"}
    );
    odd.isolated = false;
    const auto back = setup_from(to_text(odd));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(*back, odd);
}

TEST(setup, that_is_damaged_is_refused_and_not_quoted)
{
    for (const auto* damaged :
         {"", "[]", "{}", R"({"env":"SECRET=1"})", R"({"env":"","compose":"","files":[3],"domains":[]})"})
    {
        const auto e = setup_from(text(damaged));
        ASSERT_FALSE(e) << damaged;
        EXPECT_THAT(e.error().message, Not(HasSubstr("SECRET")));
    }
}

TEST(setup_comparison, shows_settings_and_masks_everything_else)
{
    auto after = with("very-secret-one", "very-secret-two");
    replace(after.env, "SITE_URL=https://${HOST}", "SITE_URL=https://shop.example.com");
    replace(after.compose, "busybox:1", "hidden-in-compose:1");
    after.files.front().content = text("hidden-in-a-file");
    const auto all = compare(sample(), after);
    ASSERT_TRUE(all) << all.error().message;
    std::string words;
    std::vector<std::string> subjects;
    for (const auto& d : *all) {
        words += d.before + d.after;
        subjects.push_back(d.subject);
        EXPECT_NE(d.before, d.after) << d.subject;
    }
    EXPECT_THAT(
        subjects, ElementsAre("compose file", "env DASHBOARD_PASSWORD", "env SITE_URL", "file /volumes/api/kong.yml")
    );
    EXPECT_THAT(words, HasSubstr("shop.example.com"));
    EXPECT_THAT(words, Not(HasSubstr("very-secret")));
    EXPECT_THAT(words, Not(HasSubstr("hidden")));
}

TEST(setup_comparison, sees_another_resolver_of_a_domain)
{
    auto after = sample();
    after.domains.front().resolver = "mine";
    EXPECT_EQ(compare(sample(), after)->size(), 1U);
}

TEST(setup_comparison, of_equal_ones_is_empty)
{
    EXPECT_THAT(*compare(sample(), sample()), IsEmpty());
    EXPECT_THAT(reached(sample()).by_deployment, IsEmpty());
    EXPECT_THAT(reached(sample()).by_restart, IsEmpty());
}

TEST(touched_services, are_those_that_refer_to_a_variable)
{
    const auto all = reached(with("SCHEMAS=public", "SCHEMAS=api"));
    EXPECT_THAT(all.by_deployment, ElementsAre("rest", "helper"));
    EXPECT_THAT(all.by_restart, ElementsAre("kong")) << "it keeps the addresses of what is made anew";
}

TEST(touched_services, are_found_through_variables_that_refer_to_others)
{
    EXPECT_THAT(reached(with("HOST=db.example.com", "HOST=x.example.com")).by_deployment, Contains("auth"));
}

TEST(touched_services, with_a_changed_file_are_restarted_and_not_deployed)
{
    auto after = sample();
    after.files.front().content = text("other routes");
    EXPECT_THAT(reached(after).by_deployment, IsEmpty());
    EXPECT_THAT(reached(after).by_restart, ElementsAre("kong"));
}

TEST(touched_services, behind_another_domain_are_deployed)
{
    auto after = sample();
    after.domains.front().host = "x.example.com";
    EXPECT_THAT(reached(after).by_deployment, ElementsAre("kong"));
}

TEST(touched_services, that_are_gone_need_a_deployment_to_go)
{
    const auto all = reached(with("  helper:\n    image: busybox:1\n    env_file: .env\n", ""));
    EXPECT_THAT(all.by_deployment, ElementsAre("helper"));
}

TEST(touched_services, are_all_when_networks_or_volumes_change)
{
    EXPECT_EQ(reached(with("services:", "networks:\n  inner: {}\nservices:")).by_deployment.size(), 4U);
}

TEST(setup_secrets, are_the_values_that_may_not_be_shown)
{
    const auto all = secrets_of(sample());
    ASSERT_TRUE(all);
    EXPECT_THAT(*all, Contains(text("very-secret-one")));
    EXPECT_THAT(*all, Not(Contains(text("https://${HOST}"))));
}

} // namespace
} // namespace basekeeper::deploy
