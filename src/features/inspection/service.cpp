// The lists behind service_of: how each service names itself, and with which role it logs in.
#include "features/inspection/service.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace basekeeper::inspection {
namespace {

struct known_words
{
    std::string_view words;
    service is;
};

/// Beginnings of application names in lower case; the first that fits is taken.
constexpr auto applications = std::to_array<known_words>({
    {"basekeeper", service::ours},
    {"supavisor", service::supavisor},
    {"pgbouncer", service::supavisor},
    {"realtime", service::realtime},
    {"supabase_realtime", service::realtime},
    {"supabase realtime", service::realtime},
    {"postgrest", service::rest},
    {"gotrue", service::auth},
    {"supabase_auth", service::auth},
    {"supabase auth", service::auth},
    {"supabase storage", service::storage},
    {"supabase_storage", service::storage},
    {"storage-api", service::storage},
    {"storage", service::storage},
    {"postgres-meta", service::meta},
    {"pg-meta", service::meta},
    {"supabase/dashboard", service::studio},
    {"supabase studio", service::studio},
    {"supabase-studio", service::studio},
    {"studio", service::studio},
    {"supabase edge", service::functions},
    {"edge-runtime", service::functions},
    {"logflare", service::analytics},
    {"pg_cron", service::jobs},
    {"pg_net", service::jobs},
});

constexpr auto roles = std::to_array<known_words>({
    {"supabase_auth_admin", service::auth},
    {"authenticator", service::rest},
    {"supabase_storage_admin", service::storage},
    {"supabase_functions_admin", service::functions},
    {"supabase_realtime_admin", service::realtime},
    {"pgbouncer", service::supavisor},
});

std::string lower(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return out;
}

} // namespace

service service_of(const connection_words& of)
{
    const auto application = lower(of.application);
    for (const auto& known : applications)
        if (application.starts_with(known.words))
            return known.is;
    for (const auto& known : roles)
        if (of.role == known.words)
            return known.is;
    // The database of the platform itself: what is not the pooler there is the log service.
    if (of.database == "_supabase")
        return service::analytics;
    if (of.role.starts_with("basekeeper_read_only_"))
        return service::ours;
    return service::other;
}

std::string_view pool_setting_of(service s)
{
    switch (s) {
    case service::supavisor:
        return "POOLER_DEFAULT_POOL_SIZE";
    case service::realtime:
        return "DB_POOL_SIZE";
    case service::auth:
        return "GOTRUE_DB_MAX_POOL_SIZE";
    case service::rest:
        return "PGRST_DB_POOL";
    case service::storage:
        return "DATABASE_MAX_CONNECTIONS";
    case service::ours:
        return "pool.max_connections";
    default:
        return {};
    }
}

} // namespace basekeeper::inspection
