// Tokens of others: every algorithm is verified, every known attack is refused.
#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "crypto/jwt.hpp"
#include "crypto/test_keys.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace basekeeper::crypto {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using testing::key_set_text;
using testing::signing_key;

constexpr wall_time now{seconds{1'800'000'000}};
constexpr std::int64_t now_s = 1'800'000'000;

class token_rules_of_others : public ::testing::Test
{
protected:
    static boost::json::object claims(const boost::json::object& extra = {})
    {
        boost::json::object out{
            {"iss", "https://as.example"}, {"aud", "https://us.example/mcp"}, {"sub", "ann"}, {"exp", now_s + 600}
        };
        for (const auto& member : extra)
            if (member.value().is_null())
                out.erase(member.key());
            else
                out[member.key()] = member.value();
        return out;
    }

    std::string outcome(std::string_view token) const
    {
        const auto verified = verify_jwt(token, keys, rules, now);
        if (verified)
            return "accepted";
        EXPECT_FALSE(verified.error().hint.empty());
        return std::string(to_string(verified.error().code)) + ": " + verified.error().message;
    }

    void knows(std::initializer_list<boost::json::object> jwks) { keys = parse_key_set(key_set_text(jwks)).value(); }

    signing_key rsa{jwt_algorithm::rs256, "r"};
    signing_key ec{jwt_algorithm::es256, "e"};
    key_set keys = parse_key_set(key_set_text({rsa.jwk(), ec.jwk()})).value();
    token_rules rules{
        .algorithms = {jwt_algorithm::rs256, jwt_algorithm::ps256, jwt_algorithm::es256, jwt_algorithm::eddsa},
        .issuers = {"https://as.example"},
        .audiences = {"https://us.example/mcp"},
    };
};

TEST_F(token_rules_of_others, accept_every_algorithm_by_its_key)
{
    for (const auto a : {jwt_algorithm::rs256, jwt_algorithm::ps256, jwt_algorithm::es256, jwt_algorithm::eddsa}) {
        const signing_key key(a, "mine");
        const signing_key other(a, "mine");
        knows({key.jwk()});
        EXPECT_EQ(outcome(key.token(claims())), "accepted") << to_string(a);
        EXPECT_THAT(outcome(other.token(claims())), HasSubstr("denied: token is refused: its signature is wrong"));
    }
    keys = {verification_key::shared(secret<>(std::string(32, 's'))).value()};
    rules.algorithms = {jwt_algorithm::hs256};
    const std::string key(32, 's');
    EXPECT_EQ(outcome(sign_jwt(claims(), bytes_of(key)).value()), "accepted");
}

TEST_F(token_rules_of_others, give_the_claims_back)
{
    const auto verified = verify_jwt(rsa.token(claims({{"scope", "a b"}})), keys, rules, now);
    ASSERT_TRUE(verified);
    EXPECT_EQ(verified->at("sub").as_string(), "ann");
    EXPECT_EQ(verified->at("scope").as_string(), "a b");
}

TEST_F(token_rules_of_others, refuse_tokens_without_signature)
{
    const auto payload = to_base64url(bytes_of(boost::json::serialize(claims())));
    for (const std::string_view alg : {"none", "None", "NONE", "nOnE", ""}) {
        const auto header = boost::json::serialize(boost::json::object{{"alg", alg}, {"kid", "r"}});
        const auto text = to_base64url(bytes_of(header)) + "." + payload;
        EXPECT_THAT(outcome(text + "."), HasSubstr("algorithm is not allowed"));
        EXPECT_THAT(outcome(text), HasSubstr("not a signed"));
    }
    EXPECT_THAT(outcome(rsa.sign("{}", boost::json::serialize(claims()))), HasSubstr("algorithm"));
    EXPECT_THAT(outcome(rsa.sign(R"({"alg":["RS256"]})", "{}")), HasSubstr("algorithm"));
    auto cut = rsa.token(claims());
    cut.resize(cut.rfind('.') + 1);
    EXPECT_THAT(outcome(cut), HasSubstr("signature is wrong"));
}

TEST_F(token_rules_of_others, refuse_hs256_under_the_public_key)
{
    rules.algorithms.push_back(jwt_algorithm::hs256);
    for (const auto& secret : {rsa.pem(), std::string(rsa.jwk().at("n").as_string()), std::string()}) {
        const auto header = to_base64url(bytes_of(R"({"alg":"HS256","kid":"r"})"));
        const auto text = header + "." + to_base64url(bytes_of(boost::json::serialize(claims())));
        const auto token = text + "." + to_base64url(hmac_sha256(bytes_of(secret), text));
        EXPECT_THAT(outcome(token), HasSubstr("does not fit the key"));
    }
}

TEST_F(token_rules_of_others, refuse_an_algorithm_that_does_not_fit_the_key_or_is_not_allowed)
{
    EXPECT_THAT(outcome(rsa.token(claims(), {{"kid", "e"}})), HasSubstr("does not fit the key"));
    rules.algorithms = {jwt_algorithm::es256};
    EXPECT_THAT(outcome(rsa.token(claims())), HasSubstr("algorithm is not allowed"));
    EXPECT_EQ(outcome(ec.token(claims())), "accepted");
}

TEST_F(token_rules_of_others, choose_the_key_by_its_id)
{
    EXPECT_THAT(outcome(rsa.token(claims(), {{"kid", "new"}})), HasSubstr("not_found: ")) << "the keys may be stale";
    EXPECT_THAT(outcome(rsa.token(claims(), {{"kid", 7}})), HasSubstr("kid is no text"));
    const signing_key unnamed(jwt_algorithm::rs256, "");
    const signing_key second(jwt_algorithm::rs256, "s");
    EXPECT_THAT(outcome(unnamed.token(claims())), HasSubstr("not_found: ")) << "one key fits, there may be a newer one";
    knows({rsa.jwk(), second.jwk()});
    EXPECT_THAT(outcome(unnamed.token(claims())), HasSubstr("not_found: "));
    EXPECT_EQ(outcome(second.sign(R"({"alg":"RS256"})", boost::json::serialize(claims()))), "accepted")
        << "all that fit are tried";
    knows({rsa.jwk(), unnamed.jwk()});
    EXPECT_EQ(outcome(unnamed.token(claims(), {{"kid", "any"}})), "accepted") << "a key without id answers to any";
    knows({ec.jwk()});
    EXPECT_THAT(outcome(unnamed.token(claims())), HasSubstr("no key fits"));
}

TEST_F(token_rules_of_others, never_take_a_key_from_the_token)
{
    const signing_key own(jwt_algorithm::rs256, "r");
    EXPECT_THAT(
        outcome(own.token(claims(), {{"jwk", own.jwk()}, {"jku", "https://evil.example/keys"}, {"x5u", "https://e"}})),
        HasSubstr("signature is wrong")
    );
}

TEST_F(token_rules_of_others, ask_for_issuer_and_audience)
{
    for (const auto& extra :
         {boost::json::object{{"iss", "https://other.example"}},
          {{"iss", "https://as.example/"}},
          {{"iss", nullptr}},
          {{"iss", 5}},
          {{"iss", {"https://as.example"}}}})
        EXPECT_THAT(outcome(rsa.token(claims(extra))), HasSubstr("another issuer"));
    for (const auto& extra :
         {boost::json::object{{"aud", "https://us.example"}},
          {{"aud", nullptr}},
          {{"aud", boost::json::array{}}},
          {{"aud", boost::json::array{5, "x"}}},
          {{"aud", boost::json::object{{"https://us.example/mcp", 1}}}},
          {{"aud", ""}}})
        EXPECT_THAT(outcome(rsa.token(claims(extra))), HasSubstr("another audience"));
    EXPECT_EQ(outcome(rsa.token(claims({{"aud", boost::json::array{"x", "https://us.example/mcp"}}}))), "accepted");
    rules.same_audience = [](std::string_view a, std::string_view b) { return a.substr(0, 10) == b.substr(0, 10); };
    EXPECT_EQ(outcome(rsa.token(claims({{"aud", "https://us.example"}}))), "accepted");
    rules.audiences.clear();
    EXPECT_THAT(outcome(rsa.token(claims())), HasSubstr("another audience")) << "nothing configured accepts nothing";
}

TEST_F(token_rules_of_others, keep_to_the_dates_give_or_take_the_leeway)
{
    rules.leeway = seconds{60};
    EXPECT_EQ(outcome(rsa.token(claims({{"exp", now_s - 59}}))), "accepted");
    EXPECT_THAT(outcome(rsa.token(claims({{"exp", now_s - 60}}))), HasSubstr("expired"));
    EXPECT_THAT(outcome(rsa.token(claims({{"exp", nullptr}}))), HasSubstr("does not expire"));
    EXPECT_THAT(outcome(rsa.token(claims({{"exp", "9999999999"}}))), HasSubstr("exp is not a number"));
    EXPECT_EQ(outcome(rsa.token(claims({{"nbf", now_s + 60}}))), "accepted");
    EXPECT_THAT(outcome(rsa.token(claims({{"nbf", now_s + 61}}))), HasSubstr("not valid yet"));
}

TEST_F(token_rules_of_others, refuse_tokens_for_another_purpose_or_with_unknown_extensions)
{
    EXPECT_EQ(outcome(rsa.token(claims(), {{"typ", "at+JWT"}})), "accepted");
    EXPECT_EQ(outcome(rsa.token(claims(), {{"typ", "JWT"}})), "accepted");
    EXPECT_THAT(outcome(rsa.token(claims(), {{"typ", "dpop+jwt"}})), HasSubstr("no access token"));
    EXPECT_THAT(outcome(rsa.token(claims(), {{"typ", 1}})), HasSubstr("no access token"));
    EXPECT_THAT(outcome(rsa.token(claims(), {{"crit", {"exp"}}})), HasSubstr("extension"));
    EXPECT_THAT(outcome(rsa.token(claims(), {{"b64", false}})), HasSubstr("extension"));
}

TEST_F(token_rules_of_others, refuse_what_is_not_exactly_a_token)
{
    const auto good = rsa.token(claims());
    ASSERT_EQ(outcome(good), "accepted");
    for (const auto& bad :
         {good + ".", good + "=", good + "\n", " " + good, good + ".x", good + "A", std::string("..")})
        EXPECT_NE(outcome(bad), "accepted") << bad;
    EXPECT_THAT(outcome(std::string(max_token_bytes + 1, 'a')), HasSubstr("too long"));
    EXPECT_THAT(outcome(rsa.sign(R"({"alg":"RS256","kid":"r"})", "[]")), HasSubstr("claims are not a JSON object"));
    EXPECT_THAT(outcome(rsa.sign(R"({"alg":"RS256","kid":"r"} x)", "{}")), HasSubstr("not a signed"));
    EXPECT_THAT(outcome(rsa.sign(std::string(200, '['), "{}")), HasSubstr("not a signed"));
    const auto first = good.find('.');
    const auto forged = good.substr(0, first + 1) +
                        to_base64url(bytes_of(boost::json::serialize(claims({{"sub", "root"}})))) +
                        good.substr(good.rfind('.'));
    EXPECT_THAT(outcome(forged), HasSubstr("signature is wrong"));
}

} // namespace
} // namespace basekeeper::crypto
