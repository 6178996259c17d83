// How names of a database become identifiers, quoted names and widths.
#include "features/types/names.hpp"
#include "features/types/typescript_type.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::types {
namespace {

using ::testing::ElementsAre;

TEST(names, words_end_at_everything_that_is_no_ascii_letter_or_digit)
{
    EXPECT_THAT(words_of("a_b2"), ElementsAre("a", "b2"));
    EXPECT_THAT(words_of("größe"), ElementsAre("gr", "", "e"));
    EXPECT_THAT(words_of("日"), ElementsAre("", ""));
    EXPECT_THAT(words_of(""), ElementsAre(""));
}

TEST(names, pascal_case_joins_words)
{
    EXPECT_EQ(pascal_case("weird col"), "WeirdCol");
    EXPECT_EQ(pascal_case("victory-road_2nd"), "VictoryRoad2nd");
    EXPECT_EQ(pascal_case("日本"), "");
}

TEST(names, identifiers_are_those_of_unicode)
{
    for (const auto* good : {"a", "_", "$", "class", "größe", "日本", "a\u00B7b", "\u2118", "x\u0663", "𝒳"})
        EXPECT_TRUE(is_identifier(good)) << good;
    for (const auto* bad : {"", "1a", "a b", "a-b", "\u00B7x", "²", "x😀", "\xFF"})
        EXPECT_FALSE(is_identifier(bad)) << bad;
}

TEST(names, strings_take_the_quotes_with_fewer_escapes)
{
    EXPECT_EQ(quoted("plain"), R"("plain")");
    EXPECT_EQ(quoted("it's"), R"("it's")");
    EXPECT_EQ(quoted(R"(a"b)"), R"('a"b')");
    EXPECT_EQ(quoted(R"(a"b'c)"), R"("a\"b'c")");
    EXPECT_EQ(quoted(R"(""')"), R"('""\'')");
    EXPECT_EQ(quoted("\"\n\\"), R"('"\n\\')");
}

TEST(names, members_are_quoted_where_needed)
{
    EXPECT_EQ(member_name("id"), "id");
    EXPECT_EQ(member_name("größe"), "größe");
    EXPECT_EQ(member_name("1"), R"("1")");
    EXPECT_EQ(member_name(""), R"("")");
}

} // namespace
} // namespace basekeeper::types
