// The nesting bound: what counts, what does not, and that literals and comments hide nothing.
#include "sql/nesting.hpp"

#include <gtest/gtest.h>

#include <string>

namespace basekeeper::sql {
namespace {

std::string repeated(std::string_view piece, std::size_t times)
{
    std::string out;
    for (std::size_t i = 0; i < times; ++i)
        out += piece;
    return out;
}

TEST(nesting, a_long_list_is_flat)
{
    EXPECT_LT(nesting_bound("values " + repeated("(1 + 2, -3), ", 5000) + "(1)"), 10U);
    EXPECT_LT(nesting_bound("select 1 " + repeated("or a and b ", 5000)), 10U);
}

TEST(nesting, brackets_operators_and_words_add_up)
{
    EXPECT_GE(nesting_bound("select " + repeated("(", 1000)), 1000U);
    EXPECT_GE(nesting_bound("select " + repeated("(", 1000) + repeated(")", 1000)), 1000U);
    EXPECT_GE(nesting_bound("select 1" + repeated("+1", 1000)), 1000U);
    EXPECT_GE(nesting_bound("select 1" + repeated(" UNION select 1, 2", 1000)), 1000U);
    EXPECT_GE(nesting_bound("select " + repeated("NoT ", 1000) + "a"), 1000U);
    EXPECT_GE(nesting_bound("select " + repeated("case when ", 1000)), 1000U);
    EXPECT_GE(nesting_bound("select from a" + repeated(" join b on true", 1000)), 1000U);
}

TEST(nesting, a_closed_bracket_keeps_its_depth_as_the_left_side_of_a_chain)
{
    std::string text = "1";
    for (int i = 0; i < 20; ++i)
        text = "(" + text + repeated("+1", 50) + ")";
    EXPECT_GE(nesting_bound("select " + text), 1000U);
}

TEST(nesting, literals_and_comments_do_not_count)
{
    const auto deep = repeated("(+", 500);
    EXPECT_LT(nesting_bound("select '" + deep + "''" + deep + "'"), 5U);
    EXPECT_LT(nesting_bound("select E'\\'" + deep + "'"), 5U);
    EXPECT_LT(nesting_bound("select \"" + deep + "\""), 5U);
    EXPECT_LT(nesting_bound("select $a$" + deep + "$ $b$" + deep + "$a$"), 5U);
    EXPECT_LT(nesting_bound("select 1 -- " + deep + "\n"), 5U);
    EXPECT_LT(nesting_bound("select /* /* */ " + deep + " */ 1"), 5U);
}

TEST(nesting, what_only_looks_like_a_literal_or_comment_counts)
{
    const auto deep = repeated("(+", 500);
    EXPECT_GE(nesting_bound("select 1 as a$$" + deep), 500U) << "a$$ is an identifier";
    EXPECT_GE(nesting_bound("select '\\'" + deep), 500U) << "a plain literal knows no backslash";
    EXPECT_GE(nesting_bound("select $1" + deep + "$1"), 500U) << "$1 is a parameter";
    EXPECT_GE(nesting_bound("select /* a */" + deep), 500U);
    EXPECT_GE(nesting_bound("select -- a\n" + deep), 500U);
}

TEST(nesting, comments_in_comments_count)
{
    EXPECT_GE(nesting_bound("select " + repeated("/*", 1000)), 1000U);
    EXPECT_LT(nesting_bound("select " + repeated("/**/", 1000)), 10U);
}

TEST(nesting, operator_characters_count_even_inside_literals)
{
    EXPECT_EQ(operator_characters("select '+-' || a"), 4U);
}

} // namespace
} // namespace basekeeper::sql
