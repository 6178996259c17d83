// Parsing within limits: hostile bytes and depth are errors, long flat texts are not, ranges and words are right.
#include "sql/check_read.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace basekeeper::sql {
namespace {

using testing::HasSubstr;

std::string repeated(std::string_view piece, std::size_t times)
{
    std::string out;
    for (std::size_t i = 0; i < times; ++i)
        out += piece;
    return out;
}

TEST(parse, hostile_bytes_are_an_error_never_a_crash)
{
    using namespace std::string_view_literals;
    for (const auto text : std::initializer_list<std::string_view>{
             "select 1\0; drop table t"sv,
             "select '\xff'",
             "\xef\xbb\xbf"
             "delete from t",
             "delete\xe2\x80\x8b from t",
             "select 1;\xc2\xa0"
             "delete from t",
             "select 1 -- \xe2\x80\xa8\n; delete from t",
             "\xed\xa0\x80"
         })
        EXPECT_EQ(check_read(text).verdict, verdict::refused) << text;
    EXPECT_THAT(check_read("select '" + std::string(300'000, 'x') + "'").reason, HasSubstr("limit"));
}

TEST(parse, deep_nesting_is_an_error_never_a_crash)
{
    for (const std::size_t depth : {790UL, 5'000UL, 20'000UL, 100'000UL})
        for (const std::array<std::string_view, 3> form :
             {std::array<std::string_view, 3>{"(", "1", ")"},
              {"(select ", "1", ")"},

              {"- ", "1", ""},
              {"", "1", "+1"},
              {"not ", "a", ""},
              {"case when ", "a", " then 1 end"},
              {"", "1", "::a"},
              {"array[", "1", "]"},
              {"", "a", " is null"},
              {"", "1", " union select 1"},
              {"f(", "1", ")"},
              {"row(", "1", ")"},
              {"", "a", "[1]"},
              {"", "a", " collate b"},
              {"exists (select ", "1", ")"},
              {"(", "1", "+1)"},
              {"", "1", "||"},
              {"1 in (", "1", ")"},
              {"[", "", ""},
              {"/*", "", ""},
              {"(((", "", "/* */"}})
        {
            const auto text = "select " + repeated(form[0], depth) + std::string(form[1]) + repeated(form[2], depth);
            const auto seen = check_read(text);
            if (depth >= 5'000 && form[2] != "[1]")
                EXPECT_EQ(seen.verdict, verdict::refused) << form[0] << form[2] << depth;
        }
}

TEST(parse, long_flat_texts_are_read)
{
    EXPECT_EQ(check_read("select 1 where 1 in (" + repeated("1, ", 20'000) + "1)").verdict, verdict::harmless);
    EXPECT_EQ(check_read("select 1 where " + repeated("a = 1 or b < 2 and ", 300) + "true").verdict, verdict::harmless);
}

TEST(parse, tells_kinds_and_ranges)
{
    const std::string_view text = "select 1; drop table a ;create view v as select 1";
    const auto seen = parse(text);
    ASSERT_TRUE(seen);
    ASSERT_EQ(seen->statements.size(), 3U);
    EXPECT_EQ(seen->statements[0].kind, "SELECT");
    EXPECT_EQ(seen->statements[1].kind, "DROP TABLE");
    EXPECT_EQ(seen->statements[2].kind, "CREATE VIEW");
    EXPECT_EQ(text.substr(seen->statements[0].begin, seen->statements[0].end), "select 1");
    EXPECT_EQ(seen->statements[2].end, text.size());
}

TEST(parse, keeps_the_parsers_words_apart_from_ours)
{
    const auto seen = parse("selec 1");
    ASSERT_FALSE(seen);
    EXPECT_EQ(seen.error().code, condition::invalid_argument);
    EXPECT_THAT(seen.error().server_text, HasSubstr("selec"));
    EXPECT_THAT(seen.error().message, testing::Not(HasSubstr("selec")));
    EXPECT_FALSE(seen.error().hint.empty());
}

} // namespace
} // namespace basekeeper::sql
