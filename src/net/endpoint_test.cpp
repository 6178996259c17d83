// Endpoints are read strictly, written back the same, and known to be loopback or not.
#include "net/endpoint.hpp"

#include <gtest/gtest.h>

namespace basekeeper::net {
namespace {

TEST(endpoint, every_form_is_read_and_written_back)
{
    EXPECT_EQ(parse_endpoint("127.0.0.1:8420"), (endpoint{.host = "127.0.0.1", .port = 8420}));
    EXPECT_EQ(parse_endpoint("[::1]:0"), (endpoint{.host = "::1", .port = 0}));
    EXPECT_EQ(parse_endpoint("localhost:65535"), (endpoint{.host = "localhost", .port = 65535}));
    EXPECT_EQ(parse_endpoint("unix:/run/a.sock"), (endpoint{.path = "/run/a.sock"}));
    for (const auto* text : {"127.0.0.1:8420", "[::1]:8420", "localhost:1", "unix:/run/a.sock", "[::]:80"})
        EXPECT_EQ(parse_endpoint(text)->to_string(), text);
}

TEST(endpoint, what_is_not_exactly_one_place_is_refused)
{
    const std::string long_path = "unix:/" + std::string(107, 'x');
    const std::string zero_byte("127.0.0.1\0:80", 13);
    for (const std::string& text :
         {std::string(""),
          std::string("8420"),
          std::string(":8420"),
          std::string("127.0.0.1"),
          std::string("127.0.0.1:"),
          std::string("127.0.0.1:65536"),
          std::string("127.0.0.1:-1"),
          std::string("127.0.0.1:80x"),
          std::string("127.0.0.1: 80"),
          std::string("::1:8420"),
          std::string("[127.0.0.1]:80"),
          std::string("[::1:80"),
          std::string("example.org:80"),
          std::string("unix:a.sock"),
          std::string("unix:"),
          long_path,
          zero_byte})
    {
        const auto read = parse_endpoint(text);
        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code, condition::invalid_argument);
        EXPECT_FALSE(read.error().hint.empty());
    }
}

TEST(endpoint, loopback_is_what_only_this_machine_reaches)
{
    for (const auto* text : {"127.0.0.1:1", "127.8.9.10:1", "[::1]:1", "localhost:1", "unix:/run/a.sock"})
        EXPECT_TRUE(parse_endpoint(text)->is_loopback()) << text;
    for (const auto* text : {"0.0.0.0:1", "[::]:1", "128.0.0.1:1", "192.168.1.1:1", "[fe80::1]:1"})
        EXPECT_FALSE(parse_endpoint(text)->is_loopback()) << text;
}

} // namespace
} // namespace basekeeper::net
