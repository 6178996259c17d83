// HKDF with one purpose per secret.
#include "features/local/credentials.hpp"

#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "crypto/jwt.hpp"
#include "crypto/random.hpp"

#include <vector>

namespace basekeeper::local {
namespace {

secret_text derive(const secret_text& seed, std::string_view purpose, std::size_t bytes)
{
    std::vector<std::byte> key(bytes);
    const auto info = "basekeeper local " + std::string(purpose);
    crypto::hkdf_sha256({.key_material = crypto::bytes_of(seed.reveal()), .info = info}, key);
    const crypto::secret<std::vector<std::byte>> wiped(std::move(key));
    return secret_text(crypto::to_base64url(wiped.reveal()));
}

} // namespace

secret_text new_seed()
{
    return secret_text(crypto::random_token(32));
}

secret_text password_of(const secret_text& seed, std::string_view role)
{
    return derive(seed, "password of " + std::string(role), 24);
}

secret_text jwt_secret_of(const secret_text& seed)
{
    return derive(seed, "jwt secret", 32);
}

result<secret_text> api_key(const secret_text& jwt_secret, std::string_view role, wall_time created)
{
    const auto issued = std::chrono::floor<std::chrono::seconds>(created).time_since_epoch().count();
    constexpr std::int64_t ten_years = std::chrono::seconds(std::chrono::days(3650)).count();
    const boost::json::object claims{{"role", role}, {"iss", "supabase"}, {"iat", issued}, {"exp", issued + ten_years}};
    return secret_text(TRY(crypto::sign_jwt(claims, crypto::bytes_of(jwt_secret.reveal()))));
}

} // namespace basekeeper::local
