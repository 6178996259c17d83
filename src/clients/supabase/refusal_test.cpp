// The words of the programs behind a gateway, and what must come of them.
#include "clients/supabase/refusal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::supabase {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

http::client_response came(int status, std::string body, std::string type = "application/json")
{
    return {status, {{"content-type", std::move(type)}}, std::move(body)};
}

TEST(refusal, a_key_that_the_gateway_does_not_know_is_no_wrong_signature)
{
    const auto e = explain(came(401, R"({"message":"Invalid authentication credentials"})"), {"auth", key::anon});
    EXPECT_EQ(e.code, condition::denied);
    EXPECT_EQ(e.http_status, 401);
    EXPECT_THAT(e.message, HasSubstr("the gateway does not know the anon key"));
    EXPECT_THAT(e.hint, HasSubstr("compare ANON_KEY"));
}

TEST(refusal, gateways_say_that_they_do_not_know_a_key_in_several_ways)
{
    EXPECT_EQ(refusal_of(came(401, R"({ "message":"Unauthorized", "request_id":"1" })")), refusal::unknown_key);
    EXPECT_EQ(refusal_of(came(403, "RBAC: access denied", "text/plain")), refusal::unknown_key);
    EXPECT_EQ(refusal_of(came(401, R"({"message":"No API key found in request"})")), refusal::no_key);
    EXPECT_EQ(refusal_of(came(401, R"({"msg":"Unauthorized"})")), refusal::other);
}

TEST(refusal, a_wrong_signature_is_told_by_every_service_in_its_own_words)
{
    for (const auto* body :
         {R"({"code":403,"error_code":"bad_jwt","msg":"invalid JWT: token signature is invalid: signature is invalid"})",
          R"({"code":"PGRST301","details":null,"hint":null,"message":"JWSError JWSInvalidSignature"})",
          R"({"code":"PGRST301","details":"None of the keys","hint":null,"message":"No suitable key or wrong key type"})",
          R"({"statusCode":"403","error":"Unauthorized","message":"signature verification failed"})",
          R"({"error":"JwtSignatureError: Failed to validate JWT signature"})"})
    {
        EXPECT_EQ(refusal_of(came(403, body)), refusal::wrong_signature) << body;
        const auto e = explain(came(403, body), {"rest", key::service});
        EXPECT_THAT(e.hint, HasSubstr("JWT_SECRET"));
    }
}

TEST(refusal, an_expired_key_is_told_from_a_wrong_one)
{
    for (const auto* body :
         {R"({"error_code":"bad_jwt","msg":"invalid JWT: token has invalid claims: token is expired"})",
          R"({"code":"PGRST303","message":"JWT expired"})",
          R"({"statusCode":"403","message":"\"exp\" claim timestamp check failed"})"})
        EXPECT_EQ(refusal_of(came(401, body)), refusal::expired) << body;
}

TEST(refusal, a_good_key_with_the_wrong_role_says_that_keys_may_be_swapped)
{
    const auto body = R"({"code":403,"error_code":"not_admin","msg":"User not allowed"})";
    EXPECT_EQ(refusal_of(came(403, body)), refusal::not_admin);
    EXPECT_THAT(explain(came(403, body), {"auth", key::service}).hint, HasSubstr("swapped"));
    EXPECT_EQ(refusal_of(came(403, R"({"message":"You cannot consume this service"})")), refusal::wrong_kind);
}

TEST(refusal, a_service_that_is_away_is_told_from_one_that_does_not_answer)
{
    EXPECT_EQ(refusal_of(came(503, R"({"message":"name resolution failed"})")), refusal::service_away);
    EXPECT_EQ(
        refusal_of(came(502, R"({"message":"An invalid response was received from the upstream server"})")),
        refusal::service_silent
    );
    EXPECT_EQ(refusal_of(came(503, "no healthy upstream", "text/plain")), refusal::service_silent);
    EXPECT_EQ(refusal_of(came(503, R"({"code":"PGRST002","message":"Could not query"})")), refusal::database_away);
    EXPECT_EQ(explain(came(503, "{}"), {"rest"}).code, condition::unavailable);
}

TEST(refusal, a_page_or_a_redirect_is_another_server)
{
    EXPECT_EQ(refusal_of(came(404, "<html>", "text/html; charset=utf-8")), refusal::elsewhere);
    EXPECT_EQ(refusal_of(came(301, "", "text/plain")), refusal::elsewhere);
    EXPECT_EQ(refusal_of(came(404, "404 page not found\n", "text/plain")), refusal::not_there);
}

TEST(refusal, repeats_nothing_that_the_other_side_said)
{
    const auto e = explain(came(500, R"({"message":"the key was eyJsecret"})"), {"storage", key::service});
    EXPECT_THAT(e.message + e.hint + e.server_text, Not(HasSubstr("eyJsecret")));
}

TEST(refusal, success_is_none)
{
    EXPECT_EQ(refusal_of(came(200, R"({"message":"signature verification failed"})")), refusal::none);
}

} // namespace
} // namespace basekeeper::supabase
