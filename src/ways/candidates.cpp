// The ports and user names of Supabase's poolers, applied to the parts of one connection.
#include "ways/candidates.hpp"

#include "pg/host_kind.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace basekeeper::ways {
namespace {

constexpr std::uint16_t postgres_port = 5432;
constexpr std::uint16_t pooler_port = 6543;

/// A role of Supabase or of ours: a dot behind it separates the tenant. Elsewhere a dot belongs to the name.
bool is_supabase_role(std::string_view role)
{
    constexpr auto roles = std::to_array<std::string_view>(
        {"postgres", "authenticator", "anon", "authenticated", "service_role", "cli_login"}
    );
    return std::ranges::find(roles, role) != roles.end() || role.starts_with("supabase_") ||
           role.starts_with("basekeeper_");
}

class planner
{
public:
    explicit planner(const connection_info& info) : info_(info), user_(user_of(info.given))
    {
        if (user_.tenant.empty())
            user_.tenant = info.tenant;
    }

    std::vector<candidate> plan()
    {
        add(route::given, info_.given, user_of(info_.given).tenant);
        for (const auto& each : info_.also)
            add(route::given, each, user_of(each).tenant);
        switch (pg::kind_of_host(info_.given.host)) {
        case pg::host_kind::socket:
            break;
        case pg::host_kind::cloud_pooler:
            cloud_pooler();
            break;
        case pg::host_kind::cloud_direct:
            cloud_direct(info_.given.host);
            break;
        case pg::host_kind::docker_name:
        case pg::host_kind::docker_gateway:
        case pg::host_kind::docker_host:
            stack(info_.given.host);
            if (!info_.outside_host.empty())
                stack(info_.outside_host);
            stack("localhost");
            break;
        case pg::host_kind::this_machine:
        case pg::host_kind::elsewhere:
            stack(info_.given.host);
            break;
        }
        return std::move(out_);
    }

private:
    /// A dot ends the role where a pooler is known to be, and behind the roles of Supabase; else it belongs to the
    /// name.
    pg::pooler_user user_of(const pg::target& to) const
    {
        auto user = pg::split_user(to.user);
        const bool pooled = to.port == pooler_port || pg::kind_of_host(to.host) == pg::host_kind::cloud_pooler ||
                            (!info_.tenant.empty() && user.tenant == info_.tenant) || is_supabase_role(user.role);
        return pooled ? user : pg::pooler_user{.role = to.user, .tenant = {}};
    }

    void add(route r, pg::target to, std::string tenant)
    {
        const auto same = [&](const candidate& c) {
            return c.to.host == to.host && c.to.port == to.port && c.to.user == to.user && c.to.database == to.database;
        };
        if (out_.size() < most_candidates && std::ranges::none_of(out_, same))
            out_.push_back({.route = r, .to = std::move(to), .tenant = std::move(tenant)});
    }

    enum class named
    {
        role,
        role_and_tenant
    };

    void add(route r, std::string_view host, std::uint16_t port, named how)
    {
        const auto tenant = how == named::role ? std::string() : user_.tenant;
        auto to = info_.given;
        to.host = host;
        to.port = port;
        to.user = pg::join_user(user_.role, tenant);
        const auto kind = pg::kind_of_host(host);
        const bool cloud = kind == pg::host_kind::cloud_direct || kind == pg::host_kind::cloud_pooler;
        if (cloud && to.tls < pg::tls_mode::require)
            to.tls = pg::tls_mode::require;
        add(r, std::move(to), tenant);
    }

    void cloud_pooler()
    {
        if (user_.tenant.empty())
            return;
        add(route::session_pooler, info_.given.host, postgres_port, named::role_and_tenant);
        add(route::transaction_pooler, info_.given.host, pooler_port, named::role_and_tenant);
        cloud_direct("db." + user_.tenant + ".supabase.co");
    }

    void cloud_direct(const std::string& host)
    {
        add(route::direct, host, postgres_port, named::role);
        add(route::transaction_pooler, host, pooler_port, named::role); // the dedicated pooler of paid plans
    }

    /// A self-hosted stack publishes its pooler; some publish the database too, or instead.
    void stack(const std::string& host)
    {
        const auto kind = pg::kind_of_host(host);
        if (kind == pg::host_kind::docker_gateway || kind == pg::host_kind::docker_host)
            return;
        const bool other_host = host != info_.given.host;
        const bool at_pooler = info_.given.port == pooler_port || info_.transaction_port || !user_.tenant.empty();
        if (!other_host && !at_pooler)
            return;
        const auto session_port =
            info_.session_port.value_or(info_.given.port == pooler_port ? postgres_port : info_.given.port);
        if (!user_.tenant.empty())
            add(route::session_pooler, host, session_port, named::role_and_tenant);
        add(route::direct, host, session_port, named::role);
        if (at_pooler)
            add(route::transaction_pooler, host, info_.transaction_port.value_or(pooler_port), named::role_and_tenant);
    }

    const connection_info& info_;
    pg::pooler_user user_;
    std::vector<candidate> out_;
};

} // namespace

std::vector<candidate> candidates(const connection_info& info)
{
    return planner(info).plan();
}

connection_info preferring(connection_info info, const candidate& way)
{
    if (info.tenant.empty())
        info.tenant = way.tenant;
    std::erase(info.also, way.to);
    info.also.insert(info.also.begin(), std::exchange(info.given, way.to));
    return info;
}

pg::target as_role(const candidate& way, std::string_view role, crypto::secret<std::string> password)
{
    auto to = way.to;
    to.user = pg::join_user(role, way.tenant);
    to.password = std::move(password);
    return to;
}

std::string_view words(route r)
{
    constexpr auto all =
        std::to_array<std::string_view>({"as given", "direct", "session pooler", "transaction pooler"});
    return all[static_cast<std::size_t>(r)];
}

} // namespace basekeeper::ways
