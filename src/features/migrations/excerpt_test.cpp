// Lines are counted from 1, columns in characters, and carets stand where they should.
#include "features/migrations/excerpt.hpp"

#include <gtest/gtest.h>

namespace basekeeper::migrations {
namespace {

TEST(place, counts_lines_and_characters)
{
    constexpr std::string_view text = "a\né b\n";
    EXPECT_EQ(place_text(place_at(text, 0)), "line 1, column 1");
    EXPECT_EQ(place_text(place_at(text, 2)), "line 2, column 1");
    EXPECT_EQ(place_text(place_at(text, 5)), "line 2, column 3");
    EXPECT_EQ(place_text(place_at(text, 99)), "line 3, column 1");
    EXPECT_EQ(byte_of(text, 2, 3), 5U);
    EXPECT_EQ(byte_of(text, 0, 99), text.size());
}

TEST(excerpt, shows_a_line_and_a_caret)
{
    EXPECT_EQ(excerpt("x\nselect y", 9), "LINE 2: select y\n               ^");
    EXPECT_EQ(excerpt("\tx\r\ny", 1), "LINE 1:  x \n         ^") << "nothing moves the cursor";
    EXPECT_EQ(excerpt("", 0), "LINE 1: \n        ^");
}

TEST(excerpt, cuts_a_long_line_around_the_caret)
{
    const auto shown = excerpt(std::string(1'000, 'a') + "!" + std::string(1'000, 'b'), 1'000);
    EXPECT_EQ(
        shown, "LINE 1: ..." + std::string(40, 'a') + "!" + std::string(59, 'b') + "\n" + std::string(51, ' ') + "^"
    );
}

} // namespace
} // namespace basekeeper::migrations
