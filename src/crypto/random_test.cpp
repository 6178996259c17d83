// Random values: shape, and that they differ.
#include "crypto/encoding.hpp"
#include "crypto/random.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

namespace basekeeper::crypto {
namespace {

TEST(random, fills_every_byte)
{
    // A byte that is left alone stays zero in all 64 draws; by chance that happens once in 2^512 / 1000 runs.
    std::array<bool, 1000> seen{};
    for (int draw = 0; draw < 64; ++draw) {
        std::vector<std::byte> bytes(seen.size());
        random_bytes(bytes);
        for (std::size_t i = 0; i < seen.size(); ++i)
            seen[i] = seen[i] || bytes[i] != std::byte{0};
    }
    EXPECT_TRUE(std::ranges::all_of(seen, std::identity{}));
    random_bytes({});
}

TEST(random, a_token_is_base64url_of_the_bytes_asked_for)
{
    EXPECT_EQ(random_token(0), "");
    const auto token = random_token(32);
    EXPECT_EQ(token.size(), 43U);
    const auto bytes = from_base64url(token);
    ASSERT_TRUE(bytes.has_value());
    EXPECT_EQ(bytes->size(), 32U);
}

TEST(random, a_text_has_the_length_and_only_characters_of_the_alphabet)
{
    for (const std::size_t count : {0U, 1U, 16U, 32U, 1000U}) {
        const auto text = random_text(count, "abc");
        EXPECT_EQ(text.reveal().size(), count);
        EXPECT_EQ(text.reveal().find_first_not_of("abc"), std::string::npos);
    }
}

TEST(random, no_character_of_an_alphabet_is_drawn_more_often)
{
    // 62 does not divide 256: without care the first 8 would come 5 times for every 4 of the others.
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const auto text = random_text(620'000, alphabet);
    for (const char c : alphabet)
        EXPECT_NEAR(static_cast<double>(std::ranges::count(text.reveal(), c)), 10'000, 700) << c; // seven deviations
}

TEST(random, values_do_not_repeat)
{
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        seen.insert(random_token(16));
        seen.insert(uuid_v4());
    }
    EXPECT_EQ(seen.size(), 2000U);
    EXPECT_FALSE(random_key() == random_key());
}

TEST(random, a_uuid_has_version_4_and_the_rfc_variant)
{
    for (int i = 0; i < 100; ++i)
        EXPECT_THAT(
            uuid_v4(), testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
        );
}

TEST(token_source, gives_no_token_twice)
{
    token_source source;
    std::set<std::string> seen;
    for (int i = 0; i < 1'000; ++i) {
        const auto token = source.next();
        EXPECT_EQ(token.size(), 12U);
        EXPECT_TRUE(seen.insert(token).second) << token;
    }
}

} // namespace
} // namespace basekeeper::crypto
