// Connection strings as people paste them, and the guarantee that nothing wrong in them shows a password.
#include "pg/target.hpp"

#include <gtest/gtest.h>

#include <random>

namespace basekeeper::pg {
namespace {

using namespace std::chrono_literals;

target parsed(std::string_view text)
{
    auto got = parse_target(text);
    EXPECT_TRUE(got) << text << ": " << (got ? "" : describe(got.error()));
    return got ? *std::move(got) : target{};
}

TEST(target, a_full_url_gives_every_part)
{
    const auto to = parsed("postgresql://me:pw@db.example.com:6543/app?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem&"
                           "application_name=my%20app&options=-c%20a%3Db&connect_timeout=3");
    EXPECT_EQ(to.host, "db.example.com");
    EXPECT_EQ(to.port, 6543);
    EXPECT_EQ(to.database, "app");
    EXPECT_EQ(to.user, "me");
    EXPECT_EQ(to.password.reveal(), "pw");
    EXPECT_EQ(to.tls, tls_mode::verify_full);
    EXPECT_EQ(to.root_certificate, "/etc/ca.pem");
    EXPECT_EQ(to.application_name, "my app");
    EXPECT_EQ(to.options, "-c a=b");
    EXPECT_EQ(to.connect_timeout, 3s);
}

TEST(target, what_is_left_out_has_defaults)
{
    const auto to = parsed("postgres://host");
    EXPECT_EQ(to.host, "host");
    EXPECT_EQ(to.port, 5432);
    EXPECT_EQ(to.user, "postgres");
    EXPECT_EQ(to.database, "postgres");
    EXPECT_TRUE(to.password.empty());
    EXPECT_EQ(to.tls, tls_mode::prefer);
    EXPECT_EQ(parsed("postgres://").host, "localhost");
    EXPECT_EQ(parsed("  postgres://h/d\n").database, "d");
}

TEST(target, a_password_may_hold_unencoded_special_characters)
{
    EXPECT_EQ(parsed("postgres://u:p@ss@h/d").password.reveal(), "p@ss");
    EXPECT_EQ(parsed("postgres://u:a/b?c#d:e@h:1/d").password.reveal(), "a/b?c#d:e");
    EXPECT_EQ(parsed("postgres://u:100%@h/d").password.reveal(), "100%");
    EXPECT_EQ(parsed("postgres://u:50%zz@h/d").password.reveal(), "50%zz");
    EXPECT_EQ(parsed("postgres://u:p%40s@h/d").password.reveal(), "p@s");
    EXPECT_EQ(parsed("postgres://u:[x]&y=z@h/d?sslmode=require").password.reveal(), "[x]&y=z");
    EXPECT_EQ(parsed("postgres://u:p?x=1@h/d?sslmode=require").tls, tls_mode::require);
    EXPECT_EQ(parsed("postgres://u:p@h/d?application_name=a@b").host, "h");
    EXPECT_EQ(parsed("postgres://u:@h/d").password.reveal(), "");
}

TEST(target, supabase_urls_are_read)
{
    const auto to = parsed("postgres://postgres.abcdefghijkl:pw@aws-0-eu-central-1.pooler.supabase.com:6543/"
                           "postgres?sslmode=require&supa=base-pooler.x&pgbouncer=true&connection_limit=1");
    EXPECT_EQ(to.user, "postgres.abcdefghijkl");
    EXPECT_EQ(to.host, "aws-0-eu-central-1.pooler.supabase.com");
    EXPECT_EQ(to.tls, tls_mode::require);
}

TEST(target, sockets_and_ipv6_are_read)
{
    EXPECT_EQ(parsed("postgresql://u@%2Fvar%2Frun%2Fpostgresql:5433/d").host, "/var/run/postgresql");
    EXPECT_EQ(parsed("postgresql:///d?host=/tmp&port=5433").host, "/tmp");
    EXPECT_EQ(parsed("postgresql://u@[2001:db8::1]:5433/d").host, "2001:db8::1");
    EXPECT_EQ(parsed("postgresql://u@[::1]/d").port, 5432);
}

TEST(target, keywords_are_read)
{
    const auto to = parsed(R"(host=h port = 6000 user='a b' password='it\'s \\ here' dbname=d sslmode=disable)");
    EXPECT_EQ(to.host, "h");
    EXPECT_EQ(to.port, 6000);
    EXPECT_EQ(to.user, "a b");
    EXPECT_EQ(to.password.reveal(), "it's \\ here");
    EXPECT_EQ(to.database, "d");
    EXPECT_EQ(to.tls, tls_mode::disable);
    EXPECT_EQ(parsed("host=/tmp").host, "/tmp");
}

TEST(target, wrong_strings_are_refused_without_showing_what_may_be_a_password)
{
    const std::string_view wrong[] = {
        "",
        "s3cret",
        "mysql://u:s3cret@h/d",
        "https://s3cret.supabase.co",
        "postgres://u:s3cret",
        "postgres://u:s3cret:x",
        "postgres://u:s3cret@h:99999/d",
        "postgres://u:s3cret@h:0/d",
        "postgres://u:s3cret@h:s3cret/d",
        "postgres://u:x@s3cret s3cret/d",
        "postgres://u:s3cret@h1,h2/d",
        "postgres://u:s3cret@[::1/d",
        "postgres://u:s3cret@[::1]x/d",
        "postgres://u:s3cret@::1/d",
        "postgres://u:s3cret@h/d?sslmode=s3cret",
        "postgres://u:s3cret@h/d?s3cret=1",
        "postgres://u:s3cret@h/d?connect_timeout=s3cret",
        "postgres://u:s3cret@h/d?s3cret",
        "postgres://u:s3cret%00@h/d",
        "host=h password='s3cret",
        "host=h s3cret",
        "host=h s3cret=1",
        "host=h port=s3cret",
    };
    for (const auto text : wrong) {
        const auto got = parse_target(text);
        ASSERT_FALSE(got) << text;
        EXPECT_EQ(got.error().code, condition::invalid_argument) << text;
        EXPECT_EQ(describe(got.error()).find("s3cret"), std::string::npos) << describe(got.error());
        EXPECT_FALSE(got.error().hint.empty()) << text;
    }
}

TEST(target, describe_shows_where_but_no_password)
{
    EXPECT_EQ(describe(parsed("postgres://u:s3cret@h:1/d?sslmode=require")), "u@h:1/d (tls: require)");
    EXPECT_EQ(describe(parsed("postgres://u@[::1]:1/d")), "u@[::1]:1/d (tls: prefer)");
}

TEST(target, every_target_survives_being_written_and_read)
{
    std::minstd_rand random(42);
    const auto any_text = [&](std::size_t most) {
        std::string text;
        const auto length = 1 + (random() % most);
        for (std::size_t i = 0; i < length; ++i)
            text.push_back(static_cast<char>(1 + (random() % 255)));
        return text;
    };
    const std::string hosts[] = {"db.example.com", "127.0.0.1", "::1", "2001:db8::1", "/var/run/a b@c:d%"};
    for (int round = 0; round < 5'000; ++round) {
        target to;
        to.host = hosts[random() % std::size(hosts)];
        to.port = static_cast<std::uint16_t>(1 + (random() % 65'535));
        to.user = any_text(12);
        to.database = any_text(12);
        to.password = crypto::secret<std::string>(any_text(40));
        to.tls = static_cast<tls_mode>(random() % 5);
        to.options = any_text(20);
        to.connect_timeout = std::chrono::seconds(1 + (random() % 3'600));
        const auto url = to_url(to);
        const auto back = parse_target(url.reveal());
        ASSERT_TRUE(back) << url.reveal() << describe(back.error());
        ASSERT_TRUE(*back == to) << url.reveal();
    }
}

TEST(target, any_bytes_give_a_target_or_an_error)
{
    std::minstd_rand random(7);
    constexpr std::string_view alphabet = "postgres://u:p@h[]:5/d?sslmode=&host='\\% \n,#%41%00%zz";
    for (int round = 0; round < 20'000; ++round) {
        std::string text = round % 2 == 0 ? "postgres://" : "";
        for (auto length = random() % 40; length > 0; --length)
            text.push_back(alphabet[random() % alphabet.size()]);
        const auto got = parse_target(text);
        if (!got)
            ASSERT_FALSE(got.error().message.empty());
    }
}

} // namespace
} // namespace basekeeper::pg
