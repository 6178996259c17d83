// Addresses: one client, one name.
#include "access/address.hpp"

#include <gtest/gtest.h>

namespace basekeeper::access {
namespace {

TEST(address, ipv4_is_itself_also_inside_ipv6)
{
    EXPECT_EQ(address_of("192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(address_of("::ffff:192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(address_of("::FFFF:c000:0207"), "192.0.2.7");
}

TEST(address, ipv6_counts_by_its_64)
{
    EXPECT_EQ(address_of("2001:db8:0:1:aaaa::1"), "2001:db8:0:1::/64");
    EXPECT_EQ(address_of("2001:0DB8:0000:0001:ffff:ffff:ffff:ffff"), "2001:db8:0:1::/64");
    EXPECT_NE(address_of("2001:db8:0:2::1"), address_of("2001:db8:0:1::1"));
    EXPECT_EQ(address_of("fe80::1%eth0"), "fe80::/64");
    EXPECT_EQ(address_of("::1"), "::1");
}

TEST(address, what_is_none_stands_for_itself)
{
    EXPECT_EQ(address_of(""), "");
    EXPECT_EQ(address_of("nonsense"), "nonsense");
}

TEST(address, a_person_may_write_an_address_or_its_64)
{
    EXPECT_EQ(parse_address("192.0.2.7").value(), "192.0.2.7");
    EXPECT_EQ(parse_address("2001:db8::5").value(), "2001:db8::/64");
    EXPECT_EQ(parse_address("2001:db8::/64").value(), "2001:db8::/64");
    EXPECT_EQ(parse_address("::1").value(), "::1");
    for (const auto* bad : {"", "example.com", "192.0.2.0/24", "192.0.2.7/64", "2001:db8::/48", "1.2.3", "::1/64", "%"})
        EXPECT_EQ(parse_address(bad).error().code, condition::invalid_argument) << bad;
}

} // namespace
} // namespace basekeeper::access
