// Values of examples are recognised before any connection; nothing that is sent can hold a second command.
#include "clients/smtp/account.hpp"
#include "clients/smtp/command.hpp"
#include "clients/smtp/refusal.hpp"

#include <gmock/gmock.h>

namespace basekeeper::smtp {
namespace {

using testing::HasSubstr;
using testing::Not;

smtp_account good()
{
    return {
        .host = "smtp.provider.test",
        .user = "shop",
        .password = crypto::secret<>(std::string("correct horse")),
        .sender = "mail@shop.test"
    };
}

condition outcome(const smtp_account& a)
{
    const auto checked = check_account(a);
    return checked ? condition::internal : checked.error().code;
}

TEST(smtp_account, proper_values_pass)
{
    EXPECT_TRUE(check_account(good()));
    auto plain = good();
    plain.user = "";
    plain.password = {};
    EXPECT_TRUE(check_account(plain)) << "a server may want no login";
    auto local = good();
    local.host = "127.0.0.1";
    local.port = 2'500;
    EXPECT_TRUE(check_account(local));
}

TEST(smtp_account, what_examples_leave_is_a_conflict_with_the_way_out)
{
    const auto with_host = [](const std::string& host, std::uint16_t port = 587) {
        auto a = good();
        a.host = host;
        a.port = port;
        return a;
    };
    for (const auto& a :
         {with_host("supabase-mail", 2'500),
          with_host("inbucket", 2'500),
          with_host("smtp.example.com"),
          with_host("SMTP.Example.COM"),
          with_host("example.org"),
          with_host("mail.localhost"),
          with_host("your-mail-host")})
        EXPECT_EQ(outcome(a), condition::conflict) << a.host;
    EXPECT_EQ(outcome(with_host("notexample.com")), condition::internal) << "another domain";
    auto user = good();
    user.user = "fake_mail_user";
    EXPECT_EQ(outcome(user), condition::conflict);
    EXPECT_THAT(check_account(user).error().hint, HasSubstr("SMTP_HOST, SMTP_PORT, SMTP_USER, SMTP_PASS"));
    auto password = good();
    password.password = crypto::secret<>(std::string("fake_mail_password"));
    EXPECT_EQ(outcome(password), condition::conflict);
    for (const auto* sender : {"fake_sender", "fake_sender@shop.test", "admin@example.com", "admin@mail.example.com"}) {
        auto a = good();
        a.sender = sender;
        EXPECT_EQ(outcome(a), condition::conflict) << sender;
    }
}

TEST(smtp_account, what_could_become_another_command_is_refused)
{
    for (const auto* sender :
         {"",
          "mail",
          "@shop.test",
          "a@",
          "a@shop.test>\r\nDATA",
          "a\r\nDATA@shop.test",
          "a b@shop.test",
          "a@shop.test ",
          "<a@shop.test>",
          "a@b@shop.test",
          "\"a\"@shop.test",
          "a@[127.0.0.1]"})
    {
        auto a = good();
        a.sender = sender;
        EXPECT_EQ(outcome(a), condition::invalid_argument) << sender;
    }
    auto user = good();
    user.user = "shop\r\nMAIL FROM:<a@b>";
    EXPECT_EQ(outcome(user), condition::invalid_argument);
    auto password = good();
    password.password = crypto::secret<>(std::string("a\nb"));
    EXPECT_EQ(outcome(password), condition::invalid_argument);
    EXPECT_THAT(describe(check_account(password).error()), Not(HasSubstr("a\nb")));
    for (const auto* host : {"", "smtp://mail.test", "mail.test:587", "mail test", "mail\r\n.test"}) {
        auto a = good();
        a.host = host;
        EXPECT_EQ(outcome(a), condition::invalid_argument) << host;
    }
    auto nothing = good();
    nothing.password = {};
    EXPECT_EQ(outcome(nothing), condition::invalid_argument);
}

TEST(smtp_command, is_one_line_within_the_limit)
{
    const auto line = [](const std::string& words) { return command_line(crypto::secret<>(words)); };
    EXPECT_EQ(line("RSET")->reveal(), "RSET\r\n");
    EXPECT_FALSE(line("RSET\r\nDATA"));
    EXPECT_FALSE(line("RSET\nDATA"));
    EXPECT_FALSE(line(std::string("RS\0ET", 5)));
    EXPECT_TRUE(line(std::string(510, 'x')));
    EXPECT_FALSE(line(std::string(511, 'x')));
}

TEST(smtp_command, the_plain_login_is_that_of_rfc_4616)
{
    EXPECT_EQ(
        plain_login({.host = "a", .user = "tim", .password = crypto::secret<>(std::string("tanstaaftanstaaf"))})
            .reveal(),
        "AHRpbQB0YW5zdGFhZnRhbnN0YWFm"
    );
}

TEST(smtp_redaction, credentials_are_shown_in_no_form)
{
    const auto a = good();
    const auto text = redacted(
        "no " + plain_login(a).reveal() + " " + base64(a.password).reveal() + " c2hvcA== correct horse; 5.7.8 for shop",
        a
    );
    EXPECT_EQ(text, "no **** **** **** ****; 5.7.8 for shop");
}

struct refused_case
{
    step at;
    int code;
    const char* said;
    condition means;
    const char* hint;
};

TEST(smtp_refusal, names_step_code_and_the_next_step)
{
    for (const auto& c : {
             refused_case{step::login, 535, "5.7.8 bad", condition::denied, "SMTP_USER and SMTP_PASS"},
             refused_case{step::login, 530, "Must issue a STARTTLS command first", condition::denied, "465"},
             refused_case{step::login, 534, "5.7.9 app password", condition::denied, "password for applications"},
             refused_case{step::login, 454, "later", condition::unavailable, "later"},
             refused_case{step::sender, 530, "5.7.0 Must issue a STARTTLS command first", condition::denied, "587"},
             refused_case{step::sender, 530, "5.7.0 Authentication required", condition::denied, "SMTP_USER"},
             refused_case{step::sender, 550, "no", condition::denied, "SMTP_ADMIN_EMAIL"},
             refused_case{step::sender, 553, "no", condition::denied, "SMTP_ADMIN_EMAIL"},
             refused_case{step::sender, 451, "busy", condition::unavailable, "later"},
             refused_case{step::banner, 554, "blocked", condition::unavailable, "blocked"},
             refused_case{step::hello, 421, "closing", condition::unavailable, "later"},
         })
    {
        const auto e = refusal(c.at, {c.code, {c.said}}, good());
        EXPECT_EQ(e.code, c.means) << c.code << c.said;
        EXPECT_THAT(e.hint, HasSubstr(c.hint)) << c.code << c.said;
        EXPECT_THAT(e.message, HasSubstr(std::to_string(c.code)));
        EXPECT_THAT(e.message, HasSubstr(name_of(c.at)));
        EXPECT_EQ(e.server_text, c.said);
    }
}

TEST(smtp_refusal, a_blocked_port_is_told_with_the_others)
{
    const auto e = broken_off(step::connect, {condition::timeout, "cannot connect to a:587"}, good());
    EXPECT_EQ(e.code, condition::timeout);
    EXPECT_THAT(e.hint, HasSubstr("587, 465 or 2525"));
    EXPECT_EQ(broken_off(step::hello, {condition::cancelled, "stop"}, good()).message, "stop");
}

} // namespace
} // namespace basekeeper::smtp
