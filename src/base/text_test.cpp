// UTF-8 at its borders, and the nearest name.
#include "base/text.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace basekeeper {
namespace {

using namespace std::string_view_literals;

TEST(utf8, sequences_have_their_length)
{
    EXPECT_EQ(utf8_sequence_length("a"), 1U);
    EXPECT_EQ(utf8_sequence_length("\0"sv), 1U) << "NUL is a character";
    EXPECT_EQ(utf8_sequence_length("\x7f"), 1U);
    EXPECT_EQ(utf8_sequence_length("\xc2\x80"), 2U) << "U+0080, the first of two bytes";
    EXPECT_EQ(utf8_sequence_length("\xdf\xbf"), 2U) << "U+07FF, the last";
    EXPECT_EQ(utf8_sequence_length("\xe0\xa0\x80"), 3U) << "U+0800, the first of three bytes";
    EXPECT_EQ(utf8_sequence_length("\xed\x9f\xbf"), 3U) << "U+D7FF, the last before the surrogates";
    EXPECT_EQ(utf8_sequence_length("\xee\x80\x80"), 3U) << "U+E000, the first after them";
    EXPECT_EQ(utf8_sequence_length("\xef\xbf\xbf"), 3U) << "U+FFFF";
    EXPECT_EQ(utf8_sequence_length("\xf0\x90\x80\x80"), 4U) << "U+10000, the first of four bytes";
    EXPECT_EQ(utf8_sequence_length("\xf4\x8f\xbf\xbf"), 4U) << "U+10FFFF, the last of all";
    EXPECT_EQ(utf8_sequence_length("\xc3\xa4rger"), 2U) << "only the first sequence counts";
}

TEST(utf8, what_is_not_well_formed_has_no_length)
{
    EXPECT_EQ(utf8_sequence_length(""), 0U);
    for (const auto bad : {
             "\x80"sv,             // a tail byte alone
             "\xbf"sv,             //
             "\xc0\x80"sv,         // overlong NUL
             "\xc1\xbf"sv,         // overlong U+007F
             "\xe0\x9f\xbf"sv,     // overlong U+07FF
             "\xf0\x8f\xbf\xbf"sv, // overlong U+FFFF
             "\xed\xa0\x80"sv,     // the first surrogate
             "\xed\xbf\xbf"sv,     // the last surrogate
             "\xf4\x90\x80\x80"sv, // beyond U+10FFFF
             "\xf5\x80\x80\x80"sv, //
             "\xfe"sv,             //
             "\xff"sv,             //
             "\xc3"sv,             // cut after one byte
             "\xe2\x82"sv,         // after two
             "\xf0\x9f\x98"sv,     // after three
             "\xc3("sv,            // the tail is another character
             "\xe2(\x82"sv,        //
             "\xe2\x82("sv,        //
             "\xf0\x9f(\x98"sv,    //
         })
    {
        EXPECT_EQ(utf8_sequence_length(bad), 0U) << ::testing::PrintToString(bad);
        EXPECT_FALSE(is_utf8(bad)) << ::testing::PrintToString(bad);
        EXPECT_FALSE(is_utf8("good until " + std::string(bad))) << ::testing::PrintToString(bad);
    }
}

TEST(utf8, text_of_all_lengths_is_well_formed)
{
    EXPECT_TRUE(is_utf8(""));
    EXPECT_TRUE(is_utf8("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"));
    EXPECT_TRUE(is_utf8("a\0b"sv));
    EXPECT_FALSE(is_utf8("\xe2\x82\xac\xe2\x82")) << "the second one is cut";
}

TEST(utf8, a_prefix_never_cuts_a_character)
{
    constexpr auto text = "a\xe2\x82\xac\xf0\x9f\x98\x80"sv; // 1 + 3 + 4 bytes
    EXPECT_EQ(utf8_prefix(text, 0), "");
    EXPECT_EQ(utf8_prefix(text, 1), "a");
    EXPECT_EQ(utf8_prefix(text, 2), "a");
    EXPECT_EQ(utf8_prefix(text, 3), "a");
    EXPECT_EQ(utf8_prefix(text, 4), "a\xe2\x82\xac");
    EXPECT_EQ(utf8_prefix(text, 7), "a\xe2\x82\xac");
    EXPECT_EQ(utf8_prefix(text, 8), text);
    EXPECT_EQ(utf8_prefix(text, 100), text);
    EXPECT_EQ(utf8_prefix("\xe2\x82\xac", 2), "") << "not even the first one fits";
    EXPECT_EQ(utf8_prefix("\x80\x80\x80", 2), "") << "broken text ends, it does not read before its start";
}

TEST(nearest, finds_what_was_meant)
{
    constexpr std::array<std::string_view, 3> names{"list_tables", "get_schema", "execute_sql"};
    EXPECT_EQ(nearest("list_table", names), "list_tables");
    EXPECT_EQ(nearest("list_tbales", names), "list_tables");
    EXPECT_EQ(nearest("execute-sql", names), "execute_sql");
    EXPECT_EQ(nearest("get_schema", names), "get_schema");
}

TEST(nearest, prefers_the_closest_and_of_equals_the_first)
{
    constexpr std::array<std::string_view, 3> names{"schemas", "schema", "schemes"};
    EXPECT_EQ(nearest("schema", names), "schema");
    constexpr std::array<std::string_view, 2> equals{"cat", "car"};
    EXPECT_EQ(nearest("cap", equals), "cat");
}

TEST(nearest, says_nothing_when_nothing_is_near)
{
    constexpr std::array<std::string_view, 2> names{"query", "params"};
    EXPECT_EQ(nearest("instance", names), "");
    EXPECT_EQ(nearest("xy", names), "");
    EXPECT_EQ(nearest("", names), "");
    EXPECT_EQ(nearest("query", {}), "");
}

TEST(nearest, does_not_work_on_words_of_any_length)
{
    const std::string longer(129, 'a');
    const std::array<std::string_view, 1> same{longer};
    EXPECT_EQ(nearest(longer, same), "") << "the cost grows with the square of the length";
    const std::string longest_compared(128, 'a');
    const std::array<std::string_view, 1> compared{longest_compared};
    EXPECT_EQ(nearest(longest_compared, compared), longest_compared);
}

TEST(dns_label, is_letters_digits_and_inner_hyphens)
{
    for (const auto good : {"a"sv, "0"sv, "dev"sv, "dev-2"sv, "a--b"sv})
        EXPECT_TRUE(is_dns_label(good)) << good;
    EXPECT_TRUE(is_dns_label(std::string(63, 'a')));
    EXPECT_FALSE(is_dns_label(std::string(64, 'a')));
    for (const auto bad :
         {""sv, "-"sv, "-a"sv, "a-"sv, "A"sv, "a_b"sv, "a.b"sv, "a b"sv, "\xc3\xa4"sv, "a\0"sv, "../a"sv})
        EXPECT_FALSE(is_dns_label(bad)) << bad;
}

} // namespace
} // namespace basekeeper
