// YAML with places: values, aliases, limits, and edits that change what was meant.
#include "yaml/node.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::yaml {
namespace {

using testing::HasSubstr;

std::string written(std::string_view text, const node& n)
{
    return std::string(text.substr(n.begin, n.end - n.begin));
}

TEST(read, gives_values_and_their_places)
{
    constexpr std::string_view text =
        "a: # ü\n  b: 'x y'\n  c: [1, \"z\"]\n  d:\n    - ä\n    - u: v\n\n# end\ne: |\n  l1\n  l2\n";
    const auto root = read(text);
    ASSERT_TRUE(root) << root.error().message;
    EXPECT_EQ(root->at("a", "b")->text, "x y");
    EXPECT_EQ(written(text, *root->at("a", "b")), "'x y'");
    EXPECT_EQ(written(text, *root->at("a", "c")), "[1, \"z\"]");
    EXPECT_EQ(written(text, *root->at("a", "d")), "- ä\n    - u: v");
    EXPECT_EQ(root->at("a", "d")->column, 4U);
    EXPECT_EQ(root->at("a", "d")->line, 5U);
    EXPECT_EQ(root->find("e")->text, "l1\nl2\n");
    EXPECT_EQ(root->at("a", "nothing", "here"), nullptr);
    EXPECT_TRUE(root->at("a", "c")->items[0].in_flow);
}

TEST(read, follows_aliases_and_merges)
{
    const auto root = read("x: &l {driver: json, size: 1}\na: *l\nb:\n  <<: *l\n  size: 2\n");
    ASSERT_TRUE(root);
    EXPECT_EQ(root->at("a", "driver")->text, "json");
    EXPECT_TRUE(root->find("a")->is_alias);
    EXPECT_EQ(root->at("b", "driver")->text, "json");
    EXPECT_EQ(root->at("b", "size")->text, "2");
}

TEST(read, refuses_what_is_no_single_document)
{
    EXPECT_THAT(read("a: [1").error().message, HasSubstr("line"));
    EXPECT_FALSE(read("a: 1\n---\nb: 2\n"));
    EXPECT_FALSE(read("a: *nothing\n"));
    EXPECT_FALSE(read("a: \xFF\n"));
    EXPECT_TRUE(read(""));
}

TEST(read, refuses_texts_that_grow_or_nest_without_end)
{
    std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
    for (int i = 1; i < 9; ++i) {
        const auto before = "*a" + std::to_string(i - 1);
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
        for (int k = 0; k < 9; ++k)
            bomb += "," + before;
        bomb += "]\n";
    }
    EXPECT_THAT(read(bomb).error().message, HasSubstr("more than"));
    EXPECT_THAT(read(std::string(10'000, '[')).error().message, HasSubstr("nested"));
    EXPECT_FALSE(read(std::string(max_bytes + 1, 'a')));
}

TEST(edited, replaces_parts_in_any_order)
{
    EXPECT_EQ(edited("abcdef", {{4, 5, "E"}, {0, 1, "A"}, {2, 2, "+"}}), "Ab+cdEf");
    EXPECT_THROW(edited("abc", {{0, 2, ""}, {1, 3, ""}}), std::logic_error);
}

} // namespace
} // namespace basekeeper::yaml
