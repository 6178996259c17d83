// Tokens: the example of RFC 7515 verifies; forged, stale and malformed ones do not.
#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "crypto/jwt.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace basekeeper::crypto {
namespace {

using std::chrono::seconds;

const auto key = bytes_of("a key of thirty-two bytes or more");
constexpr wall_time now{seconds{1'800'000'000}};

std::string sign(std::string_view claims)
{
    return sign_jwt(boost::json::parse(claims).as_object(), key).value();
}

/// A token with any header and payload, signed rightly.
std::string signed_as(std::string_view header, std::string_view payload)
{
    auto token = to_base64url(bytes_of(header)) + "." + to_base64url(bytes_of(payload));
    const auto signature = hmac_sha256(key, token);
    return token + "." + to_base64url(signature);
}

std::string outcome(std::string_view token, seconds leeway = {})
{
    const auto claims = verify_jwt(token, key, now, leeway);
    if (claims)
        return "accepted";
    // A token that was good, or will be, is told from one that never was.
    const bool by_date = claims.error().message.ends_with("expired") || claims.error().message.ends_with("valid yet");
    EXPECT_EQ(claims.error().code, by_date ? condition::conflict : condition::denied);
    EXPECT_FALSE(claims.error().hint.empty());
    return claims.error().message;
}

TEST(jwt, verifies_the_example_of_rfc_7515_appendix_a_1)
{
    const auto rfc_key =
        from_base64url("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
            .value();
    const std::string token =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
        ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const auto claims = verify_jwt(token, rfc_key, wall_time{seconds{1'300'819'379}});
    ASSERT_TRUE(claims.has_value()) << describe(claims.error());
    EXPECT_EQ(claims->at("iss").as_string(), "joe");
    EXPECT_TRUE(claims->at("http://example.com/is_root").as_bool());
    EXPECT_FALSE(verify_jwt(token, rfc_key, wall_time{seconds{1'300'819'380}}).has_value());
}

TEST(jwt, signs_the_token_that_every_library_makes_of_these_claims)
{
    // Header and payload in the compact form; the signature was computed with Python's hmac module.
    EXPECT_EQ(
        sign(R"({"role":"anon","iss":"supabase"})"),
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlIjoiYW5vbiIsImlzcyI6InN1cGFiYXNlIn0.ZhH10_"
        "ovel0TeZT0VARipmLimiocqZoTXArC7SZMUS8"
    );
}

TEST(jwt, gives_back_the_claims_it_signed)
{
    const auto claims = verify_jwt(sign(R"({"role":"anon","n":9007199254740993})"), key, now);
    ASSERT_TRUE(claims.has_value());
    EXPECT_EQ(claims->at("role").as_string(), "anon");
    EXPECT_EQ(claims->at("n").as_int64(), 9'007'199'254'740'993);
}

TEST(jwt, a_token_expires_at_exp_and_begins_at_nbf)
{
    EXPECT_EQ(outcome(sign(R"({"exp":1800000001})")), "accepted");
    EXPECT_EQ(outcome(sign(R"({"exp":1800000000.5})")), "accepted");
    EXPECT_EQ(outcome(sign(R"({"exp":1800000000})")), "token is refused: it has expired");
    EXPECT_EQ(outcome(sign(R"({"exp":-1})")), "token is refused: it has expired");
    EXPECT_EQ(outcome(sign(R"({"exp":18446744073709551615})")), "accepted");
    EXPECT_EQ(outcome(sign(R"({"nbf":1800000000})")), "accepted");
    EXPECT_EQ(outcome(sign(R"({"nbf":1800000001})")), "token is refused: it is not valid yet");
}

TEST(jwt, leeway_forgives_clocks_that_differ_and_no_more)
{
    EXPECT_EQ(outcome(sign(R"({"exp":1799999971})"), seconds{30}), "accepted");
    EXPECT_EQ(outcome(sign(R"({"exp":1799999970})"), seconds{30}), "token is refused: it has expired");
    EXPECT_EQ(outcome(sign(R"({"nbf":1800000030})"), seconds{30}), "accepted");
    EXPECT_EQ(outcome(sign(R"({"nbf":1800000031})"), seconds{30}), "token is refused: it is not valid yet");
}

TEST(jwt, dates_that_are_not_numbers_are_refused)
{
    for (const auto* const claims : {R"({"exp":"1900000000"})", R"({"exp":null})", R"({"nbf":true})", R"({"exp":[]})"})
        EXPECT_THAT(outcome(sign(claims)), testing::HasSubstr("is not a number")) << claims;
}

TEST(jwt, the_header_cannot_choose_the_algorithm)
{
    const std::string claims = R"({"role":"service_role"})";
    for (const auto* const header :
         {R"({"alg":"none"})",
          R"({"alg":"None"})",
          R"({"alg":"hs256"})",
          R"({"alg":"HS512"})",
          R"({"alg":"RS256"})",
          R"({"alg":["HS256"]})",
          R"({"alg":null})",
          R"({"typ":"JWT"})"})
        EXPECT_EQ(outcome(signed_as(header, claims)), "token is refused: its algorithm is not HS256") << header;
    const auto unsigned_token =
        to_base64url(bytes_of(R"({"alg":"none"})")) + "." + to_base64url(bytes_of(claims)) + ".";
    EXPECT_EQ(outcome(unsigned_token), "token is refused: its algorithm is not HS256");
}

TEST(jwt, critical_extensions_are_refused)
{
    EXPECT_EQ(
        outcome(signed_as(R"({"alg":"HS256","crit":["b64"],"b64":false})", "{}")),
        "token is refused: it needs an extension that is not supported"
    );
}

TEST(jwt, a_forged_signature_is_refused)
{
    const auto token = sign(R"({"role":"anon"})");
    const std::string wrong = "token is refused: its signature is wrong";
    const auto dot = token.rfind('.');
    EXPECT_EQ(outcome(token.substr(0, dot + 1)), wrong);
    EXPECT_EQ(outcome(token.substr(0, token.size() - 1)), wrong);
    EXPECT_EQ(outcome(token + "="), wrong);
    for (std::size_t i = dot + 1; i < token.size(); ++i) {
        auto changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_EQ(outcome(changed), wrong) << i;
    }
    auto other_claims = sign(R"({"role":"service_role"})");
    other_claims.replace(other_claims.rfind('.'), std::string::npos, token.substr(dot));
    EXPECT_EQ(outcome(other_claims), wrong);
    EXPECT_FALSE(verify_jwt(token, bytes_of("another key"), now).has_value());
}

TEST(jwt, what_is_not_three_strict_segments_is_refused)
{
    const auto token = sign(R"({"role":"anon"})");
    const auto payload = token.substr(0, token.rfind('.'));
    for (const auto& text :
         {std::string{},
          std::string{"."},
          std::string{".."},
          std::string{"..."},
          payload,
          token + ".",
          "." + token,
          token + ".extra",
          " " + token,
          "%" + token,
          std::string{"bm90.anNvbg.eA"},
          to_base64url(bytes_of("[]")) + ".e30.eA",
          std::string(200, '.')})
        EXPECT_EQ(outcome(text), "token is refused: it is not a signed JSON Web Token") << text;
    EXPECT_EQ(outcome(std::string(max_token_bytes + 1, 'e')), "token is refused: it is too long");
}

TEST(jwt, claims_must_be_one_json_object)
{
    const std::string header = R"({"alg":"HS256"})";
    EXPECT_EQ(outcome(signed_as(header, "{}")), "accepted");
    const std::string nested = R"({"a":)" + std::string(5000, '[') + std::string(5000, ']') + "}";
    for (const std::string& payload :
         {std::string{},
          std::string{"[]"},
          std::string{"null"},
          std::string{"{}{}"},
          std::string{"{"},
          std::string{"{\"a\":\"\xFF\"}"},
          nested})
        EXPECT_EQ(outcome(signed_as(header, payload)), "token is refused: its claims are not a JSON object") << payload;
}

TEST(jwt, an_empty_key_signs_and_verifies_nothing)
{
    EXPECT_EQ(sign_jwt({}, {}).error().code, condition::invalid_argument);
    EXPECT_EQ(verify_jwt(sign("{}"), {}, now).error().code, condition::invalid_argument);
}

TEST(jwt, errors_do_not_repeat_the_token)
{
    const auto token = sign(R"({"role":"anon","exp":1})");
    const auto refused = verify_jwt(token, key, now);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(describe(refused.error()).find(token.substr(0, 10)), std::string::npos);
}

} // namespace
} // namespace basekeeper::crypto
