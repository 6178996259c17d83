// Key sets: the keys of RFC 7517 and RFC 8037 are read, unusable and unsafe ones are not.
#include "crypto/encoding.hpp"
#include "crypto/jwk.hpp"
#include "crypto/test_keys.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace basekeeper::crypto {
namespace {

using testing::key_set_text;
using testing::signing_key;

result<verification_key> read(std::string_view text)
{
    return verification_key::from_jwk(boost::json::parse(text).as_object());
}

TEST(jwk, verifies_the_ed25519_signature_of_rfc_8037_appendix_a_4)
{
    const auto key = read(R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})");
    ASSERT_TRUE(key) << describe(key.error());
    const auto signature =
        from_base64url("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
    constexpr std::string_view text = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    EXPECT_TRUE(key->verifies(jwt_algorithm::eddsa, text, *signature));
    EXPECT_FALSE(key->verifies(jwt_algorithm::eddsa, std::string(text) + "x", *signature));
    EXPECT_FALSE(key->verifies(jwt_algorithm::hs256, text, *signature));
}

TEST(jwk, verifies_the_es256_signature_of_rfc_7515_appendix_a_3)
{
    const auto key = read(R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})");
    ASSERT_TRUE(key) << describe(key.error());
    const auto signature =
        from_base64url("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
    constexpr std::string_view text =
        "eyJhbGciOiJFUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    EXPECT_TRUE(key->verifies(jwt_algorithm::es256, text, *signature));
    auto changed = *signature;
    changed[10] ^= std::byte{1};
    EXPECT_FALSE(key->verifies(jwt_algorithm::es256, text, changed));
    EXPECT_FALSE(key->verifies(jwt_algorithm::es256, text, std::span(*signature).first(63)));
    EXPECT_FALSE(key->verifies(jwt_algorithm::es256, text, {}));
    const std::vector<std::byte> zeros(64); // CVE-2022-21449: r = s = 0 is a signature of nothing
    EXPECT_FALSE(key->verifies(jwt_algorithm::es256, text, zeros));
}

TEST(jwk, refuses_keys_that_are_not_safe_to_trust)
{
    const signing_key rsa(jwt_algorithm::rs256);
    const signing_key ec(jwt_algorithm::es256);
    const signing_key small(jwt_algorithm::rs256, "small", 1'024);
    EXPECT_TRUE(verification_key::from_jwk(rsa.jwk()));
    EXPECT_FALSE(verification_key::from_jwk(small.jwk()));
    EXPECT_FALSE(verification_key::from_jwk(rsa.jwk({{"e", "AQ"}}))) << "exponent 1: everything is a signature";
    EXPECT_FALSE(verification_key::from_jwk(rsa.jwk({{"e", "Ag"}}))) << "an even exponent";
    EXPECT_FALSE(verification_key::from_jwk(rsa.jwk({{"e", ""}})));
    EXPECT_FALSE(verification_key::from_jwk(rsa.jwk({{"n", std::string(2'000, 'A')}})));
    EXPECT_FALSE(verification_key::from_jwk(ec.jwk({{"x", ec.jwk().at("y")}}))) << "a point off the curve";
    EXPECT_FALSE(verification_key::from_jwk(ec.jwk({{"crv", "P-384"}})));
    EXPECT_FALSE(verification_key::from_jwk(ec.jwk({{"x", 5}})));
    EXPECT_FALSE(read(R"({"kty":"OKP","crv":"Ed25519","x":"AAAA"})"));
    EXPECT_FALSE(read(R"({"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"));
}

TEST(jwk, refuses_a_published_secret_and_keys_for_other_work)
{
    const signing_key rsa(jwt_algorithm::rs256);
    EXPECT_FALSE(read(R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4h"})"));
    EXPECT_FALSE(verification_key::from_jwk(rsa.jwk({{"use", "enc"}})));
    EXPECT_FALSE(verification_key::from_jwk(rsa.jwk({{"key_ops", {"encrypt"}}})));
    EXPECT_TRUE(verification_key::from_jwk(rsa.jwk({{"use", "sig"}, {"key_ops", boost::json::array{"verify"}}})));
    EXPECT_FALSE(verification_key::from_jwk(rsa.jwk({{"alg", "ES256"}})));
    EXPECT_FALSE(verification_key::from_jwk(rsa.jwk({{"alg", "none"}})));
    EXPECT_FALSE(verification_key::from_jwk(rsa.jwk({{"alg", 256}})));
    EXPECT_FALSE(verification_key::from_jwk(rsa.jwk({{"kid", std::string(300, 'k')}})));
}

TEST(jwk, a_key_fits_the_algorithms_of_its_kind_unless_it_names_one)
{
    const signing_key rsa(jwt_algorithm::rs256);
    const auto any = verification_key::from_jwk(rsa.jwk());
    EXPECT_TRUE(any->fits(jwt_algorithm::rs256));
    EXPECT_TRUE(any->fits(jwt_algorithm::ps256));
    EXPECT_FALSE(any->fits(jwt_algorithm::hs256));
    EXPECT_FALSE(any->fits(jwt_algorithm::es256));
    const auto one = verification_key::from_jwk(rsa.jwk({{"alg", "PS256"}}));
    EXPECT_FALSE(one->fits(jwt_algorithm::rs256));
    EXPECT_TRUE(one->fits(jwt_algorithm::ps256));
}

TEST(jwk, a_shared_secret_must_be_long_enough)
{
    EXPECT_TRUE(verification_key::shared(secret<>(std::string(32, 's'))));
    const auto refused = verification_key::shared(secret<>(std::string(31, 's')));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message.find("sss"), std::string::npos);
}

TEST(key_set, leaves_out_what_it_cannot_use)
{
    const signing_key rsa(jwt_algorithm::rs256, "a");
    const signing_key ec(jwt_algorithm::es256, "b");
    const auto keys =
        parse_key_set(key_set_text({{{"kty", "oct"}, {"k", "AAAA"}}, rsa.jwk(), {{"kty", "new"}}, ec.jwk()}));
    ASSERT_TRUE(keys) << describe(keys.error());
    ASSERT_EQ(keys->size(), 2U);
    EXPECT_EQ(keys->at(0).id(), "a");
    EXPECT_EQ(keys->at(1).id(), "b");
    EXPECT_EQ(parse_key_set(boost::json::serialize(rsa.jwk()))->size(), 1U) << "one key alone";
}

TEST(key_set, refuses_texts_that_are_none)
{
    const signing_key rsa(jwt_algorithm::rs256);
    boost::json::array many(max_keys + 1, rsa.jwk());
    for (const auto& text :
         {std::string(),
          std::string("[]"),
          std::string("{}"),
          std::string(R"({"keys":[]})"),
          std::string(R"({"keys":{}})"),
          std::string(R"({"keys":[1,"x",null]})"),
          key_set_text({rsa.jwk()}) + "x",
          std::string(max_key_set_bytes + 1, ' '),
          boost::json::serialize(boost::json::object{{"keys", many}})})
    {
        const auto read = parse_key_set(text);
        ASSERT_FALSE(read) << text.substr(0, 60);
        EXPECT_EQ(read.error().code, condition::invalid_argument);
    }
}

} // namespace
} // namespace basekeeper::crypto
