// Answers of several calls become one request, and a password stays with the server that it was given for.
#include "features/deploy/tools/requests.hpp"

#include <gtest/gtest.h>

namespace basekeeper::deploy::tools {
namespace {

stack_arguments with_account()
{
    stack_arguments out;
    out.name = "shop";
    out.smtp_host = "smtp.example.org";
    out.smtp_port = 465;
    out.smtp_user = "ada";
    out.smtp_password = "of-ada";
    out.smtp_sender = "ada@example.org";
    return out;
}

TEST(answers, of_a_later_call_win_and_the_others_stay)
{
    stack_arguments now;
    now.domain = "db.example.org";
    now.versions = {"auth=v2.189.0"};
    auto out = with_answers(with_account(), now);
    EXPECT_EQ(out.name, "shop");
    EXPECT_EQ(out.domain, "db.example.org");
    EXPECT_EQ(out.smtp_password, "of-ada");
    now.name = "desk";
    EXPECT_EQ(with_answers(out, now).name, "desk");
}

TEST(answers, never_show_a_password_to_another_mail_server_or_for_another_user)
{
    stack_arguments now;
    now.smtp_host = "smtp.elsewhere.org";
    now.smtp_sender = "x@elsewhere.org";
    const auto elsewhere = with_answers(with_account(), now);
    EXPECT_EQ(elsewhere.smtp_host, "smtp.elsewhere.org");
    EXPECT_EQ(elsewhere.smtp_user, "");
    EXPECT_EQ(elsewhere.smtp_password, "");
    EXPECT_EQ(elsewhere.smtp_port, 587);
    stack_arguments other;
    other.smtp_user = "bob";
    EXPECT_EQ(with_answers(with_account(), other).smtp_password, "");
    other = {};
    other.smtp_password = "right-one";
    EXPECT_EQ(with_answers(with_account(), other).smtp_user, "ada") << "only the password was wrong";
}

TEST(answers, without_mail_take_the_account_away)
{
    stack_arguments now;
    now.smtp = mail::none;
    const auto out = with_answers(with_account(), now);
    EXPECT_EQ(out.smtp, mail::none);
    EXPECT_EQ(out.smtp_host, "");
    EXPECT_EQ(out.smtp_password, "");
}

TEST(answers, are_read_back_as_they_were_kept)
{
    const auto kept = stack_arguments_from(to_text(with_account()).reveal());
    ASSERT_TRUE(kept) << kept.error().message;
    EXPECT_EQ(kept->smtp_password, "of-ada");
    EXPECT_EQ(kept->smtp_port, 465);
    EXPECT_FALSE(stack_arguments_from("[]"));
    EXPECT_FALSE(stack_arguments_from("{"));
}

} // namespace
} // namespace basekeeper::deploy::tools
