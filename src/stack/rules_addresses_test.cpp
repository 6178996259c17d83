// Rules of public addresses and domains, each with what breaks it and a near miss that does not.
#include "stack/test_configurations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::stack {
namespace {

using namespace basekeeper::stack::testing;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(addresses, http)
{
    const auto of = with(kong(), "SUPABASE_PUBLIC_URL", "http://db.example.org");
    EXPECT_THAT(ids(of), ElementsAre("url_http"));
    EXPECT_EQ(
        command(found(of, "url_http"), "shop"),
        "basekeeper dokploy update-env shop SUPABASE_PUBLIC_URL=https://db.example.org"
    );
    EXPECT_THAT(ids(with(kong(), "ADDITIONAL_REDIRECT_URLS", "http://localhost:3000/*,myapp://x")), IsEmpty());
}

TEST(addresses, out_of_step)
{
    EXPECT_THAT(ids(with(kong(), "API_EXTERNAL_URL", "https://old.example.org")), ElementsAre("domain_out_of_step"));
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
    EXPECT_THAT(ids(twice), ElementsAre("auth_path_doubled"));
    EXPECT_THAT(
        command(found(twice, "auth_path_doubled"), "shop"), HasSubstr("API_EXTERNAL_URL=https://db.example.org/auth/v1")
    );
    const auto added =
        replaced(envoy(), "API_EXTERNAL_URL: ${API_EXTERNAL_URL}", "API_EXTERNAL_URL: ${API_EXTERNAL_URL}/auth/v1");
    EXPECT_THAT(ids(added), ElementsAre("auth_path_doubled"));
    EXPECT_THAT(ids(with(added, "API_EXTERNAL_URL", "https://db.example.org")), IsEmpty());
    const auto expects =
        replaced(envoy(), "API_EXTERNAL_URL: ${API_EXTERNAL_URL}", "GOTRUE_JWT_ISSUER: ${API_EXTERNAL_URL}");
    EXPECT_THAT(ids(expects), IsEmpty());
    EXPECT_THAT(ids(with(expects, "API_EXTERNAL_URL", "https://db.example.org")), ElementsAre("auth_path_missing"));
}

TEST(addresses, a_site_that_nobody_reaches)
{
    EXPECT_THAT(ids(with(kong(), "SITE_URL", "http://localhost:3000")), ElementsAre("site_url_local"));
    EXPECT_THAT(ids(with(kong(), "SITE_URL", "https://localhost.example.org")), IsEmpty());
}

TEST(domains, missing_without_https_or_elsewhere)
{
    auto of = kong();
    of.domains->clear();
    EXPECT_THAT(ids(of), ElementsAre("domain_missing"));
    EXPECT_EQ(
        command(found(of, "domain_missing"), "shop"),
        "basekeeper dokploy domain shop --host db.example.org --service kong --https"
    );
    of = kong();
    of.domains->front().https = false;
    EXPECT_THAT(ids(of), ElementsAre("domain_without_https"));
    of = kong();
    of.domains->front().port = 3000;
    EXPECT_THAT(ids(of), ElementsAre("domain_target"));
    of.domains->front() = {"db.example.org", "studio", 8000, true};
    EXPECT_THAT(ids(of), ElementsAre("domain_target"));
}

} // namespace
} // namespace basekeeper::stack
