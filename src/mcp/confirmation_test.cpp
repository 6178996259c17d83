// A confirmation token is good once, for one call, for a while.
#include "mcp/confirmation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::mcp {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class confirmation : public ::testing::Test
{
protected:
    static confirmation_tokens with_key(char key, const clock& time)
    {
        return confirmation_tokens(crypto::secret<std::string>(std::string(32, key)), time);
    }

    /// What redeeming says, or "good".
    std::string redeem(std::string_view token, std::string_view bound_to = "drop t")
    {
        const auto done = tokens.redeem(token, bound_to);
        if (done)
            return "good";
        EXPECT_EQ(done.error().code, condition::denied);
        EXPECT_THAT(done.error().hint, HasSubstr("without `confirm`"));
        return done.error().message;
    }

    manual_clock time;
    confirmation_tokens tokens = with_key('k', time);
};

TEST_F(confirmation, a_token_is_good_once)
{
    const auto token = tokens.issue("drop t", 120s);
    EXPECT_EQ(redeem(token), "good");
    EXPECT_EQ(redeem(token), "the confirmation token was already used");
}

TEST_F(confirmation, a_refused_redemption_does_not_use_it_up)
{
    const auto token = tokens.issue("drop t", 120s);
    EXPECT_EQ(redeem(token, "drop u"), "the confirmation token was made for another call");
    EXPECT_EQ(redeem(token), "good");
}

TEST_F(confirmation, a_token_lives_as_long_as_it_says)
{
    const auto first = tokens.issue("drop t", 120s);
    const auto second = tokens.issue("drop t", 120s);
    time.advance(120s);
    EXPECT_EQ(redeem(first), "good") << "to its last second";
    time.advance(1s);
    EXPECT_EQ(redeem(second), "the confirmation token has expired");
    EXPECT_EQ(redeem(first), "the confirmation token has expired") << "a used one never becomes good again";
}

TEST_F(confirmation, no_two_tokens_are_equal)
{
    EXPECT_NE(tokens.issue("drop t", 120s), tokens.issue("drop t", 120s));
}

TEST_F(confirmation, every_changed_character_is_noticed)
{
    const auto token = tokens.issue("drop t", 120s);
    for (std::size_t i = 0; i < token.size(); ++i) {
        auto changed = token;
        changed[i] = changed[i] == '1' ? '2' : '1';
        EXPECT_NE(redeem(changed), "good") << i;
    }
    EXPECT_NE(redeem(token + "A"), "good");
    EXPECT_NE(redeem(std::string_view(token).substr(0, token.size() - 1)), "good");
    EXPECT_EQ(redeem(token), "good") << "all that did not use it up";
}

TEST_F(confirmation, the_expiry_cannot_be_moved_between_the_parts)
{
    // `12.3` and `1.23` must not sign the same text.
    const auto token = tokens.issue("drop t", 120s);
    const auto dot = token.find('.');
    auto moved = token;
    std::swap(moved[dot], moved[dot - 1]);
    EXPECT_NE(redeem(moved), "good");
}

TEST_F(confirmation, what_is_no_token_is_malformed)
{
    for (const auto& text :
         {std::string(), std::string("."), std::string("abc"), std::string("1.2"), std::string(201, '.')})
        EXPECT_EQ(redeem(text), "the confirmation token is malformed") << text;
    for (const auto* text : {"..", "1.2.3", "x.y.z", "99999999999999999999.a.b", "-1.a.b"})
        EXPECT_EQ(redeem(text), "the confirmation token was made for another call") << text;
}

TEST_F(confirmation, a_token_of_another_key_is_worthless)
{
    auto others = with_key('o', time);
    EXPECT_EQ(redeem(others.issue("drop t", 120s)), "the confirmation token was made for another call");
}

} // namespace
} // namespace basekeeper::mcp
