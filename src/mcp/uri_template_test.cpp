// Addresses are matched as RFC 6570 writes them, and no value can climb out of its place.
#include "mcp/uri_template.hpp"

#include <gtest/gtest.h>

namespace basekeeper::mcp {
namespace {

std::string match(std::string_view uri_template, std::string_view uri)
{
    const auto found = match_uri(uri_template, uri);
    if (!found)
        return "no";
    std::string out;
    for (const auto& [name, value] : *found)
        out.append(name).append("=").append(value).append(";");
    return out;
}

TEST(uri_template, variables_take_what_stands_in_their_place)
{
    EXPECT_EQ(match("a://{x}/b", "a://1/b"), "x=1;");
    EXPECT_EQ(match("a://{x}", "a://last"), "x=last;");
    EXPECT_EQ(match("a://{x}-{y}.z", "a://1-2.z"), "x=1;y=2;");
    EXPECT_EQ(match("a://plain", "a://plain"), "");
}

TEST(uri_template, values_are_percent_decoded)
{
    EXPECT_EQ(match("a://{x}/b", "a://M%C3%BCller%20A/b"), "x=Müller A;");
    for (const auto* bad : {"a://%/b", "a://%4/b", "a://%zz/b", "a://%C3/b", "a://a b/b", "a://a%00b/b"})
        EXPECT_EQ(match("a://{x}/b", bad), "no") << bad;
}

TEST(uri_template, what_does_not_fit_is_not_matched)
{
    for (const auto* bad : {"a:///b", "a://1/c", "a://1/b/c", "a://1", "b://1/b", "a://1/2/b", "", "a://1/bb"})
        EXPECT_EQ(match("a://{x}/b", bad), "no") << bad;
}

TEST(uri_template, path_traversal_is_refused)
{
    for (const auto* bad : {"a://../b", "a://./b", "a://..%2F..%2Fetc/b", "a://x%5Cy/b", "a://%2e%2e/b"})
        EXPECT_EQ(match("a://{x}/b", bad), "no") << bad;
}

TEST(uri_template, a_broken_template_matches_nothing)
{
    EXPECT_EQ(match("a://{x", "a://1"), "no");
}

} // namespace
} // namespace basekeeper::mcp
