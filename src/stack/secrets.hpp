// Everything of a Supabase stack that nobody may guess: API keys and the passwords between its services.
#pragma once

#include "base/clock.hpp"
#include "crypto/secret.hpp"

#include <chrono>
#include <string_view>
#include <utility>
#include <vector>

namespace basekeeper::stack {

/// When API keys are made and how long they are good.
struct key_terms
{
    wall_time now;
    std::chrono::seconds lifetime = std::chrono::years{10};
};

/// The keys that clients hold and what signs and verifies them. They belong together: one cannot be renewed alone.
struct api_keys
{
    crypto::secret<> jwt_secret;          ///< JWT_SECRET: 64 letters and digits
    crypto::secret<> anon_key;            ///< ANON_KEY: HS256 by the secret above, role anon
    crypto::secret<> service_role_key;    ///< SERVICE_ROLE_KEY: the same, role service_role
    crypto::secret<> publishable_key;     ///< SUPABASE_PUBLISHABLE_KEY: opaque, with its checksum
    crypto::secret<> secret_key;          ///< SUPABASE_SECRET_KEY: the same for servers
    crypto::secret<> jwt_keys;            ///< JWT_KEYS: list of JWKs that auth signs with, ES256 and the secret
    crypto::secret<> jwt_jwks;            ///< JWT_JWKS: JWK set that the others verify with
    crypto::secret<> anon_key_asymmetric; ///< ANON_KEY_ASYMMETRIC: ES256, what a gateway makes of the opaque key
    crypto::secret<> service_role_key_asymmetric; ///< SERVICE_ROLE_KEY_ASYMMETRIC
};

/// All new.
api_keys new_api_keys(const key_terms& terms);

/// New keys under a secret that stays: sessions of users stay good, and nothing in the database has to change.
api_keys new_api_keys(crypto::secret<> jwt_secret, const key_terms& terms);

/// What the services keep among themselves, beside the API keys. Lengths that a service insists on are exact.
struct service_secrets
{
    crypto::secret<> postgres_password;      ///< POSTGRES_PASSWORD: stands in URLs, so letters and digits only
    crypto::secret<> dashboard_password;     ///< DASHBOARD_PASSWORD
    crypto::secret<> secret_key_base;        ///< SECRET_KEY_BASE: 64 characters (realtime, pooler)
    crypto::secret<> realtime_db_enc_key;    ///< REALTIME_DB_ENC_KEY: 16 characters
    crypto::secret<> vault_enc_key;          ///< VAULT_ENC_KEY: 32 characters (pooler)
    crypto::secret<> pg_meta_crypto_key;     ///< PG_META_CRYPTO_KEY: 32 characters
    crypto::secret<> logflare_public_token;  ///< LOGFLARE_PUBLIC_ACCESS_TOKEN
    crypto::secret<> logflare_private_token; ///< LOGFLARE_PRIVATE_ACCESS_TOKEN
    crypto::secret<> s3_access_key_id;       ///< S3_PROTOCOL_ACCESS_KEY_ID: 32 hex digits
    crypto::secret<> s3_access_key_secret;   ///< S3_PROTOCOL_ACCESS_KEY_SECRET: 64 hex digits
    crypto::secret<> pooler_tenant;          ///< POOLER_TENANT_ID: unique, part of user names; not itself secret
};

service_secrets new_service_secrets();

/// One of the above under the name of its variable.
using named_secrets = std::vector<std::pair<std::string_view, crypto::secret<>>>;

named_secrets variables(const api_keys& keys);
named_secrets variables(const service_secrets& secrets);

/// Whether `service_secrets` has one of that name.
bool is_service_secret(std::string_view name);

/// True for `sb_publishable_…` and `sb_secret_…` with 22 characters and the right checksum.
bool is_sound_opaque_key(std::string_view key);

} // namespace basekeeper::stack
