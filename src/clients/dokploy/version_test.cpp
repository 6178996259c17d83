// Versions are read as Dokploy writes them, and every feature is tied to the one that brought it.
#include "clients/dokploy/version.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::dokploy {
namespace {

using ::testing::HasSubstr;

TEST(dokploy_version, is_read_with_and_without_v_and_suffix)
{
    EXPECT_EQ(parse_version("v0.30.2"), (version{0, 30, 2}));
    EXPECT_EQ(parse_version("0.29.10"), (version{0, 29, 10}));
    EXPECT_EQ(parse_version("v1.0.0-canary.3"), (version{1, 0, 0}));
    for (const auto* wrong :
         {"", "v", "v0.30", "v0.30.", "canary", "v0.30.2.1", "v-1.2.3", "v0.30.2 x", "99999999999.1.1"})
        EXPECT_FALSE(parse_version(wrong)) << wrong;
}

TEST(dokploy_version, ten_is_more_than_nine)
{
    EXPECT_TRUE(supports({0, 29, 14}, feature::unisolated_templates));
    EXPECT_FALSE(supports({0, 29, 9}, feature::unisolated_templates));
}

TEST(dokploy_version, every_feature_is_in_the_table_once_and_the_oldest_comes_first)
{
    const auto all = features();
    EXPECT_EQ(all.size(), static_cast<std::size_t>(feature::server_health) + 1);
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(static_cast<std::size_t>(all[i].what), i);
        EXPECT_FALSE(all[i].named.empty());
        EXPECT_FALSE(all[i].without.empty());
        if (i > 0)
            EXPECT_LE(all[i - 1].since, all[i].since);
    }
}

TEST(dokploy_version, an_older_one_is_told_what_it_lacks_since_when_and_what_to_do)
{
    EXPECT_TRUE(require({0, 29, 5}, feature::deployment_logs));
    const auto e = require({0, 29, 4}, feature::deployment_logs).error();
    EXPECT_EQ(e.code, condition::conflict);
    EXPECT_THAT(e.message, HasSubstr("v0.29.4"));
    EXPECT_THAT(e.message, HasSubstr("v0.29.5"));
    EXPECT_FALSE(e.hint.empty());
    EXPECT_EQ(missing_features({0, 30, 2}).size(), 0U);
    EXPECT_EQ(missing_features({0, 24, 0}).size(), features().size());
}

} // namespace
} // namespace basekeeper::dokploy
