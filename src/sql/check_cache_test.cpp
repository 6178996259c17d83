// The cache of checks: same answers, bounded memory, least recently used goes first.
#include "sql/check_cache.hpp"

#include <gtest/gtest.h>

#include <string>

namespace basekeeper::sql {
namespace {

TEST(check_cache, answers_as_the_checks_do)
{
    check_cache cache(8, 1U << 20U);
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(cache.check_read("select 1").verdict, verdict::harmless);
        EXPECT_EQ(cache.check_read("drop table t").reason, check_read("drop table t").reason);
        EXPECT_EQ(cache.classify("drop table t").summary, "drops table t");
    }
    EXPECT_EQ(cache.entries(), 2U);
}

TEST(check_cache, a_repeated_text_is_not_checked_again)
{
    check_cache cache(8, 1U << 20U);
    const auto* first = &cache.check_read("select 1");
    EXPECT_EQ(&cache.check_read("select 1"), first);
}

TEST(check_cache, the_least_recently_used_text_goes_first)
{
    check_cache cache(2, 1U << 20U);
    const auto* kept = &cache.check_read("select 1");
    cache.check_read("select 2");
    cache.check_read("select 1");
    cache.check_read("select 3");
    EXPECT_EQ(cache.entries(), 2U);
    EXPECT_EQ(&cache.check_read("select 1"), kept);
}

TEST(check_cache, bytes_are_bounded)
{
    check_cache cache(1'000'000, 64U << 10U);
    for (int i = 0; i < 2'000; ++i) {
        cache.check_read("select " + std::to_string(i) + " as a_column_with_a_long_name");
        EXPECT_LE(cache.bytes(), 64U << 10U);
    }
    EXPECT_GT(cache.entries(), 10U);
}

TEST(check_cache, a_huge_text_is_checked_but_not_kept)
{
    check_cache cache(8, 4096);
    EXPECT_EQ(cache.check_read("select '" + std::string(2000, 'x') + "'").verdict, verdict::harmless);
    EXPECT_EQ(cache.check_read("drop table " + std::string(2000, 'x')).verdict, verdict::refused);
    EXPECT_EQ(cache.entries(), 0U);
    EXPECT_EQ(cache.bytes(), 0U);
}

} // namespace
} // namespace basekeeper::sql
