// Rules of keys, each with what breaks it and a near miss that does not.
#include "crypto/encoding.hpp"
#include "stack/test_configurations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::stack {
namespace {

using namespace basekeeper::stack::testing;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::UnorderedElementsAre;

TEST(keys, equal_ones)
{
    EXPECT_THAT(
        ids(with(kong(), "ANON_KEY", get(kong(), "SERVICE_ROLE_KEY"))), IsSupersetOf({"keys_equal", "key_role_wrong"})
    );
}

TEST(keys, without_a_role_of_another_issuer)
{
    const boost::json::object roleless{{"iss", "dokploy"}, {"exp", 1'900'000'000}};
    EXPECT_THAT(ids(with_key(kong(), "ANON_KEY", roleless)), UnorderedElementsAre("key_role_missing", "key_issuer"));
    const boost::json::object good{{"iss", "supabase"}, {"role", "anon"}, {"exp", 1'900'000'000}};
    EXPECT_THAT(ids(with_key(kong(), "ANON_KEY", good)), IsEmpty());
    EXPECT_THAT(found(with_key(kong(), "ANON_KEY", roleless), "key_issuer").evidence, HasSubstr("iss dokploy"));
}

TEST(keys, of_another_secret)
{
    const auto other = new_api_keys({.now = now});
    EXPECT_THAT(ids(with(kong(), "SERVICE_ROLE_KEY", other.service_role_key.reveal())), Contains("key_signature"));
    EXPECT_THAT(ids(with(kong(), "JWT_SECRET", other.jwt_secret.reveal())), Contains("key_signature"));
}

TEST(keys, expired_soon_expired_and_far_from_it)
{
    const auto until = [](std::int64_t days) {
        return ids(with_key(
            kong(), "ANON_KEY", {{"iss", "supabase"}, {"role", "anon"}, {"exp", 1'800'000'000 + days * 86'400}}
        ));
    };
    EXPECT_THAT(until(-1), ElementsAre("key_expired"));
    EXPECT_THAT(until(0), ElementsAre("key_expired"));
    EXPECT_THAT(until(90), ElementsAre("key_expires_soon"));
    EXPECT_THAT(until(91), IsEmpty());
}

TEST(keys, of_the_demo)
{
    EXPECT_THAT(
        ids(with_key(kong(), "ANON_KEY", {{"iss", "supabase-demo"}, {"role", "anon"}, {"exp", 1'900'000'000}})),
        ElementsAre("key_demo")
    );
}

TEST(keys, that_are_none)
{
    EXPECT_THAT(ids(with(kong(), "ANON_KEY", "sb_publishable_x")), ElementsAre("key_unreadable"));
}

TEST(opaque_key_rules, form_and_signatures)
{
    EXPECT_THAT(ids(with(kong(), "SUPABASE_SECRET_KEY", "sb_secret_abc")), ElementsAre("opaque_key_form"));
    EXPECT_THAT(
        ids(with(kong(), "SUPABASE_SECRET_KEY", get(kong(), "SUPABASE_PUBLISHABLE_KEY"))),
        ElementsAre("opaque_key_form")
    );
    EXPECT_THAT(ids(with(kong(), "JWT_JWKS", "{}")), IsSupersetOf({"asymmetric_key_signature"}));
    const auto other = new_api_keys({.now = now});
    EXPECT_THAT(
        ids(with(kong(), "ANON_KEY_ASYMMETRIC", other.anon_key_asymmetric.reveal())),
        ElementsAre("asymmetric_key_signature")
    );
}

TEST(opaque_key_rules, services_that_do_not_know_the_set)
{
    const auto old = replaced(kong(), "PGRST_JWT_SECRET: ${JWT_JWKS}", "PGRST_JWT_SECRET: ${JWT_SECRET}");
    EXPECT_THAT(ids(old), ElementsAre("opaque_keys_unwired"));
    auto without = with(with(old, "SUPABASE_SECRET_KEY", ""), "SUPABASE_PUBLISHABLE_KEY", "");
    without = with(without, "JWT_KEYS", "[]");
    EXPECT_THAT(ids(without), IsEmpty()) << "a stack that uses no pair of keys needs no set";
}

TEST(keys, that_auth_signs_with_and_nobody_verifies)
{
    const auto opaque = with(with(kong(), "SUPABASE_PUBLISHABLE_KEY", ""), "SUPABASE_SECRET_KEY", "");
    EXPECT_THAT(ids(opaque), IsEmpty()) << "the services verify by the set";
    const auto unwired = replaced(opaque, "PGRST_JWT_SECRET: ${JWT_JWKS}", "PGRST_JWT_SECRET: ${JWT_SECRET}");
    EXPECT_THAT(ids(unwired), ElementsAre("opaque_keys_unwired"));
    EXPECT_THAT(found(unwired, "opaque_keys_unwired").message, HasSubstr("whoever is signed in is refused"));
    EXPECT_EQ(
        command(found(unwired, "opaque_keys_unwired"), "shop"),
        "basekeeper dokploy update-env shop --mend opaque_keys_unwired"
    );
    EXPECT_THAT(ids(with(unwired, "JWT_KEYS", "[]")), IsEmpty());
    EXPECT_EQ(
        command(found(with(unwired, "JWT_JWKS", ""), "opaque_keys_unwired"), "shop"),
        "basekeeper dokploy regenerate-keys shop"
    ) << "there is no set to verify by yet";
}

TEST(keys, of_a_set_that_holds_another_secret)
{
    const auto other = crypto::to_base64url(crypto::bytes_of("another-secret-of-forty-characters-or-so"));
    const auto set = R"({"keys":[{"kty":"oct","k":")" + other + R"(","alg":"HS256"}]})";
    auto plain = with(with(kong(), "SUPABASE_PUBLISHABLE_KEY", ""), "SUPABASE_SECRET_KEY", "");
    EXPECT_THAT(ids(with(plain, "JWT_JWKS", set)), ElementsAre("key_set_stale"));
    EXPECT_EQ(
        command(found(with(plain, "JWT_JWKS", set), "key_set_stale"), "shop"), "basekeeper dokploy regenerate-keys shop"
    );
    EXPECT_THAT(ids(with(plain, "JWT_KEYS", "[]")), IsEmpty()) << "a set without a shared key";
    EXPECT_THAT(
        ids(with(plain, "JWT_KEYS", R"([{"kty":"oct","k":")" + other + R"("}])")), ElementsAre("key_set_stale")
    );
}

} // namespace
} // namespace basekeeper::stack
