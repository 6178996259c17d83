// Where lines break: exactly at 80 columns, outermost groups first, and never with spaces at their end.
#include "features/types/layout.hpp"

#include <gtest/gtest.h>

namespace basekeeper::types {
namespace {

std::string laid_out(const document& d, std::string before = {})
{
    lay_out(before, d, 0);
    return before;
}

document braces(std::string inside)
{
    return group({text("{"), indented({line(), text(std::move(inside))}), line(), text("}")});
}

TEST(layout, a_group_breaks_when_it_needs_81_columns)
{
    EXPECT_EQ(laid_out(braces(std::string(76, 'x'))), "{ " + std::string(76, 'x') + " }");
    EXPECT_EQ(laid_out(braces(std::string(77, 'x'))), "{\n  " + std::string(77, 'x') + "\n}");
}

TEST(layout, what_stands_before_and_after_on_the_line_counts)
{
    EXPECT_EQ(laid_out(braces(std::string(76, 'x')), "a"), "a{\n  " + std::string(76, 'x') + "\n}");
    const auto followed = sequence({braces(std::string(76, 'x')), text(";")});
    EXPECT_EQ(laid_out(followed), "{\n  " + std::string(76, 'x') + "\n};");
}

TEST(layout, wide_characters_take_two_columns_and_accents_none)
{
    std::string wide;
    for (int i = 0; i < 39; ++i)
        wide += "日";
    EXPECT_EQ(laid_out(braces(wide)), "{\n  " + wide + "\n}");
    EXPECT_EQ(laid_out(braces(std::string(76, 'x') + "\u0301")), "{ " + std::string(76, 'x') + "\u0301 }");
}

TEST(layout, a_hard_line_breaks_all_groups_around_it)
{
    const auto inner = group({text("("), indented({hard_line(), text("a")}), hard_line(), text(")")});
    EXPECT_EQ(laid_out(group({text("["), indented({line(), inner}), line(), text("]")})), "[\n  (\n    a\n  )\n]");
}

TEST(layout, choices_follow_the_group_and_spaces_at_the_end_go)
{
    const auto list = [](std::string item) {
        return group({
            text("a: "),
            indented({choice(sequence({line(), text("| ")}), text("")), text(std::move(item)), line(), text("b")}),
        });
    };
    EXPECT_EQ(laid_out(list("x")), "a: x b");
    EXPECT_EQ(laid_out(list(std::string(80, 'x'))), "a:\n  | " + std::string(80, 'x') + "\n  b");
}

} // namespace
} // namespace basekeeper::types
