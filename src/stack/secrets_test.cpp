// Secrets of a stack: lengths, alphabets, claims, and that nothing comes twice.
#include "crypto/encoding.hpp"
#include "crypto/jwt.hpp"
#include "stack/secrets.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace basekeeper::stack {
namespace {

constexpr wall_time now{std::chrono::microseconds{1'800'000'000'654'321}};
constexpr key_terms terms{.now = now};

std::string role_of(const crypto::secret<>& token, const crypto::secret<>& by)
{
    const auto claims = crypto::verify_jwt(token.reveal(), crypto::bytes_of(by.reveal()), now);
    return claims ? std::string(claims->at("role").as_string()) : claims.error().message;
}

TEST(api_keys, are_signed_by_the_secret_with_a_role_each)
{
    const auto keys = new_api_keys(terms);
    EXPECT_EQ(role_of(keys.anon_key, keys.jwt_secret), "anon");
    EXPECT_EQ(role_of(keys.service_role_key, keys.jwt_secret), "service_role");
    EXPECT_NE(keys.anon_key.reveal(), keys.service_role_key.reveal());
}

TEST(api_keys, are_issued_by_supabase_now_and_end_with_their_lifetime)
{
    const auto keys = new_api_keys({.now = now, .lifetime = std::chrono::hours{1}});
    const auto claims = crypto::verify_jwt(keys.anon_key.reveal(), crypto::bytes_of(keys.jwt_secret.reveal()), now);
    ASSERT_TRUE(claims);
    EXPECT_EQ(claims->at("iss"), "supabase");
    EXPECT_EQ(claims->at("iat"), 1'800'000'000);
    EXPECT_EQ(claims->at("exp"), 1'800'003'600);
}

TEST(api_keys, keep_the_secret_they_are_given)
{
    const crypto::secret<> kept(std::string("a-secret-that-was-there-before-1234"));
    const auto keys = new_api_keys(kept, terms);
    EXPECT_EQ(keys.jwt_secret, kept);
    EXPECT_EQ(role_of(keys.anon_key, kept), "anon");
}

TEST(api_keys, asymmetric_ones_verify_by_the_published_set)
{
    const auto keys = new_api_keys(terms);
    const auto set = crypto::parse_key_set(keys.jwt_jwks.reveal());
    ASSERT_TRUE(set);
    const std::string_view token = keys.service_role_key_asymmetric.reveal();
    const auto dot = token.rfind('.');
    const auto signature = crypto::from_base64url(token.substr(dot + 1));
    ASSERT_TRUE(signature);
    EXPECT_TRUE(set->front().verifies(crypto::jwt_algorithm::es256, token.substr(0, dot), *signature));
}

TEST(api_keys, exactly_one_key_of_the_list_signs_and_the_set_holds_no_private_number)
{
    const auto keys = new_api_keys(terms);
    int signing = 0;
    for (const auto& key : boost::json::parse(keys.jwt_keys.reveal()).as_array())
        signing += key.as_object().contains("d") ? 1 : 0;
    EXPECT_EQ(signing, 1);
    EXPECT_THAT(keys.jwt_jwks.reveal(), testing::Not(testing::HasSubstr("\"d\"")));
}

TEST(opaque_keys, have_their_form_and_checksum)
{
    const auto keys = new_api_keys(terms);
    EXPECT_THAT(
        keys.publishable_key.reveal(), testing::ContainsRegex("^sb_publishable_[A-Za-z0-9_-]{22}_[A-Za-z0-9_-]{8}$")
    );
    EXPECT_THAT(keys.secret_key.reveal(), testing::ContainsRegex("^sb_secret_[A-Za-z0-9_-]{22}_[A-Za-z0-9_-]{8}$"));
    EXPECT_TRUE(is_sound_opaque_key(keys.publishable_key.reveal()));
    EXPECT_TRUE(is_sound_opaque_key(keys.secret_key.reveal()));
}

TEST(opaque_keys, one_changed_character_is_seen)
{
    const auto key = new_api_keys(terms).secret_key;
    for (std::size_t at = 0; at < key.reveal().size(); ++at) {
        auto changed = key.reveal();
        changed[at] = changed[at] == 'x' ? 'y' : 'x';
        EXPECT_FALSE(is_sound_opaque_key(changed)) << at;
    }
    EXPECT_FALSE(is_sound_opaque_key(""));
    EXPECT_FALSE(is_sound_opaque_key(key.reveal() + "x"));
}

TEST(service_secrets, have_the_lengths_that_the_services_insist_on)
{
    const auto made = new_service_secrets();
    EXPECT_EQ(made.realtime_db_enc_key.reveal().size(), 16U);
    EXPECT_EQ(made.vault_enc_key.reveal().size(), 32U);
    EXPECT_EQ(made.secret_key_base.reveal().size(), 64U);
    EXPECT_EQ(made.pg_meta_crypto_key.reveal().size(), 32U);
    EXPECT_EQ(made.s3_access_key_id.reveal().size(), 32U);
    EXPECT_EQ(made.s3_access_key_secret.reveal().size(), 64U);
    EXPECT_EQ(made.pooler_tenant.reveal().size(), 36U);
}

TEST(service_secrets, stand_in_a_url_as_they_are)
{
    for (const auto& [name, value] : variables(new_service_secrets()))
        EXPECT_THAT(value.reveal(), testing::ContainsRegex("^[A-Za-z0-9-]+$")) << name;
}

TEST(service_secrets, nothing_comes_twice)
{
    std::set<std::string> seen;
    std::size_t count = 0;
    for (int draw = 0; draw < 50; ++draw) {
        for (const auto& [name, value] : variables(new_service_secrets())) {
            seen.insert(value.reveal());
            ++count;
        }
        for (const auto& [name, value] : variables(new_api_keys(terms))) {
            seen.insert(value.reveal());
            ++count;
        }
    }
    EXPECT_EQ(seen.size(), count);
}

} // namespace
} // namespace basekeeper::stack
