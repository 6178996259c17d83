// Templates: what Dokploy's rules make of them, with keys that are not the same.
#include "crypto/jwt.hpp"
#include "stack/blueprint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::stack {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;

constexpr wall_time now{std::chrono::seconds{1'800'000'000}};

filled_blueprint filled(std::string_view toml)
{
    const auto read = read_blueprint(toml);
    if (!read)
        return {.env = {read.error().message}, .domains = {}, .mounts = {}};
    return fill_in(*read, {.project = "shop", .server_address = "203.0.113.7", .now = now}).value();
}

std::string one(const std::string& call)
{
    return filled("[config]\nenv=['" + call + "']").env.at(0);
}

TEST(blueprint, reads_all_parts_and_keeps_comments_of_the_env)
{
    const auto read =
        read_blueprint("[variables]\nmain_domain=\"${domain}\"\nport=1\n[config]\nenv=['# c','','A=${main_domain}']\n"
                       "[[config.domains]]\nserviceName='kong'\nport=8_000\nhost='${main_domain}'\n"
                       "[[config.mounts]]\nfilePath='volumes/a.sh'\ncontent='''x\n'''\n");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->variables.size(), 1U);
    EXPECT_THAT(read->env, ElementsAre("# c", "", "A=${main_domain}"));
    EXPECT_EQ(read->domains.at(0).port, 8000);
    EXPECT_EQ(read->mounts.at(0).path, "/volumes/a.sh");
}

TEST(blueprint, takes_the_env_as_a_table_too)
{
    EXPECT_THAT(filled("[config.env]\nA='1'\nB=2\nC=true").env, ElementsAre("A=1", "B=2", "C=true"));
    EXPECT_THAT(filled("[config]\nenv=[{A='1'}, 'B=2']").env, ElementsAre("A=1", "B=2"));
}

TEST(blueprint, refuses_what_is_no_template)
{
    EXPECT_FALSE(read_blueprint("<html></html>"));
    EXPECT_FALSE(read_blueprint("a=1"));
    EXPECT_FALSE(read_blueprint("[config]\n[[config.mounts]]\ncontent='x'"));
    EXPECT_FALSE(read_blueprint("[config]\n[[config.mounts]]\nfilePath='/a/../../b'"));
    EXPECT_FALSE(read_blueprint("[config]\n[[config.domains]]\nserviceName='kong'"));
}

TEST(fill_in, one_domain_stands_in_all_places)
{
    const auto out = filled("[variables]\nd=\"${domain}\"\n[config]\nenv=['A=https://"
                            "${d}','B=${d}']\n[[config.domains]]\nserviceName='k'\nport=1\nhost='${d}'");
    EXPECT_THAT(out.domains[0].host, MatchesRegex("shop-[0-9a-f]+-203-0-113-7\\.sslip\\.io"));
    EXPECT_THAT(out.env, ElementsAre("A=https://" + out.domains[0].host, "B=" + out.domains[0].host));
}

TEST(fill_in, helpers_give_what_they_promise)
{
    EXPECT_THAT(one("${password:32}"), MatchesRegex("[a-z0-9]+"));
    EXPECT_EQ(one("${password:32}").size(), 32U);
    EXPECT_EQ(one("${password}").size(), 16U);
    EXPECT_EQ(one("${hash}").size(), 8U);
    EXPECT_EQ(one("${hash:7}").size(), 7U);
    EXPECT_EQ(one("${base64:3}").size(), 4U);
    EXPECT_EQ(one("${uuid}").size(), 36U);
    EXPECT_EQ(one("${jwt:8}").size(), 16U);
    EXPECT_EQ(one("${timestamps}"), "1800000000");
    EXPECT_EQ(one("${timestampms}"), "1800000000000");
    EXPECT_EQ(one("${timestamps:2030-01-01T00:00:00Z}"), "1893456000");
    EXPECT_EQ(one("${timestampms:2030-01-01}"), "1893456000000");
    EXPECT_EQ(one("${timestamps:soon}"), "NaN");
    EXPECT_EQ(one("${APP_NAME}"), "shop");
    EXPECT_THAT(one("${email}"), HasSubstr("@example.com"));
}

TEST(fill_in, unknown_names_stay)
{
    EXPECT_EQ(one("${nope} ${} $x ${open"), "${nope} ${} $x ${open");
}

TEST(fill_in, signs_keys_with_the_claims_of_a_variable_that_ends_in_a_line_end)
{
    const auto token =
        filled("[variables]\ns=\"${password:32}\"\np=\"\"\"{\n \"role\": \"anon\", \"iss\": \"supabase\"\n}\n\"\"\"\n"
               "[config]\nenv=['${jwt:s:p}','${s}']");
    const auto claims = crypto::verify_jwt(token.env[0], crypto::bytes_of(token.env[1]), now);
    ASSERT_TRUE(claims) << claims.error().message;
    EXPECT_EQ(claims->at("role"), "anon");
    EXPECT_EQ(claims->at("iss"), "supabase");
    EXPECT_EQ(claims->at("exp"), 1'893'456'000);
}

TEST(fill_in, a_payload_that_is_no_json_gives_a_token_without_a_role)
{
    const auto out = filled("[variables]\ns='secret'\np='{\"role\":\"anon\",}'\n[config]\nenv=['${jwt:s:p}']");
    const auto claims = crypto::verify_jwt(out.env[0], crypto::bytes_of(std::string_view("secret")), now);
    ASSERT_TRUE(claims);
    EXPECT_FALSE(claims->contains("role"));
    EXPECT_EQ(claims->at("iss"), "dokploy");
}

TEST(fill_in, refuses_texts_without_end)
{
    const auto read = read_blueprint("[config]\nenv=['${password:999999999}']");
    EXPECT_FALSE(fill_in(*read, {.project = "x", .now = now}));
}

TEST(fill_in, fills_mounts_too)
{
    const auto out = filled("[variables]\nv='1'\n[config]\n[[config.mounts]]\nfilePath='/f'\ncontent=\"a ${v} \\$b\"");
    EXPECT_EQ(out.mounts.at(0).content, "a 1 \\$b");
}

} // namespace
} // namespace basekeeper::stack
