// SCRAM verifiers: the exchange of RFC 7677 is proven with ours, and what cannot be one is refused.
#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "crypto/scram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace basekeeper::crypto {
namespace {

scram_salt salt_of(std::string_view base64)
{
    scram_salt out{};
    std::ranges::copy(from_base64(base64).value(), out.begin());
    return out;
}

// RFC 7677 section 3: user "user", password "pencil".
constexpr std::string_view rfc_salt = "W22ZaJ0SNY7soEsUEjb6gQ==";
constexpr std::string_view rfc_messages =
    "n=user,r=rOprNGfwEbeRWgbNEkqO,"
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
constexpr std::string_view rfc_proof = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
constexpr std::string_view rfc_server_signature = "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

TEST(scram_verifier, proves_the_exchange_of_the_rfc)
{
    const auto made = scram_verifier(secret<>("pencil"), salt_of(rfc_salt)).value();
    const auto& text = made.reveal();
    ASSERT_EQ(text.substr(0, 44), "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$");
    const auto stored_key = from_base64(text.substr(44, 44)).value();
    const auto server_key = from_base64(text.substr(89)).value();
    EXPECT_EQ(text[88], ':');
    EXPECT_EQ(to_base64(hmac_sha256(server_key, rfc_messages)), rfc_server_signature);
    // The server recovers the client's key from its proof and compares the digest with what it stores.
    auto client_key = from_base64(rfc_proof).value();
    const auto signature = hmac_sha256(stored_key, rfc_messages);
    for (std::size_t i = 0; i < client_key.size(); ++i)
        client_key[i] ^= signature[i];
    const auto digest = sha256(client_key);
    EXPECT_TRUE(std::ranges::equal(digest, stored_key));
}

TEST(scram_verifier, is_new_each_time_and_does_not_hold_the_password)
{
    const secret<> password("correct-horse");
    const auto one = scram_verifier(password).value();
    const auto two = scram_verifier(password).value();
    EXPECT_NE(one.reveal(), two.reveal());
    EXPECT_EQ(one.reveal().find("correct"), std::string::npos);
}

TEST(scram_verifier, refuses_passwords_that_need_preparation)
{
    for (const auto* password : {"", "with blank", "tab\t", "p\xc3\xa4ss", "\x7f"}) {
        const auto made = scram_verifier(secret<>(password));
        ASSERT_FALSE(made) << password;
        EXPECT_EQ(made.error().code, condition::invalid_argument);
    }
}

} // namespace
} // namespace basekeeper::crypto
