// The limits of the way in fit each other, the settings, and what the system grants.
#include "app/network_limits.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace basekeeper::app {
namespace {

TEST(network_limits, connections_keep_within_the_descriptors)
{
    const config::http_settings usual;
    const auto many = network_limits_from(usual, 0, 1'000'000);
    EXPECT_EQ(many.server.most_connections, *usual.max_streams + 1'024);
    EXPECT_EQ(many.server.most_connections, many.wanted_connections);
    const auto few = network_limits_from(usual, 0, 1'024);
    EXPECT_EQ(few.server.most_connections, 768U);
    EXPECT_GT(few.wanted_connections, few.server.most_connections);
    EXPECT_EQ(network_limits_from(usual, 0, 20).server.most_connections, 10U);
}

TEST(network_limits, one_address_has_a_share_of_the_connections)
{
    const config::http_settings usual;
    EXPECT_EQ(network_limits_from(usual, 0, 1'024).server.most_connections_per_address, 192U);
    EXPECT_EQ(network_limits_from(usual, 0, 20).server.most_connections_per_address, 16U);
}

TEST(network_limits, every_allowed_answer_fits_into_the_queue)
{
    for (const std::size_t longest : {std::size_t{1'024}, std::size_t{128} << 20U}) {
        const auto limits = network_limits_from({}, longest, 1'024);
        EXPECT_GT(limits.server.most_queued_bytes, 3 * longest);
        EXPECT_GT(limits.websocket.most_queued_bytes, 3 * longest);
    }
}

TEST(network_limits, every_allowed_body_can_be_received_by_request_and_by_message)
{
    config::http_settings s;
    for (const std::uint64_t most : {1'024U, 64U << 20U}) {
        s.max_body_bytes = config::setting<std::uint64_t>(most);
        const auto limits = network_limits_from(s, 0, 1'024);
        EXPECT_EQ(limits.server.most_body_bytes, most);
        EXPECT_EQ(limits.websocket.longest_message, most);
        EXPECT_GE(limits.server.most_receiving_bytes, 2 * most);
    }
}

TEST(network_limits, the_descriptors_are_as_many_as_the_system_grants)
{
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit low{std::min<rlim_t>(before.rlim_cur, 512), before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
    EXPECT_EQ(raise_descriptor_limit(), before.rlim_max);
    rlimit after{};
    ::getrlimit(RLIMIT_NOFILE, &after);
    EXPECT_EQ(after.rlim_cur, before.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &before);
}

} // namespace
} // namespace basekeeper::app
