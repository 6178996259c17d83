// Whose address counts behind proxies, and that nobody can choose it.
#include "access/trusted_proxies.hpp"

#include <gtest/gtest.h>

namespace basekeeper::access {
namespace {

std::string behind(std::string_view peer, std::string_view forwarded_for)
{
    static const trusted_proxies known({"127.0.0.1", "10.0.0.0/8", "2001:db8::/64"});
    return known.client_of(peer, forwarded_for);
}

TEST(trusted_proxies, are_believed_and_nobody_else_is)
{
    EXPECT_EQ(behind("127.0.0.1", "192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(behind("::ffff:127.0.0.1", "192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(behind("2001:db8::5", "2001:db8:1::1"), "2001:db8:1::1");
    EXPECT_EQ(behind("198.51.100.1", "192.0.2.7"), "198.51.100.1");
    EXPECT_EQ(behind("198.51.100.1", ""), "198.51.100.1");
    EXPECT_EQ(trusted_proxies({}).client_of("127.0.0.1", "192.0.2.7"), "127.0.0.1");
}

TEST(trusted_proxies, say_who_asked_them_and_not_what_that_one_said)
{
    EXPECT_EQ(behind("127.0.0.1", "203.0.113.9, 192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(behind("127.0.0.1", "203.0.113.9,192.0.2.7 ,\t10.1.1.1, 10.2.2.2"), "192.0.2.7");
    EXPECT_EQ(behind("127.0.0.1", "garbage, 192.0.2.7"), "192.0.2.7") << "what a client made up is not looked at";
}

TEST(trusted_proxies, leave_the_client_unknown_when_they_say_nothing_usable)
{
    for (const auto* said :
         {"",
          " ",
          "unknown",
          "192.0.2.7:4711",
          "[2001:db8:1::1]",
          "192.0.2.7,",
          "192.0.2.7, _hidden",
          "10.1.1.1",
          "192.0.2.7, bad, 10.1.1.1",
          "192.0.2.0/24",
          "192.0.2.7;10.1.1.1",
          "fe80::1%eth0"})
        EXPECT_EQ(behind("127.0.0.1", said), "") << said;
}

TEST(trusted_proxies, may_come_over_a_unix_socket_where_that_is_said)
{
    EXPECT_EQ(trusted_proxies({"unix"}).client_of("", "192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(behind("", "192.0.2.7"), "");
}

} // namespace
} // namespace basekeeper::access
