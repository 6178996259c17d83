// The list. Examples are those of the stack's own example file and of the template: whoever keeps one is open to all.
#include "stack/variables.hpp"

#include <algorithm>
#include <array>

namespace basekeeper::stack {
namespace {

using enum variable_kind;
using enum need;

constexpr auto list = std::to_array<variable>({
    {"POSTGRES_PASSWORD", secret, required, {12}, "your-super-secret-and-long-postgres-password"},
    {"JWT_SECRET", secret, required, {32}, "your-super-secret-jwt-token-with-at-least-32-characters-long"},
    {"ANON_KEY", secret, required},
    {"SERVICE_ROLE_KEY", secret, required},
    {"SUPABASE_PUBLISHABLE_KEY", secret},
    {"SUPABASE_SECRET_KEY", secret},
    {"ANON_KEY_ASYMMETRIC", secret},
    {"SERVICE_ROLE_KEY_ASYMMETRIC", secret},
    {"JWT_KEYS", secret},
    {"JWT_JWKS", secret},
    {"DASHBOARD_USERNAME", setting, required},
    {"DASHBOARD_PASSWORD", secret, required, {8}, "this_password_is_insecure_and_should_be_updated"},
    {"SECRET_KEY_BASE", secret, required, {64}, "UpNVntn3cDxHJpq99YMc1T1AQgQpc8kfYTuRgBiYa15BLrx8etQoXz3gZv1/u2oq"},
    {"REALTIME_DB_ENC_KEY", secret, optional, {16, 16}, "supabaserealtime"},
    {"VAULT_ENC_KEY", secret, required, {32, 32}, "your-32-character-encryption-key"},
    {"PG_META_CRYPTO_KEY", secret, required, {32}, "your-encryption-key-32-chars-min"},
    {"LOGFLARE_PUBLIC_ACCESS_TOKEN", secret, optional, {16}, "your-super-secret-and-long-logflare-key-public"},
    {"LOGFLARE_PRIVATE_ACCESS_TOKEN", secret, optional, {16}, "your-super-secret-and-long-logflare-key-private"},
    {"S3_PROTOCOL_ACCESS_KEY_ID", secret, optional, {16}, "625729a08b95bf1b7ff351a663f3a23c"},
    {"S3_PROTOCOL_ACCESS_KEY_SECRET",
     secret,
     optional,
     {32},
     "850181e4652dd023b7a98c58ae0d2d34bd487ee0cc3254aed6eda37307425907"},
    {"MINIO_ROOT_PASSWORD", secret, optional, {8}, "secret1234"},
    {"SMTP_USER", secret},
    {"SMTP_PASS", secret},
    {"OPENAI_API_KEY", secret},

    {"SUPABASE_PUBLIC_URL", public_url, required},
    {"API_EXTERNAL_URL", public_url, required},
    {"SITE_URL", public_url, required},
    {"ADDITIONAL_REDIRECT_URLS", public_url},
    {"STORAGE_PUBLIC_URL", public_url},
    {"SUPABASE_HOST", public_url},
    {"PROXY_DOMAIN", public_url},

    {"POSTGRES_HOST", setting, required},
    {"POSTGRES_DB", setting, required},
    {"POSTGRES_PORT", setting, required},
    {"POSTGRES_USER", setting},
    {"POOLER_TENANT_ID", setting, optional, {}, "your-tenant-id"},
    {"POOLER_PROXY_PORT_TRANSACTION", setting},
    {"POOLER_DEFAULT_POOL_SIZE", setting},
    {"POOLER_MAX_CLIENT_CONN", setting},
    {"POOLER_DB_POOL_SIZE", setting},
    {"JWT_EXPIRY", setting, required},
    {"DISABLE_SIGNUP", setting},
    {"MAILER_URLPATHS_CONFIRMATION", setting},
    {"MAILER_URLPATHS_INVITE", setting},
    {"MAILER_URLPATHS_RECOVERY", setting},
    {"MAILER_URLPATHS_EMAIL_CHANGE", setting},
    {"ENABLE_EMAIL_SIGNUP", setting},
    {"ENABLE_EMAIL_AUTOCONFIRM", setting},
    {"ENABLE_ANONYMOUS_USERS", setting},
    {"ENABLE_PHONE_SIGNUP", setting},
    {"ENABLE_PHONE_AUTOCONFIRM", setting},
    {"SMTP_ADMIN_EMAIL", setting},
    {"SMTP_HOST", setting},
    {"SMTP_PORT", setting},
    {"SMTP_SENDER_NAME", setting},
    {"STUDIO_DEFAULT_ORGANIZATION", setting},
    {"STUDIO_DEFAULT_PROJECT", setting},
    {"PGRST_DB_SCHEMAS", setting, required},
    {"PGRST_DB_MAX_ROWS", setting},
    {"PGRST_DB_EXTRA_SEARCH_PATH", setting},
    {"KONG_HTTP_PORT", setting},
    {"KONG_HTTPS_PORT", setting},
    {"API_GW_HTTP_PORT", setting},
    {"GLOBAL_S3_BUCKET", setting},
    {"REGION", setting},
    {"STORAGE_TENANT_ID", setting},
    {"IMGPROXY_AUTO_WEBP", setting},
    {"FUNCTIONS_VERIFY_JWT", setting},
    {"DOCKER_SOCKET_LOCATION", setting},
    {"COMPOSE_FILE", setting},
});

} // namespace

std::span<const variable> known_variables() noexcept
{
    return list;
}

const variable* known_variable(std::string_view name) noexcept
{
    const auto* found = std::ranges::find(list, name, &variable::name);
    return found == list.end() ? nullptr : found;
}

bool has_good_length(const variable& v, std::string_view value) noexcept
{
    return !value.empty() && value.size() >= v.length.least && (v.length.most == 0 || value.size() <= v.length.most);
}

bool encrypts_data(std::string_view name) noexcept
{
    // Credentials of tenants, in the databases of the pooler and of realtime.
    return name == "VAULT_ENC_KEY" || name == "REALTIME_DB_ENC_KEY";
}

bool is_secret(std::string_view name) noexcept
{
    const auto* known = known_variable(name);
    return known != nullptr && known->kind == variable_kind::secret;
}

bool may_show(std::string_view name)
{
    const auto* known = known_variable(name);
    return known != nullptr && known->kind != variable_kind::secret;
}

} // namespace basekeeper::stack
