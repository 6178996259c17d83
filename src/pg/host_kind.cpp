// Names of the official compose files, of templates that rename containers, and of Supabase's cloud.
#include "pg/host_kind.hpp"

#include <algorithm>
#include <array>

namespace basekeeper::pg {
namespace {

constexpr auto services =
    std::to_array<std::string_view>({"db", "database", "supavisor", "pooler", "pgbouncer", "postgres", "postgresql"});
constexpr auto gateways = std::to_array<std::string_view>({"kong", "api-gw", "envoy"});

/// `NAME`, `supabase-NAME`, `PREFIX-NAME` or `PREFIX_NAME`, in one label.
bool is_service(std::string_view host, std::string_view name)
{
    if (host.find('.') != std::string_view::npos || !host.ends_with(name))
        return false;
    const auto prefix = host.substr(0, host.size() - name.size());
    return prefix.empty() || prefix.ends_with('-') || prefix.ends_with('_');
}

std::string lower(std::string_view s)
{
    std::string out(s);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    while (out.ends_with('.'))
        out.pop_back();
    return out;
}

} // namespace

host_kind kind_of_host(std::string_view text)
{
    if (text.starts_with('/'))
        return host_kind::socket;
    const auto host = lower(text);
    if (host == "localhost" || host == "::1" || host.starts_with("127.") || host == "0.0.0.0")
        return host_kind::this_machine;
    if (host == "host.docker.internal" || host == "gateway.docker.internal")
        return host_kind::docker_host;
    if (host.ends_with(".pooler.supabase.com"))
        return host_kind::cloud_pooler;
    if (!project_of_host(host).empty())
        return host_kind::cloud_direct;
    const auto named = [&](std::string_view service) { return is_service(host, service); };
    if (std::ranges::any_of(gateways, named))
        return host_kind::docker_gateway;
    if (std::ranges::any_of(services, named))
        return host_kind::docker_name;
    return host_kind::elsewhere;
}

std::string project_of_host(std::string_view text)
{
    const auto host = lower(text);
    for (const std::string_view end : {".supabase.co", ".supabase.red"})
        if (host.starts_with("db.") && host.ends_with(end)) {
            const auto ref = host.substr(3, host.size() - 3 - end.size());
            return ref.find('.') == std::string::npos ? ref : std::string();
        }
    return {};
}

pooler_user split_user(std::string_view user)
{
    const auto dot = user.find('.');
    if (dot == std::string_view::npos)
        return {.role = std::string(user), .tenant = {}};
    return {.role = std::string(user.substr(0, dot)), .tenant = std::string(user.substr(dot + 1))};
}

std::string join_user(std::string_view role, std::string_view tenant)
{
    return tenant.empty() ? std::string(role) : std::string(role) + '.' + std::string(tenant);
}

} // namespace basekeeper::pg
