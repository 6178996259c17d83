// Every form of a variable in a compose file.
#include "stack/interpolation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::stack {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const values_by_name values{{"A", "one"}, {"EMPTY", ""}};

std::string filled(std::string_view text)
{
    std::vector<std::string> unset;
    auto out = interpolated(text, values, unset);
    return out ? *out : "failed: " + out.error().message;
}

TEST(interpolation, knows_every_form_of_docker_compose)
{
    EXPECT_EQ(filled("$A-${A}"), "one-one");
    EXPECT_EQ(filled("$$A $${A}"), "$A ${A}");
    EXPECT_EQ(filled("${NOPE:-two}${NOPE-three}"), "twothree");
    EXPECT_EQ(filled("${EMPTY:-two}${EMPTY-three}"), "two");
    EXPECT_EQ(filled("${NOPE:-${A}}"), "one");
    EXPECT_EQ(filled("${A:+yes}${NOPE:+no}"), "yes");
    EXPECT_EQ(filled("100 $ and 5$"), "100 $ and 5$");
    EXPECT_THAT(filled("${NOPE:?say why}"), HasSubstr("required variable NOPE is missing a value: say why"));
    EXPECT_THAT(filled("${A"), HasSubstr("failed: "));
}

TEST(interpolation, names_each_variable_without_a_value_once)
{
    std::vector<std::string> unset;
    EXPECT_EQ(interpolated("$X$Y${X}", values, unset), "");
    EXPECT_THAT(unset, ElementsAre("X", "Y"));
}

} // namespace
} // namespace basekeeper::stack
