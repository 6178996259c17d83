// Rewriting of policies: calls are wrapped once, and literals that look like calls are left alone.
#include "features/advisors/policy_text.hpp"

#include <gtest/gtest.h>

namespace basekeeper::advisors {
namespace {

TEST(wrap_calls, puts_each_call_into_a_sub_select)
{
    EXPECT_EQ(wrap_calls("(auth.uid() = owner)"), "((select auth.uid()) = owner)");
    EXPECT_EQ(
        wrap_calls("((auth.jwt() ->> 'role'::text) = auth.role())"),
        "(((select auth.jwt()) ->> 'role'::text) = (select auth.role()))"
    );
    EXPECT_EQ(
        wrap_calls("((current_setting('app.it''s (1)'::text, true))::uuid = id)"),
        "(((select current_setting('app.it''s (1)'::text, true)))::uuid = id)"
    );
}

TEST(wrap_calls, leaves_calls_of_a_sub_select_alone)
{
    for (const auto* text :
         {"(( SELECT auth.uid() AS uid) = owner)",
          "(( SELECT (auth.jwt() ->> 'a'::text)) = owner)",
          "(( SELECT COALESCE(auth.uid(), owner) AS \"coalesce\") = owner)"})
        EXPECT_EQ(wrap_calls(text), text);
    EXPECT_EQ(
        wrap_calls("(EXISTS ( SELECT 1 FROM m WHERE (m.u = auth.uid())))"),
        "(EXISTS ( SELECT 1 FROM m WHERE (m.u = (select auth.uid()))))"
    );
    const auto once = wrap_calls("auth.uid() = auth.uid()");
    EXPECT_EQ(once, "(select auth.uid()) = (select auth.uid())");
}

TEST(wrap_calls, sees_no_call_in_literals_quoted_names_and_longer_names)
{
    for (const auto* text :
         {"(note = 'auth.uid()'::text)",
          R"sql(alter policy "auth.uid()" on public.t using ((a = 1)))sql",
          "(myauth.uid() = 1)",
          "(x.auth.uid() = 1)",
          "(\"x\".current_setting('a') = 1)",
          "(auth.uid = 1)",
          "(my_current_setting('a') = 1)",
          "'it''s auth.uid()'",
          "auth.uid("})
        EXPECT_EQ(wrap_calls(text), text);
}

TEST(trust_app_metadata, replaces_the_claim_and_the_column_and_nothing_else)
{
    EXPECT_EQ(
        trust_app_metadata("(((auth.jwt() -> 'user_metadata'::text) ->> 'admin'::text) = 'user_metadata_x')"),
        "(((auth.jwt() -> 'app_metadata'::text) ->> 'admin'::text) = 'user_metadata_x')"
    );
    EXPECT_EQ(trust_app_metadata("#>> '{user_metadata,role}'"), "#>> '{app_metadata,role}'");
    EXPECT_EQ(trust_app_metadata("(user_metadata = 1)"), "(user_metadata = 1)");
    EXPECT_EQ(trust_app_metadata("(\"user_metadata\" = 'a')"), "(\"user_metadata\" = 'a')");
    EXPECT_EQ(
        trust_app_metadata("( SELECT (u.raw_user_meta_data ->> 'raw_user_meta_data') FROM auth.users u)"),
        "( SELECT (u.raw_app_meta_data ->> 'raw_user_meta_data') FROM auth.users u)"
    );
}

} // namespace
} // namespace basekeeper::advisors
