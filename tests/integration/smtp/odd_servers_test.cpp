// Servers that say odd things or nothing: bounded, in time, and with what to do.
#include "io/nursery.hpp"
#include "mail_server.hpp"
#include "net/listener.hpp"
#include "support/run_task.hpp"
#include "support/server_process.hpp"

#include <gmock/gmock.h>

#include <array>

namespace basekeeper::smtp {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

/// Says the first of `answers` at once and one more after each line; closes when there is none left.
io::task<> recite(io::runtime& on, net::listener& at, std::vector<std::string> answers, std::string& heard)
{
    auto who = co_await at.accept();
    if (!who)
        co_return;
    io::descriptor d(on.executor(), who->socket.release(), io::ownership::owned);
    std::array<char, 4'096> buffer{};
    for (const auto& one : answers) {
        if (!co_await d.write_all(one, io::deadline::after(5s)))
            co_return;
        const auto got = co_await d.read_some(buffer, io::deadline::after(5s));
        if (!got || *got == 0)
            co_return;
        heard.append(buffer.data(), *got);
    }
}

struct recital
{
    result<smtp_report> came;
    std::string heard;
};

recital recite_to(
    std::vector<std::string> answers, const std::string& host = "localhost", std::chrono::milliseconds within = 5s
)
{
    std::string heard;
    auto came = test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<result<smtp_report>> {
        auto l = net::listener::open(on.executor(), {.host = "127.0.0.1", .port = 0});
        io::nursery jobs(on.executor(), [](std::exception_ptr) { ADD_FAILURE(); });
        jobs.spawn(recite(on, *l, std::move(answers), heard));
        const smtp_account account{
            .host = host,
            .user = "shop",
            .password = crypto::secret<>(std::string("secret of the shop")),
            .sender = "orders@shop.test",
            .connect_to = net::host_and_port{"127.0.0.1", l->local().port}
        };
        auto got = co_await check_mail_server(on.executor(), on.pool(), account, io::deadline::after(within));
        l->close();
        jobs.cancel_all();
        EXPECT_TRUE(co_await jobs.join(io::deadline::after(5s)));
        co_return got;
    });
    return {std::move(came), heard};
}

constexpr const char* offers = "250-mail.test\r\n250 AUTH PLAIN\r\n";

TEST(odd_mail_servers, a_conversation_of_bare_lines_works)
{
    const auto got =
        recite_to({"220-hello\n220 there\n", offers, "235 in\r\n", "250\r\n", "250 ok\r\n", "221 bye\r\n"});
    ASSERT_TRUE(got.came) << describe(got.came.error());
    EXPECT_EQ(
        got.heard,
        "EHLO localhost\r\nAUTH PLAIN AHNob3AAc2VjcmV0IG9mIHRoZSBzaG9w\r\nMAIL "
        "FROM:<orders@shop.test>\r\nRSET\r\nQUIT\r\n"
    );
}

TEST(odd_mail_servers, one_that_leaves_instead_of_saying_goodbye_is_fine)
{
    EXPECT_TRUE(recite_to({"220 hello\r\n", offers, "235 in\r\n", "250 ok\r\n", "250 ok\r\n"}).came);
}

TEST(odd_mail_servers, what_is_no_mail_server_is_told)
{
    for (const auto* greeting : {"HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "\r\n"}) {
        const auto e = recite_to({greeting}).came.error();
        EXPECT_EQ(e.code, condition::invalid_argument) << greeting;
        EXPECT_THAT(e.message, HasSubstr("is no mail server")) << greeting;
    }
}

TEST(odd_mail_servers, one_that_talks_without_end_is_left)
{
    std::string endless;
    for (int i = 0; i < 2'000; ++i)
        endless += "220-more and more and more\r\n";
    EXPECT_EQ(recite_to({endless}).came.error().code, condition::invalid_argument);
    EXPECT_EQ(recite_to({std::string(100'000, '2')}).came.error().code, condition::invalid_argument);
}

TEST(odd_mail_servers, one_that_refuses_this_machine_is_told_with_its_words)
{
    const auto e = recite_to({"554 5.7.1 your address is listed\r\n"}).came.error();
    EXPECT_EQ(e.code, condition::unavailable);
    EXPECT_THAT(e.message, HasSubstr("answered 554 to banner"));
    EXPECT_THAT(e.server_text, HasSubstr("is listed"));
}

TEST(odd_mail_servers, one_that_closes_is_told_with_the_step)
{
    const auto e = recite_to({"220 hello\r\n", offers}).came.error();
    EXPECT_EQ(e.code, condition::unavailable);
    EXPECT_THAT(e.message, HasSubstr("AUTH of the mail server: the server closed the connection"));
}

TEST(odd_mail_servers, one_that_hangs_is_given_up_in_time)
{
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_EQ(recite_to({"220 hel"}, "localhost", 50ms).came.error().code, condition::timeout);
    EXPECT_EQ(
        recite_to({"220 hello\r\n", "250-mail.test\r\n"}, "localhost", 50ms).came.error().code, condition::timeout
    );
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
}

TEST(odd_mail_servers, words_before_the_encryption_are_not_taken_for_words_after_it)
{
    const auto got = recite_to(
        {"220 hello\r\n", "250-mail.test\r\n250 STARTTLS\r\n", "220 go ahead\r\n250-mail.test\r\n250 AUTH PLAIN\r\n"},
        "mail.test"
    );
    ASSERT_FALSE(got.came);
    EXPECT_EQ(got.came.error().code, condition::denied);
    EXPECT_THAT(got.came.error().message, HasSubstr("more than its consent"));
    EXPECT_THAT(got.heard, Not(HasSubstr("AUTH")));
}

TEST(odd_mail_servers, one_that_repeats_the_login_does_not_make_us_show_it)
{
    const auto e = recite_to({"220 hello\r\n",
                              offers,
                              "535 cannot log in with AHNob3AAc2VjcmV0IG9mIHRoZSBzaG9w, secret of the shop\r\n"})
                       .came.error();
    EXPECT_EQ(e.server_text, "cannot log in with ****, ****");
}

TEST(odd_mail_servers, one_that_is_not_there_is_told_with_other_ports)
{
    const auto port = test::free_port();
    const auto e = ask({.host = "127.0.0.1", .port = port, .sender = "orders@shop.test"}).error();
    EXPECT_EQ(e.code, condition::unavailable);
    EXPECT_THAT(e.message, HasSubstr("nothing listens there"));
    EXPECT_THAT(e.hint, HasSubstr("587, 465 or 2525"));
}

TEST(odd_mail_servers, the_server_of_an_example_is_not_even_asked)
{
    const auto got = recite_to({"220 hello\r\n"}, "supabase-mail");
    EXPECT_EQ(got.came.error().code, condition::conflict);
    EXPECT_EQ(got.heard, "");
}

} // namespace
} // namespace basekeeper::smtp
