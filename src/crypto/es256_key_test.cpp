// The key as others see it: our own verifier takes its tokens, and the public half holds nothing private.
#include "crypto/es256_key.hpp"
#include "crypto/jwk.hpp"
#include "crypto/jwt.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::crypto {
namespace {

constexpr wall_time now{std::chrono::seconds{1'800'000'000}};

boost::json::object claims()
{
    return {{"iss", "us"}, {"aud", "them"}, {"exp", 1'800'000'100}};
}

token_rules rules()
{
    return {.algorithms = {jwt_algorithm::es256}, .issuers = {"us"}, .audiences = {"them"}};
}

key_set keys_of(const es256_key& key)
{
    return *parse_key_set(boost::json::serialize(key.public_jwk()));
}

TEST(es256_key, signs_what_its_public_half_verifies)
{
    const auto key = es256_key::generate();
    for (int i = 0; i < 300; ++i) // a number with leading zeros comes once in 256
        ASSERT_TRUE(verify_jwt(key.sign(claims()), keys_of(key), rules(), now)) << i;
}

TEST(es256_key, does_not_verify_for_another_key)
{
    const auto token = es256_key::generate().sign(claims());
    EXPECT_FALSE(verify_jwt(token, keys_of(es256_key::generate()), rules(), now));
}

TEST(es256_key, the_public_half_holds_no_private_number_and_cannot_sign)
{
    const auto shown = es256_key::generate().public_jwk();
    EXPECT_FALSE(shown.contains("d"));
    EXPECT_EQ(boost::json::serialize(shown.at("key_ops")), R"(["verify"])");
}

TEST(es256_key, the_private_half_is_the_public_one_with_the_number)
{
    const auto key = es256_key::generate();
    const auto read = boost::json::parse(key.private_jwk().reveal()).as_object();
    EXPECT_EQ(read.at("d").as_string().size(), 43U);
    EXPECT_EQ(read.at("x"), key.public_jwk().at("x"));
    EXPECT_EQ(read.at("kid"), boost::json::string(key.id()));
    EXPECT_EQ(boost::json::serialize(read.at("key_ops")), R"(["sign","verify"])");
}

TEST(es256_key, is_read_back_from_its_private_half)
{
    const auto key = es256_key::generate();
    const auto read = es256_key::from_private_jwk(boost::json::parse(key.private_jwk().reveal()).as_object());
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->id(), key.id());
    EXPECT_EQ(read->private_jwk().reveal(), key.private_jwk().reveal());
    EXPECT_TRUE(verify_jwt(read->sign(claims()), keys_of(key), rules(), now));
}

TEST(es256_key, refuses_halves_that_do_not_belong_together)
{
    auto jwk = boost::json::parse(es256_key::generate().private_jwk().reveal()).as_object();
    const auto other = boost::json::parse(es256_key::generate().private_jwk().reveal()).as_object();
    jwk["d"] = other.at("d");
    EXPECT_FALSE(es256_key::from_private_jwk(jwk));
    EXPECT_FALSE(es256_key::from_private_jwk(es256_key::generate().public_jwk()));
    EXPECT_FALSE(es256_key::from_private_jwk({{"kty", "oct"}, {"k", "AAAA"}}));
}

} // namespace
} // namespace basekeeper::crypto
