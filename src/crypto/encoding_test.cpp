// Encodings against RFC 4648, and what strict decoding refuses.
#include "crypto/bytes.hpp"
#include "crypto/encoding.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::crypto {
namespace {

std::string text_from(const result<std::vector<std::byte>>& bytes)
{
    return bytes ? std::string(text_of(*bytes)) : "refused: " + bytes.error().message;
}

TEST(encoding, matches_the_vectors_of_rfc_4648)
{
    const std::vector<std::array<std::string, 4>> vectors = {
        {"", "", "", ""},
        {"f", "Zg==", "Zg", "66"},
        {"fo", "Zm8=", "Zm8", "666f"},
        {"foo", "Zm9v", "Zm9v", "666f6f"},
        {"foob", "Zm9vYg==", "Zm9vYg", "666f6f62"},
        {"fooba", "Zm9vYmE=", "Zm9vYmE", "666f6f6261"},
        {"foobar", "Zm9vYmFy", "Zm9vYmFy", "666f6f626172"},
    };
    for (const auto& [plain, base64, base64url, hex] : vectors) {
        EXPECT_EQ(to_base64(bytes_of(plain)), base64);
        EXPECT_EQ(to_base64url(bytes_of(plain)), base64url);
        EXPECT_EQ(to_hex(bytes_of(plain)), hex);
        EXPECT_EQ(text_from(from_base64(base64)), plain);
        EXPECT_EQ(text_from(from_base64url(base64url)), plain);
        EXPECT_EQ(text_from(from_hex(hex)), plain);
    }
}

TEST(encoding, the_two_alphabets_differ_in_their_last_two_characters)
{
    const std::vector<std::byte> bytes{std::byte{0xFB}, std::byte{0xEF}, std::byte{0xFF}};
    EXPECT_EQ(to_base64(bytes), "++//");
    EXPECT_EQ(to_base64url(bytes), "--__");
    EXPECT_FALSE(from_base64("--__").has_value());
    EXPECT_FALSE(from_base64url("++//").has_value());
}

TEST(encoding, gives_back_every_byte_at_every_length)
{
    std::vector<std::byte> bytes;
    for (int i = 0; i < 300; ++i) {
        EXPECT_EQ(from_base64(to_base64(bytes)).value(), bytes);
        EXPECT_EQ(from_base64url(to_base64url(bytes)).value(), bytes);
        EXPECT_EQ(from_hex(to_hex(bytes)).value(), bytes);
        bytes.push_back(static_cast<std::byte>(i * 7));
    }
}

TEST(encoding, base64url_has_one_spelling_per_value)
{
    using namespace std::string_view_literals;
    for (const auto text : {"Zg=="sv, "Zg="sv, "Z"sv, "Zh"sv, "Zm9vY"sv, "Zm 9v"sv, "Zm9v\n"sv, "Zm9v."sv, "Zm9v\0"sv})
    {
        const auto bytes = from_base64url(text);
        ASSERT_FALSE(bytes.has_value()) << text;
        EXPECT_EQ(bytes.error().code, condition::invalid_argument);
    }
}

TEST(encoding, base64_needs_exact_padding)
{
    using namespace std::string_view_literals;
    for (const auto text : {"Zg"sv, "Zg="sv, "Zg==="sv, "Zh=="sv, "=Zg="sv, "Zm9v "sv, "===="sv, "Zg==Zg=="sv})
        EXPECT_FALSE(from_base64(text).has_value()) << text;
}

TEST(encoding, hex_takes_both_cases_and_nothing_else)
{
    EXPECT_EQ(text_from(from_hex("4A4b")), "JK");
    using namespace std::string_view_literals;
    for (const auto text : {"4"sv, "4g"sv, "0x4a"sv, "4a "sv, "4a:4b"sv, "4a4"sv, "\0\0"sv})
        EXPECT_FALSE(from_hex(text).has_value()) << text;
}

} // namespace
} // namespace basekeeper::crypto
