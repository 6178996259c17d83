// Addresses and networks: both families, mapped ones, edges of prefixes, and what is neither.
#include "config/address_range.hpp"

#include <gtest/gtest.h>

namespace basekeeper::config {
namespace {

bool holds(std::string_view range, std::string_view ip)
{
    const auto read = address_range::read(range);
    EXPECT_TRUE(read) << range;
    return read && read->contains(ip);
}

TEST(address_range, is_one_address_or_a_network)
{
    EXPECT_TRUE(holds("10.1.2.3", "10.1.2.3"));
    EXPECT_FALSE(holds("10.1.2.3", "10.1.2.4"));
    EXPECT_TRUE(holds("10.0.0.0/8", "10.255.0.1"));
    EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
    EXPECT_TRUE(holds("192.0.2.128/25", "192.0.2.200"));
    EXPECT_FALSE(holds("192.0.2.128/25", "192.0.2.127"));
    EXPECT_TRUE(holds("192.0.2.200/25", "192.0.2.128")) << "the rest of the bits does not matter";
    EXPECT_TRUE(holds("192.0.2.7/32", "192.0.2.7"));
    EXPECT_TRUE(holds("2001:db8::/32", "2001:db8:1::1"));
    EXPECT_FALSE(holds("2001:db8::/32", "2001:db9::1"));
    EXPECT_TRUE(holds("::1", "0:0:0:0:0:0:0:1"));
}

TEST(address_range, knows_ipv4_also_when_it_is_mapped)
{
    EXPECT_TRUE(holds("10.0.0.0/8", "::ffff:10.1.1.1"));
    EXPECT_TRUE(holds("::ffff:10.1.1.1", "10.1.1.1"));
    EXPECT_FALSE(holds("::/8", "2001:db8::1"));
}

TEST(address_range, holds_nothing_that_is_no_address)
{
    for (const auto* other : {"", "unknown", "10.1.2.3:80", "[::1]", "10.1.2", "10.1.2.3 ", "fe80::1%eth0"})
        EXPECT_FALSE(holds("10.0.0.0/8", other)) << other;
}

TEST(address_range, is_read_strictly)
{
    for (const auto* bad :
         {"",
          "/8",
          "10.0.0.0/",
          "10.0.0.0/33",
          "10.0.0.0/08",
          "10.0.0.0/-1",
          "10.0.0.0/8/8",
          "0.0.0.0/0",
          "::/0",
          "::/129",
          "[::1]",
          "proxy.example",
          "010.0.0.1",
          "10.0.0.1:80",
          "fe80::1%eth0"})
        EXPECT_FALSE(address_range::read(bad)) << bad;
    EXPECT_FALSE(address_range::read(std::string_view("10.0.0.1\0x", 10)));
    EXPECT_TRUE(is_ip_address("10.0.0.1"));
    EXPECT_FALSE(is_ip_address("10.0.0.0/8"));
}

} // namespace
} // namespace basekeeper::config
