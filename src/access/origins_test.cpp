// Host and Origin, each alone: DNS rebinding and foreign pages do not come in, clients do.
#include "access/origins.hpp"

#include <gmock/gmock.h>

namespace basekeeper::access {
namespace {

using ::testing::HasSubstr;

unsigned host(const origin_rules& rules, std::optional<std::string_view> text)
{
    const auto refused = rules.check_host(text);
    return refused ? refused->status : 200;
}

unsigned origin(const origin_rules& rules, std::optional<std::string_view> text)
{
    const auto refused = rules.check_origin(text);
    return refused ? refused->status : 200;
}

const origin_rules local(origin_settings{});
const origin_rules proxied(origin_settings{
    .listens = reach::loopback,
    .public_url = "https://db.example.com/mcp",
    .allowed_origins = {"https://app.example.com", "http://[2001:db8::1]:3000"},
    .allowed_hosts = {"Other.example.com", "ported.example.com:8443", "[2001:db8::1]"},
});

TEST(host, on_loopback_is_this_machine_whatever_the_port)
{
    for (const auto* good :
         {"localhost",
          "localhost:8420",
          "LOCALHOST:1",
          "127.0.0.1",
          "127.0.0.1:8420",
          "[::1]",
          "[::1]:8420",
          "127.0.1.1:80",
          "localhost."})
        EXPECT_EQ(host(local, good), 200U) << good;
    for (const auto* bad :
         {"evil.example.com",
          "localhost.evil.com",
          "127.0.0.1.evil.com",
          "127.evil.com.x",
          "0.0.0.0",
          "[::2]",
          "192.168.0.1:8420",
          "evil.com:8420"})
        EXPECT_EQ(host(local, bad), 403U) << bad;
}

TEST(host, absent_or_malformed_is_a_bad_request)
{
    EXPECT_EQ(host(local, std::nullopt), 400U);
    for (const auto* bad :
         {"",
          ":80",
          "localhost:",
          "localhost:8x",
          "localhost:123456",
          "[::1",
          "[::1]x",
          "[::1]80",
          "local host",
          "localhost,evil",
          "user@localhost",
          "localhost/",
          "[]",
          "[localhost]"})
        EXPECT_EQ(host(local, bad), 400U) << bad;
}

TEST(host, may_be_a_configured_name)
{
    for (const auto* good :
         {"db.example.com",
          "DB.example.com:443",
          "other.example.com:99",
          "ported.example.com:8443",
          "[2001:DB8::1]:8420",
          "localhost:8420"})
        EXPECT_EQ(host(proxied, good), 200U) << good;
    for (const auto* bad : {"ported.example.com", "ported.example.com:80", "x.db.example.com", "example.com"})
        EXPECT_EQ(host(proxied, bad), 403U) << bad;
}

TEST(host, beyond_this_machine_is_the_configured_one_or_any_when_none_is)
{
    const origin_rules open(origin_settings{.listens = reach::beyond});
    EXPECT_EQ(host(open, "192.0.2.1:8420"), 200U);
    EXPECT_EQ(host(open, std::nullopt), 400U);
    const origin_rules named(origin_settings{.listens = reach::beyond, .public_url = "https://db.example.com/mcp"});
    EXPECT_EQ(host(named, "db.example.com"), 200U);
    EXPECT_EQ(host(named, "192.0.2.1:8420"), 403U);
    EXPECT_EQ(host(named, "localhost"), 403U);
}

TEST(host, on_a_unix_socket_says_nothing)
{
    const origin_rules socket(origin_settings{.listens = reach::unix_socket});
    EXPECT_EQ(host(socket, std::nullopt), 200U);
    EXPECT_EQ(host(socket, "whatever"), 200U);
    EXPECT_EQ(origin(socket, "http://evil.example.com"), 403U);
}

TEST(origin, absent_is_no_web_page)
{
    EXPECT_EQ(origin(local, std::nullopt), 200U);
}

TEST(origin, on_loopback_is_a_page_of_this_machine)
{
    for (const auto* good : {"http://localhost:6274", "https://127.0.0.1", "HTTP://LocalHost", "http://[::1]:8420"})
        EXPECT_EQ(origin(local, good), 200U) << good;
    for (const auto* bad :
         {"null",
          "",
          "*",
          "http://evil.example.com",
          "https://localhost.evil.com",
          "localhost",
          "http://",
          "http://localhost:8420/x",
          "chrome-extension://abcdef",
          "file://localhost",
          "http://localhost@evil.com",
          "http://evil.com#localhost",
          "http://localhost http://evil"})
        EXPECT_EQ(origin(local, bad), 403U) << bad;
}

TEST(origin, may_be_configured_and_then_may_cross_origins)
{
    for (const auto* good : {"https://app.example.com", "https://APP.example.com:443", "http://[2001:db8::1]:3000"}) {
        EXPECT_EQ(origin(proxied, good), 200U) << good;
        EXPECT_EQ(proxied.cross_origin(good), good);
    }
    for (const auto* bad : {"http://app.example.com", "https://app.example.com:8443", "https://x.app.example.com"}) {
        EXPECT_EQ(origin(proxied, bad), 403U) << bad;
        EXPECT_FALSE(proxied.cross_origin(bad)) << bad;
    }
}

TEST(origin, of_the_server_itself_needs_no_permission_to_cross)
{
    EXPECT_EQ(origin(proxied, "https://db.example.com"), 200U);
    EXPECT_FALSE(proxied.cross_origin("https://db.example.com"));
    EXPECT_FALSE(proxied.cross_origin("http://localhost:3000")) << "CORS is off unless somebody turned it on";
    EXPECT_FALSE(proxied.cross_origin(std::nullopt));
    EXPECT_EQ(origin(proxied, "http://db.example.com"), 403U);
}

TEST(origin, beyond_this_machine_local_pages_are_foreign)
{
    const origin_rules open(origin_settings{.listens = reach::beyond});
    EXPECT_EQ(origin(open, "http://localhost:3000"), 403U);
    EXPECT_EQ(origin(open, std::nullopt), 200U);
    EXPECT_THAT(open.check_origin("http://localhost")->message, HasSubstr("http.allowed_origins"));
}

} // namespace
} // namespace basekeeper::access
