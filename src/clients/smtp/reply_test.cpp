// Replies are put together from pieces of any size; what is no SMTP or beyond the limits is refused.
#include "clients/smtp/reply.hpp"

#include <gmock/gmock.h>

namespace basekeeper::smtp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<reply> all_of(std::string_view bytes, std::size_t piece)
{
    reply_reader reader;
    std::vector<reply> out;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
        reader.feed(bytes.substr(0, piece));
        for (;;) {
            auto one = reader.next();
            EXPECT_TRUE(one);
            if (!one || !*one)
                break;
            out.push_back(**std::move(one));
        }
    }
    EXPECT_FALSE(reader.has_more());
    return out;
}

bool refuses(std::string_view bytes)
{
    reply_reader reader;
    reader.feed(bytes);
    for (;;) {
        const auto one = reader.next();
        if (!one)
            return one.error().code == condition::invalid_argument && !reader.next();
        if (!*one)
            return false;
    }
}

TEST(smtp_reply, lines_are_put_together_however_they_arrive)
{
    constexpr std::string_view bytes =
        "220 mail.test ESMTP\r\n250-mail.test\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n221\r\n354 \n";
    for (const std::size_t piece : {1U, 2U, 7U, 1'000U}) {
        const auto got = all_of(bytes, piece);
        ASSERT_EQ(got.size(), 4U) << piece;
        EXPECT_EQ(got[0].code, 220);
        EXPECT_THAT(got[0].lines, ElementsAre("mail.test ESMTP"));
        EXPECT_THAT(got[1].lines, ElementsAre("mail.test", "STARTTLS", "AUTH PLAIN"));
        EXPECT_THAT(got[2].lines, ElementsAre(""));
        EXPECT_EQ(got[3].code, 354);
    }
}

TEST(smtp_reply, what_is_no_reply_is_refused)
{
    for (const auto* bytes :
         {"HTTP/1.1 400 Bad Request\r\n",
          "\r\n",
          "25\r\n",
          "2500 x\r\n",
          "150 x\r\n",
          "650 x\r\n",
          "2a0 x\r\n",
          "250_x\r\n",
          "250-a\r\n251 b\r\n",
          "SSH-2.0-OpenSSH\r\n",
          "\x16\x03\x01\n"})
        EXPECT_TRUE(refuses(bytes)) << bytes;
}

TEST(smtp_reply, lines_and_replies_are_bounded)
{
    const std::string fits = "250 " + std::string(reply_reader::longest_line - 5, 'x');
    EXPECT_FALSE(refuses(fits + "\r\n"));
    EXPECT_TRUE(refuses(fits + "xx\r\n"));
    EXPECT_TRUE(refuses(std::string(reply_reader::longest_line + 1, '2'))) << "before its end has come";
    std::string many;
    for (std::size_t i = 0; i < reply_reader::most_lines; ++i)
        many += "220-again\r\n";
    EXPECT_FALSE(refuses(many));
    EXPECT_TRUE(refuses(many + "220 last\r\n"));
}

TEST(smtp_reply, more_than_one_reply_is_noticed)
{
    reply_reader reader;
    reader.feed("220 go ahead\r\n250 injected\r\n");
    ASSERT_TRUE(*reader.next());
    EXPECT_TRUE(reader.has_more());
    reader.feed({});
    ASSERT_TRUE(*reader.next());
    EXPECT_FALSE(reader.has_more());
    reader.feed("250-a\r\n");
    ASSERT_FALSE(*reader.next());
    EXPECT_TRUE(reader.has_more()) << "a reply has begun";
}

TEST(smtp_reply, its_text_is_fit_to_be_shown)
{
    EXPECT_EQ((reply{250, {"a\x1b[31m\tb", "c"}}.text()), "a?[31m?b\nc");
    EXPECT_EQ((reply{250, {"\xff\xfe"}}.text()), "??");
    EXPECT_EQ((reply{250, {"d\xC3\xA9j\xC3\xA0"}}.text()), "d\xC3\xA9j\xC3\xA0");
    EXPECT_LE((reply{250, std::vector<std::string>(100, std::string(500, 'x'))}.text().size()), 1'024U);
}

TEST(smtp_extensions, logins_and_encryption_are_found_whatever_their_spelling)
{
    const auto got = extensions_of(
        {250, {"STARTTLS is my greeting", "starttls", "AUTH plain LOGIN", "AUTH=LOGIN XOAUTH2", "SIZE 35882577", ""}}
    );
    EXPECT_TRUE(got.starttls);
    EXPECT_THAT(got.login_methods, ElementsAre("PLAIN", "LOGIN", "XOAUTH2"));
    EXPECT_EQ(got.all.size(), 5U);
    const auto none = extensions_of({250, {"STARTTLS"}});
    EXPECT_FALSE(none.starttls) << "the first line is the name of the server";
    EXPECT_THAT(none.login_methods, IsEmpty());
}

} // namespace
} // namespace basekeeper::smtp
