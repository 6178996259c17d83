// Findings as a whole: none for a planned stack, ordered, without secrets, each with what heals it.
#include "stack/test_configurations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::stack {
namespace {

using namespace basekeeper::stack::testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

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

TEST(validate, shows_no_secret)
{
    auto of = with(with(kong(), "ANON_KEY", get(kong(), "SERVICE_ROLE_KEY")), "JWT_SECRET", "hunter2-hunter2");
    of = with(with(of, "VAULT_ENC_KEY", "hunter2"), "SUPABASE_SECRET_KEY", "sb_secret_hunter2");
    of.env += "SMTP_PASS=hunter2#x\nhunter2\nDASHBOARD_PASSWORD='hunter2\n";
    const auto findings = validate(of);
    ASSERT_GT(findings->size(), 8U);
    for (const auto& one : *findings) {
        const auto shown = one.message + one.evidence + one.subject + one.remedy.advice + command(one, "shop");
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
