// No secret is left in a text, however it is named, and the rest stays readable.
#include "clients/dokploy/redact.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace basekeeper::dokploy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

crypto::secret<> secret_of(std::string text)
{
    return crypto::secret<>(std::move(text));
}

TEST(redact, what_is_named_like_a_secret_is_masked_in_every_notation)
{
    const std::vector<std::string> texts{
        R"(rclone ls --s3-access-key-id="KEEPOUT" --s3-secret-access-key="KEEPOUT" :s3:bucket)",
        "rclone --s3-secret-access-key KEEPOUT ls",
        "POSTGRES_PASSWORD=KEEPOUT",
        R"({"password":"KEEPOUT","name":"shop"})",
        R"({\"secretAccessKey\": \"KEEPOUT\"})",
        "JWT_SECRET: KEEPOUT",
        "token='KEEPOUT'",
        "Authorization: Bearer KEEPOUT",
        "-----BEGIN PRIVATE KEY-----\\nKEEPOUT\\n-----END PRIVATE KEY-----",
        "connecting to postgresql://postgres:KEEPOUT@db:5432/postgres failed",
    };
    for (std::size_t i = 0; i < texts.size(); ++i)
        EXPECT_THAT(redact(texts[i]), Not(HasSubstr("KEEPOUT"))) << texts[i];
    EXPECT_EQ(redact("POSTGRES_PASSWORD=KEEPOUT next"), "POSTGRES_PASSWORD=**** next");
}

TEST(redact, a_jwt_is_masked_without_any_name)
{
    const std::string jwt = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2lnbmF0dXJl-_x";
    EXPECT_EQ(redact("got " + jwt + " instead"), "got **** instead");
}

TEST(redact, known_secrets_go_also_as_single_lines_of_an_env_text)
{
    const std::array known{secret_of("A='first value'\nB=second-value\nC=x\n"), secret_of("wholekey")};
    EXPECT_EQ(redact("first value, second-value, wholekey, x", known), "****, ****, ****, x");
}

TEST(redact, ordinary_sentences_stay_as_they_are)
{
    for (const auto* text :
         {"Compose not found",
          "The key is wrong",
          "You don't have access to this service",
          "connect ENOENT /var/run/docker.sock",
          "https://example.com:3000/path is away",
          "the token expired"})
        EXPECT_EQ(redact(text), text);
}

} // namespace
} // namespace basekeeper::dokploy
