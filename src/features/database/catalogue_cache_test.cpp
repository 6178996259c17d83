// What is kept of the catalogue: for a moment, within bounds, and never past a change of ours.
#include "features/database/catalogue_cache.hpp"

#include <gtest/gtest.h>

namespace basekeeper::database {
namespace {

using namespace std::chrono_literals;

TEST(catalogue_cache, answers_the_same_question_of_the_same_instance_for_a_while)
{
    manual_clock time;
    catalogue_cache cache(time, 5s);
    cache.keep("shop", "tables", cache.changes("shop"), {{"a", "b"}, "next"});
    const auto* kept = cache.find("shop", "tables");
    ASSERT_NE(kept, nullptr);
    EXPECT_EQ(kept->items.size(), 2U);
    EXPECT_EQ(kept->next_cursor, "next");
    EXPECT_EQ(cache.find("shop", "schema"), nullptr);
    EXPECT_EQ(cache.find("other", "tables"), nullptr);
    time.advance(4s);
    EXPECT_NE(cache.find("shop", "tables"), nullptr);
    time.advance(1s);
    EXPECT_EQ(cache.find("shop", "tables"), nullptr);
    EXPECT_EQ(cache.bytes(), 0U);
}

TEST(catalogue_cache, forgets_one_instance_when_a_change_begins_and_when_it_ends)
{
    manual_clock time;
    catalogue_cache cache(time);
    cache.keep("shop", "tables", 0, {{"a"}, {}});
    cache.keep("other", "tables", 0, {{"a"}, {}});
    const auto before = cache.changes("shop");
    {
        const catalogue_cache::change change(cache, "shop");
        EXPECT_EQ(cache.find("shop", "tables"), nullptr);
        EXPECT_NE(cache.find("other", "tables"), nullptr);
        // Asked while the change runs: it may have seen the catalogue before it.
        const auto during = cache.changes("shop");
        cache.keep("shop", "tables", during, {{"old"}, {}});
        EXPECT_NE(cache.find("shop", "tables"), nullptr);
    }
    EXPECT_EQ(cache.find("shop", "tables"), nullptr);
    // Asked before the change, answered after it.
    cache.keep("shop", "tables", before, {{"old"}, {}});
    EXPECT_EQ(cache.find("shop", "tables"), nullptr);
}

TEST(catalogue_cache, stays_within_its_bytes_and_lets_the_oldest_go)
{
    manual_clock time;
    catalogue_cache cache(time, 5s, 10'000);
    for (int n = 0; n < 50; ++n) {
        cache.keep("shop", std::to_string(n), 0, {{std::string(1'000, 'x')}, {}});
        EXPECT_LE(cache.bytes(), 10'000U);
    }
    EXPECT_EQ(cache.find("shop", "0"), nullptr);
    EXPECT_NE(cache.find("shop", "49"), nullptr);
    cache.keep("shop", "large", 0, {{std::string(5'000, 'x')}, {}});
    EXPECT_EQ(cache.find("shop", "large"), nullptr);
    EXPECT_NE(cache.find("shop", "49"), nullptr);
}

} // namespace
} // namespace basekeeper::database
