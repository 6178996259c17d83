// Header values are taken literally or decoded strictly, never guessed.
#include "mcp/header_value.hpp"

#include <gtest/gtest.h>

namespace basekeeper::mcp {
namespace {

std::string decoded(std::string_view value)
{
    const auto text = decode_header_value(value);
    return text ? *text : "refused: " + text.error().message;
}

TEST(header_value, plain_text_is_itself_without_the_white_space_around)
{
    EXPECT_EQ(decoded("execute_sql"), "execute_sql");
    EXPECT_EQ(decoded(" \tus west 1\t "), "us west 1");
    EXPECT_EQ(decoded(""), "");
    EXPECT_EQ(decoded(" "), "");
}

TEST(header_value, base64_is_decoded_to_text)
{
    EXPECT_EQ(decoded("=?base64?SGVsbG8=?="), "Hello");
    EXPECT_EQ(decoded(" =?base64?5pel5pys?= "), "日本");
    EXPECT_EQ(decoded("=?base64?ID0/?="), " =?") << "what is inside keeps its white space and is not looked at again";
    EXPECT_EQ(
        decoded("=?base64?"
                "?="),
        ""
    ); // in two parts, as a trigraph stands between them
}

TEST(header_value, without_prefix_or_suffix_the_text_is_literal)
{
    EXPECT_EQ(decoded("SGVsbG8="), "SGVsbG8=");
    EXPECT_EQ(decoded("=?base64?SGVsbG8="), "=?base64?SGVsbG8=");
    EXPECT_EQ(decoded("SGVsbG8=?="), "SGVsbG8=?=");
    EXPECT_EQ(decoded("=?BASE64?SGVsbG8=?="), "=?BASE64?SGVsbG8=?=");
    EXPECT_EQ(decoded("=?base64?="), "=?base64?=") << "prefix and suffix may not share a character";
}

TEST(header_value, malformed_base64_is_refused)
{
    constexpr auto malformed = "refused: the header's =?base64?…?= is not base64";
    for (const auto* bad :
         {"=?base64?SGVsbG8?=",
          "=?base64?SGVs!!!bG8=?=",
          "=?base64?SGVs bG8=?=",
          "=?base64?SGVsbG9=?=",
          "=?base64?_-8=?=",
          "=?base64?=?=",
          "=?base64?SGVsbG8==?="})
        EXPECT_EQ(decoded(bad), malformed) << bad;
    EXPECT_EQ(decoded("=?base64?/w==?="), "refused: the header's =?base64?…?= holds no UTF-8");
}

TEST(header_value, characters_that_no_header_has_are_refused)
{
    constexpr auto outside = "refused: the header has a character outside of visible ASCII";
    using namespace std::string_view_literals;
    for (const auto bad : {"a\nb"sv, "a\rb"sv, "a\0b"sv, "a\x7f"sv, "\xc3\xa4"sv})
        EXPECT_EQ(decoded(bad), outside) << ::testing::PrintToString(bad);
    EXPECT_EQ(decoded("a\tb"), "a\tb");
}

} // namespace
} // namespace basekeeper::mcp
