// The TOML of templates: what TOML says, and what Dokploy takes beyond it.
#include "stack/lenient_toml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::stack::toml {
namespace {

using testing::HasSubstr;

std::string text_at(std::string_view text, std::string_view name)
{
    const auto root = read(text);
    if (!root)
        return root.error().message;
    const auto* found = root->find(name);
    return found == nullptr ? "missing" : found->text;
}

TEST(lenient_toml, reads_texts_of_all_four_kinds)
{
    EXPECT_EQ(text_at(R"(a = "x\ty\u00fc" # c)", "a"), "x\tyü");
    EXPECT_EQ(text_at(R"(a = 'x\ty')", "a"), R"(x\ty)");
    EXPECT_EQ(text_at("a = \"\"\"\nl1\nl2 \\\n   on\"\"\"", "a"), "l1\nl2 on");
    EXPECT_EQ(text_at("a = '''\n\\d ${x}'''", "a"), "\\d ${x}");
    EXPECT_EQ(text_at("a = \"\"\"q\"\"\"\"", "a"), "q\"");
}

TEST(lenient_toml, keeps_a_backslash_that_escapes_nothing)
{
    EXPECT_EQ(text_at(R"(a = "\$x \. \uZZZZ")", "a"), R"(\$x \. \uZZZZ)");
    EXPECT_EQ(text_at("a = \"\"\"\\$((x))\"\"\"", "a"), "\\$((x))");
}

TEST(lenient_toml, reads_numbers_lists_and_tables)
{
    const auto root = read("[config]\nport = 8_000\nenv = [\n'A=1', # c\n\n\"B=2\",\n]\non=true\n[config.deep.er]\nx.y "
                           "= {z = 'w', n = 1}\n");
    ASSERT_TRUE(root) << root.error().message;
    const auto& config = *root->find("config");
    EXPECT_EQ(config.find("port")->text, "8000");
    EXPECT_EQ(config.find("on")->text, "true");
    ASSERT_EQ(config.find("env")->items.size(), 2U);
    EXPECT_EQ(config.find("env")->items[1].text, "B=2");
    EXPECT_EQ(config.find("deep")->find("er")->find("x")->find("y")->find("z")->text, "w");
}

TEST(lenient_toml, reads_lists_of_tables_around_their_parent)
{
    const auto root = read("[[config.mounts]]\nfilePath='/a'\n[config]\nx='1'\n[[config.mounts]]\nfilePath='/b'\n");
    ASSERT_TRUE(root) << root.error().message;
    const auto& mounts = root->find("config")->find("mounts")->items;
    ASSERT_EQ(mounts.size(), 2U);
    EXPECT_EQ(mounts[1].find("filePath")->text, "/b");
}

TEST(lenient_toml, the_last_of_two_counts)
{
    EXPECT_EQ(text_at("a='1'\na='2'\n", "a"), "2");
}

TEST(lenient_toml, refuses_what_is_no_toml_naming_the_line)
{
    for (const std::string_view text :
         {"a", "a = ", "a = 'x", "a = [1", "[a", "a = 1 2", "a = {b = 1", "<!DOCTYPE html>", "a='1'\na.b=2", "= 1"})
        EXPECT_FALSE(read(text)) << text;
    EXPECT_THAT(read("a = 1\n\n<html>").error().message, HasSubstr("line 3"));
    EXPECT_THAT(read("a = " + std::string(1000, '[')).error().message, HasSubstr("nested"));
}

} // namespace
} // namespace basekeeper::stack::toml
