// Hosts and ports are read exactly; what a resolver or a protocol could take for more is refused.
#include "net/host_and_port.hpp"

#include <gtest/gtest.h>

namespace basekeeper::net {
namespace {

TEST(host_and_port, names_and_addresses_are_read_and_written_the_same)
{
    for (const auto* text :
         {"db.example.com:443", "localhost:1", "203.0.113.7:65535", "[2001:db8::7]:8443", "a_b-c:25"})
    {
        const auto read = parse_host_and_port(text);
        ASSERT_TRUE(read) << text;
        EXPECT_EQ(read->to_string(), text);
    }
    EXPECT_EQ(*parse_host_and_port("[::1]:9"), (host_and_port{.host = "::1", .port = 9}));
}

TEST(host_and_port, everything_else_is_refused)
{
    for (const std::string_view text :
         {"",     ":",     "a",       "a:",      ":1",         "a:0",   "a:65536",   "a:+1",
          "a:1 ", "a b:1", "::1:443", "[::1]",   "[a.b]:1",    "[]:1",  "a:b:1",     "-a:1",
          ".a:1", "a/b:1", "a@b:1",   "a\r\n:1", "\xC3\xA4:1", "a,b:1", "[::1%lo]:1"})
        EXPECT_EQ(parse_host_and_port(text).error().code, condition::invalid_argument) << text;
    EXPECT_FALSE(is_host(std::string(254, 'a')));
    EXPECT_FALSE(is_host(std::string_view("a\0b", 3)));
    EXPECT_FALSE(is_host(std::string_view("::1\0b", 5)));
}

TEST(host_and_port, loopback_is_told_apart)
{
    for (const auto* host : {"localhost", "api.localhost", "127.0.0.1", "127.9.9.9", "::1"})
        EXPECT_TRUE(is_loopback_host(host)) << host;
    for (const auto* host :
         {"localhost.example.com", "notlocalhost", "128.0.0.1", "::2", "0.0.0.0", "127.0.0.1.nip.io"})
        EXPECT_FALSE(is_loopback_host(host)) << host;
}

} // namespace
} // namespace basekeeper::net
