// The conversation with smtp-server: every way of encrypting and logging in, and every refusal.
#include "mail_server.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace basekeeper::smtp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> names_of(const smtp_report& r)
{
    std::vector<std::string> out(r.steps.size());
    std::ranges::transform(r.steps, out.begin(), &smtp_step::name);
    return out;
}

std::string described(const result<smtp_report>& r)
{
    return r ? "a report" : describe(r.error());
}

TEST(real_mail_server, starttls_and_plain_login_end_before_there_is_a_mail)
{
    const certificate_folder files;
    const mail_server server(files);
    const auto got = ask(account_at(server.port(), files));
    ASSERT_TRUE(got) << described(got);
    EXPECT_THAT(
        names_of(*got),
        ElementsAre("banner", "EHLO", "STARTTLS", "TLS", "EHLO", "AUTH PLAIN", "MAIL FROM", "RSET", "QUIT")
    );
    EXPECT_THAT(got->steps.front().said, HasSubstr("ready when you are"));
    EXPECT_TRUE(got->encrypted);
    EXPECT_THAT(got->tls_version, testing::StartsWith("TLSv1."));
    EXPECT_EQ(got->certificate->subject, "CN=mail.test");
    EXPECT_EQ(got->login_method, "PLAIN");
    EXPECT_THAT(got->extensions, testing::Contains("AUTH PLAIN LOGIN"));
    EXPECT_THAT(got->extensions, Not(testing::Contains("STARTTLS"))) << "what counts is said after the encryption";
    EXPECT_EQ(server.asked_until("closed"), "AUTH PLAIN encrypted\nMAIL orders@shop.test\nclosed\n");
}

TEST(real_mail_server, port_465_is_encrypted_from_the_first_byte)
{
    const certificate_folder files;
    const mail_server server(files, R"("encrypted": true)");
    const auto got = ask(account_at(server.port(), files, 465));
    ASSERT_TRUE(got) << described(got);
    EXPECT_THAT(names_of(*got), ElementsAre("TLS", "banner", "EHLO", "AUTH PLAIN", "MAIL FROM", "RSET", "QUIT"));
}

TEST(real_mail_server, a_server_with_login_only_is_logged_in_step_by_step)
{
    const certificate_folder files;
    const mail_server server(files, R"("methods": ["LOGIN"])");
    const auto got = ask(account_at(server.port(), files));
    ASSERT_TRUE(got) << described(got);
    EXPECT_EQ(got->login_method, "LOGIN");
    EXPECT_EQ(std::ranges::count(names_of(*got), "AUTH LOGIN"), 3);
}

TEST(real_mail_server, a_server_without_what_we_speak_is_told)
{
    const certificate_folder files;
    const mail_server server(files, R"("methods": ["CRAM-MD5"])");
    const auto got = ask(account_at(server.port(), files));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, condition::conflict);
    EXPECT_THAT(got.error().message, HasSubstr("neither AUTH PLAIN nor AUTH LOGIN"));
}

TEST(real_mail_server, a_wrong_password_is_denied_in_both_ways_and_never_shown)
{
    const certificate_folder files;
    for (const auto* method : {"PLAIN", "LOGIN"}) {
        const mail_server server(files, std::string(R"("methods": [")") + method + "\"]");
        auto account = account_at(server.port(), files);
        account.password = crypto::secret<>(std::string("not the password"));
        const auto got = ask(account);
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().code, condition::denied);
        EXPECT_THAT(got.error().message, HasSubstr("answered 535 to AUTH: user or password is wrong"));
        EXPECT_THAT(got.error().hint, HasSubstr("SMTP_USER and SMTP_PASS"));
        EXPECT_THAT(got.error().server_text, HasSubstr("authentication failed"));
        EXPECT_THAT(describe(got.error()), Not(HasSubstr("not the password")));
    }
}

TEST(real_mail_server, a_sender_of_somebody_else_is_denied)
{
    const certificate_folder files;
    const mail_server server(files);
    auto account = account_at(server.port(), files);
    account.sender = "orders@other.test";
    const auto got = ask(account);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, condition::denied);
    EXPECT_THAT(
        got.error().message, HasSubstr("answered 553 to MAIL FROM: it does not take mail from orders@other.test")
    );
    EXPECT_THAT(got.error().hint, HasSubstr("SMTP_ADMIN_EMAIL"));
}

TEST(real_mail_server, a_login_that_is_wanted_and_not_there_is_told)
{
    const certificate_folder files;
    const mail_server server(files);
    auto account = account_at(server.port(), files);
    account.user.clear();
    account.password = {};
    const auto got = ask(account);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, condition::denied);
    EXPECT_THAT(got.error().message, HasSubstr("answered 530 to MAIL FROM: it wants a login first"));
    const mail_server open(files, R"("loginOptional": true)");
    account.connect_to->port = open.port();
    const auto without = ask(account);
    ASSERT_TRUE(without) << described(without);
    EXPECT_EQ(without->login_method, "");
}

TEST(real_mail_server, a_password_is_not_sent_without_encryption)
{
    const certificate_folder files;
    const mail_server server(files, R"("hideStarttls": true, "disabled": ["STARTTLS"], "insecureLogin": true)");
    const auto got = ask(account_at(server.port(), files));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, condition::denied);
    EXPECT_THAT(got.error().message, HasSubstr("offers no encryption on port 587"));
    EXPECT_EQ(server.asked_until("closed"), "closed\n");
    auto local = account_at(server.port(), files);
    local.host = "localhost";
    const auto on_this_machine = ask(local);
    ASSERT_TRUE(on_this_machine) << described(on_this_machine);
    EXPECT_FALSE(on_this_machine->encrypted);
    EXPECT_THAT(server.asked_until("MAIL"), HasSubstr("AUTH PLAIN plain"));
}

TEST(real_mail_server, nothing_is_said_to_a_server_whose_certificate_is_not_trusted)
{
    const certificate_folder files;
    const certificate_folder others;
    const mail_server server(files);
    const auto unknown = ask(account_at(server.port(), others));
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, condition::denied);
    EXPECT_THAT(unknown.error().message, HasSubstr("is not trusted: no trusted authority"));
    auto other_name = account_at(server.port(), files);
    other_name.host = "smtp.other.test";
    const auto wrong = ask(other_name);
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, condition::denied);
    EXPECT_THAT(wrong.error().hint, HasSubstr("set SMTP_HOST to a name that the certificate is made for"));
    EXPECT_THAT(wrong.error().server_text, HasSubstr("CN=mail.test"));
    EXPECT_THAT(server.asked_until("closed\nclosed"), Not(HasSubstr("AUTH")));
}

TEST(real_mail_server, the_wrong_kind_of_port_is_told_both_ways)
{
    const certificate_folder files;
    const mail_server plain(files);
    const auto at_once = ask(account_at(plain.port(), files, 465));
    ASSERT_FALSE(at_once);
    EXPECT_EQ(at_once.error().code, condition::invalid_argument);
    EXPECT_THAT(at_once.error().message, HasSubstr("does not speak TLS"));
    EXPECT_THAT(at_once.error().hint, HasSubstr("587"));
    const mail_server encrypted(files, R"("encrypted": true)");
    const auto silent = ask(account_at(encrypted.port(), files), std::chrono::milliseconds{300});
    ASSERT_FALSE(silent);
    EXPECT_EQ(silent.error().code, condition::timeout);
    EXPECT_THAT(silent.error().hint, HasSubstr("465"));
}

} // namespace
} // namespace basekeeper::smtp
