// Everything secret follows from the seed, and nothing from each other.
#include "crypto/jwt.hpp"
#include "features/local/credentials.hpp"

#include <gtest/gtest.h>

#include <set>

namespace basekeeper::local {
namespace {

TEST(local_credentials, the_same_seed_gives_the_same_passwords_and_each_role_its_own)
{
    const auto seed = new_seed();
    const auto other = new_seed();
    std::set<std::string> all{jwt_secret_of(seed).reveal(), jwt_secret_of(other).reveal()};
    for (const auto role : login_roles) {
        EXPECT_EQ(password_of(seed, role), password_of(seed, role));
        EXPECT_EQ(password_of(seed, role).reveal().size(), 32U);
        all.insert(password_of(seed, role).reveal());
        all.insert(password_of(other, role).reveal());
    }
    EXPECT_EQ(all.size(), 2 + 2 * login_roles.size());
}

TEST(local_credentials, passwords_need_no_quoting_in_sql_or_urls)
{
    const auto seed = new_seed();
    for (const auto role : login_roles)
        EXPECT_EQ(
            password_of(seed, role)
                .reveal()
                .find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos
        );
}

TEST(local_credentials, keys_are_tokens_with_role_issuer_and_ten_years)
{
    const manual_clock now;
    const auto secret = jwt_secret_of(new_seed());
    EXPECT_GE(secret.reveal().size(), 32U);
    const auto key = api_key(secret, "anon", now.wall());
    ASSERT_TRUE(key);
    const auto claims = crypto::verify_jwt(key->reveal(), crypto::bytes_of(secret.reveal()), now.wall());
    ASSERT_TRUE(claims) << describe(claims.error());
    EXPECT_EQ(claims->at("role"), "anon");
    EXPECT_EQ(claims->at("iss"), "supabase");
    EXPECT_EQ(claims->at("exp").to_number<std::int64_t>() - claims->at("iat").to_number<std::int64_t>(), 315'360'000);
    EXPECT_EQ(api_key(secret, "anon", now.wall()).value(), *key) << "the same key at every start";
}

} // namespace
} // namespace basekeeper::local
