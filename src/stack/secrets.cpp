// Forms and lengths as the services of a self-hosted stack read them.
#include "stack/secrets.hpp"

#include "crypto/digest.hpp"
#include "crypto/encoding.hpp"
#include "crypto/es256_key.hpp"
#include "crypto/jwt.hpp"
#include "crypto/random.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace basekeeper::stack {
namespace {

using crypto::secret;

constexpr std::string_view alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view url_safe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view hex_digits = "0123456789abcdef";

constexpr std::string_view publishable = "sb_publishable_";
constexpr std::string_view for_servers = "sb_secret_";
constexpr std::size_t opaque_characters = 22;
constexpr std::size_t checksum_characters = 8;

/// Supabase's checksum is over the reference of the project; this one stands for every self-hosted stack.
constexpr std::string_view self_hosted_reference = "supabase-self-hosted|";

secret<> text(std::size_t count)
{
    return crypto::random_text(count, alphanumeric);
}

std::string checksum(std::string_view prefix_and_random)
{
    crypto::sha256_hasher over;
    return crypto::to_base64url(over.update(self_hosted_reference).update(prefix_and_random).finish())
        .substr(0, checksum_characters);
}

secret<> opaque_key(std::string_view prefix)
{
    const auto random = crypto::random_text(opaque_characters, url_safe);
    return secret<>::filled_by([&](std::string& out) {
        out.reserve(prefix.size() + opaque_characters + 1 + checksum_characters);
        out.append(prefix).append(random.reveal());
        const auto sum = checksum(out);
        out.append("_").append(sum);
    });
}

boost::json::object claims_of(std::string_view role, const key_terms& terms)
{
    const auto made = std::chrono::floor<std::chrono::seconds>(terms.now).time_since_epoch();
    return {
        {"role", role},
        {"iss", "supabase"},
        {"iat", made.count()},
        {"exp", (made + terms.lifetime).count()},
    };
}

secret<> signed_key(std::string_view role, const secret<>& by, const key_terms& terms)
{
    auto token = crypto::sign_jwt(claims_of(role, terms), crypto::bytes_of(by.reveal()));
    if (!token)
        throw std::logic_error("a secret for API keys is empty");
    return secret<>(*std::move(token));
}

/// The shared secret as a JWK, so that tokens of both kinds verify by one set.
secret<> symmetric_jwk(const secret<>& jwt_secret)
{
    const secret<> k(crypto::to_base64url(crypto::bytes_of(jwt_secret.reveal())));
    return secret<>(fmt::format(R"({{"kty":"oct","k":"{}","alg":"HS256"}})", k.reveal()));
}

} // namespace

api_keys new_api_keys(const key_terms& terms)
{
    return new_api_keys(text(64), terms);
}

api_keys new_api_keys(secret<> jwt_secret, const key_terms& terms)
{
    const auto pair = crypto::es256_key::generate();
    const auto symmetric = symmetric_jwk(jwt_secret);
    const auto signing = pair.private_jwk();
    api_keys made;
    made.anon_key = signed_key("anon", jwt_secret, terms);
    made.service_role_key = signed_key("service_role", jwt_secret, terms);
    made.publishable_key = opaque_key(publishable);
    made.secret_key = opaque_key(for_servers);
    made.jwt_keys = secret<>(fmt::format("[{},{}]", signing.reveal(), symmetric.reveal()));
    made.jwt_jwks =
        secret<>(fmt::format(R"({{"keys":[{},{}]}})", boost::json::serialize(pair.public_jwk()), symmetric.reveal()));
    made.anon_key_asymmetric = secret<>(pair.sign(claims_of("anon", terms)));
    made.service_role_key_asymmetric = secret<>(pair.sign(claims_of("service_role", terms)));
    made.jwt_secret = std::move(jwt_secret);
    return made;
}

service_secrets new_service_secrets()
{
    return {
        .postgres_password = text(32),
        .dashboard_password = text(24),
        .secret_key_base = text(64),
        .realtime_db_enc_key = text(16),
        .vault_enc_key = text(32),
        .pg_meta_crypto_key = text(32),
        .logflare_public_token = text(48),
        .logflare_private_token = text(48),
        .s3_access_key_id = crypto::random_text(32, hex_digits),
        .s3_access_key_secret = crypto::random_text(64, hex_digits),
        .pooler_tenant = secret<>(crypto::uuid_v4()),
    };
}

named_secrets variables(const api_keys& keys)
{
    return {
        {"JWT_SECRET", keys.jwt_secret},
        {"ANON_KEY", keys.anon_key},
        {"SERVICE_ROLE_KEY", keys.service_role_key},
        {"SUPABASE_PUBLISHABLE_KEY", keys.publishable_key},
        {"SUPABASE_SECRET_KEY", keys.secret_key},
        {"JWT_KEYS", keys.jwt_keys},
        {"JWT_JWKS", keys.jwt_jwks},
        {"ANON_KEY_ASYMMETRIC", keys.anon_key_asymmetric},
        {"SERVICE_ROLE_KEY_ASYMMETRIC", keys.service_role_key_asymmetric},
    };
}

named_secrets variables(const service_secrets& secrets)
{
    return {
        {"POSTGRES_PASSWORD", secrets.postgres_password},
        {"DASHBOARD_PASSWORD", secrets.dashboard_password},
        {"SECRET_KEY_BASE", secrets.secret_key_base},
        {"REALTIME_DB_ENC_KEY", secrets.realtime_db_enc_key},
        {"VAULT_ENC_KEY", secrets.vault_enc_key},
        {"PG_META_CRYPTO_KEY", secrets.pg_meta_crypto_key},
        {"LOGFLARE_PUBLIC_ACCESS_TOKEN", secrets.logflare_public_token},
        {"LOGFLARE_PRIVATE_ACCESS_TOKEN", secrets.logflare_private_token},
        {"S3_PROTOCOL_ACCESS_KEY_ID", secrets.s3_access_key_id},
        {"S3_PROTOCOL_ACCESS_KEY_SECRET", secrets.s3_access_key_secret},
        {"POOLER_TENANT_ID", secrets.pooler_tenant},
    };
}

bool is_service_secret(std::string_view name)
{
    return std::ranges::any_of(variables(service_secrets{}), [&](const auto& each) { return each.first == name; });
}

bool is_sound_opaque_key(std::string_view key)
{
    const auto prefix = key.starts_with(publishable) ? publishable : for_servers;
    const auto before_sum = prefix.size() + opaque_characters;
    if (!key.starts_with(prefix) || key.size() != before_sum + 1 + checksum_characters || key[before_sum] != '_')
        return false;
    const auto random = key.substr(prefix.size(), opaque_characters);
    return random.find_first_not_of(url_safe) == std::string_view::npos &&
           key.substr(before_sum + 1) == checksum(key.substr(0, before_sum));
}

} // namespace basekeeper::stack
