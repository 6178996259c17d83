// The variables of Supabase's compose files, of libpq, and of the frameworks whose users come here.
#include "ways/variables.hpp"

#include "pg/host_kind.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace basekeeper::ways {
namespace {

/// Variables that hold a whole connection, best first.
constexpr auto whole_names = std::to_array<std::string_view>({
    "DATABASE_URL",
    "SUPABASE_DB_URL",
    "POSTGRES_URL",
    "POSTGRES_PRISMA_URL",
    "DB_URL",
    "PG_URL",
    "SUPABASE_DATABASE_URL",
    "SPRING_DATASOURCE_URL",
});

/// Variables that hold one part each.
struct part_names
{
    std::string_view host;
    std::string_view port;
    std::string_view user;
    std::string_view password;
    std::string_view database;
};

constexpr auto part_groups = std::to_array<part_names>({
    {"PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE"},
    {"POSTGRES_HOST", "POSTGRES_PORT", "POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB"},
    {"POSTGRES_HOST", "POSTGRES_PORT", "POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DATABASE"},
    {"DB_HOST", "DB_PORT", "DB_USER", "DB_PASSWORD", "DB_NAME"},
    {"DB_HOST", "DB_PORT", "DB_USERNAME", "DB_PASSWORD", "DB_DATABASE"},
});

struct further_setting
{
    std::string_view name;
    std::string_view means;
};

/// What libpq reads besides.
constexpr auto further_settings = std::to_array<further_setting>({
    {"PGSSLMODE", "sslmode"},
    {"PGSSLROOTCERT", "sslrootcert"},
    {"PGAPPNAME", "application_name"},
    {"PGOPTIONS", "options"},
    {"PGCONNECT_TIMEOUT", "connect_timeout"},
});

std::string_view value_of(const named_values& values, std::string_view name)
{
    const auto found = values.find(name);
    return found == values.end() ? std::string_view{} : std::string_view(found->second.reveal());
}

bool holds_reference(std::string_view s)
{
    const auto at = s.find("${");
    return at != std::string_view::npos && s.find('}', at) != std::string_view::npos;
}

std::unexpected<error> in_variable(std::string_view name, error why)
{
    constexpr std::string_view common = "the connection string";
    std::string_view what = why.message;
    if (what.starts_with(common))
        what.remove_prefix(common.size());
    while (what.starts_with(' ') || what.starts_with(','))
        what.remove_prefix(1);
    constexpr std::string_view blame = "is wrong: ";
    if (what.starts_with(blame))
        what.remove_prefix(blame.size());
    return fail(condition::invalid_argument, fmt::format("{}: {}", name, what), std::move(why.hint));
}

/// Applies the value of a variable, when it has one, to the setting it means.
result<> apply(pg::target& to, const named_values& values, std::string_view name, std::string_view means)
{
    const auto value = value_of(values, name);
    if (value.empty())
        return {};
    if (holds_reference(value))
        return fail(
            condition::invalid_argument,
            fmt::format("{} refers to a variable that is not set above it", name),
            "include the line that sets it, or write the value in its place"
        );
    if (auto set = pg::apply_setting(to, means, std::string(value)); !set)
        return in_variable(name, std::move(set).error());
    return {};
}

result<std::optional<std::uint16_t>> port_of(const named_values& values, std::string_view name)
{
    if (value_of(values, name).empty())
        return std::nullopt;
    pg::target probe;
    TRY(apply(probe, values, name, "port"));
    return probe.port;
}

result<pg::target> whole(const named_values& values, std::string_view name, const value_reader& read_value)
{
    const auto value = value_of(values, name);
    if (holds_reference(value))
        return fail(
            condition::invalid_argument,
            fmt::format("{} refers to a variable that is not set above it", name),
            "include the line that sets it, or write the value in its place"
        );
    auto to = read_value(value);
    if (!to)
        return in_variable(name, std::move(to).error());
    if (name == "SPRING_DATASOURCE_URL") {
        TRY(apply(*to, values, "SPRING_DATASOURCE_USERNAME", "user"));
        TRY(apply(*to, values, "SPRING_DATASOURCE_PASSWORD", "password"));
    }
    return to;
}

/// Names of variables with whole connections that have a value, best first.
std::vector<std::string> whole_connections(const named_values& values)
{
    std::vector<std::string> out;
    const auto add = [&](std::string_view name) {
        if (!value_of(values, name).empty())
            out.emplace_back(name);
    };
    std::ranges::for_each(whole_names, add);
    // ASP.NET writes ConnectionStrings__Default=Host=…
    for (const auto& [name, value] : values)
        if (name.starts_with("ConnectionStrings__") && !value.empty())
            out.push_back(name);
    std::ranges::for_each(further_names, add);
    return out;
}

result<pg::target> of_parts(const named_values& values)
{
    const auto score = [&](const part_names& g) {
        int n = 0;
        for (const auto name : {g.password, g.host, g.user, g.database, g.port})
            n = 2 * n + (value_of(values, name).empty() ? 0 : 1);
        return n;
    };
    const auto* best = std::ranges::max_element(part_groups, {}, score);
    if (score(*best) == 0)
        return fail(
            condition::invalid_argument,
            "no variable in it holds a connection",
            "include DATABASE_URL, or POSTGRES_HOST, POSTGRES_PORT, POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB, "
            "or the PG variables of libpq (PGHOST, PGUSER, PGPASSWORD, ...)"
        );
    pg::target to;
    TRY(apply(to, values, best->host, "host"));
    TRY(apply(to, values, best->port, "port"));
    TRY(apply(to, values, best->user, "user"));
    TRY(apply(to, values, best->password, "password"));
    TRY(apply(to, values, best->database, "dbname"));
    return to;
}

/// `host` of `https://host:port/…`; empty when there is none.
std::string host_of_url(std::string_view url)
{
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos)
        return {};
    auto rest = url.substr(scheme + 3);
    rest = rest.substr(0, rest.find_first_of("/?#"));
    if (rest.contains('@'))
        return {};
    if (rest.starts_with('['))
        return std::string(rest.substr(1, rest.find(']') - 1));
    return std::string(rest.substr(0, rest.find(':')));
}

/// What a stack's `.env` tells besides the connection.
result<> add_stack(connection_info& info, const named_values& values)
{
    info.tenant = value_of(values, "POOLER_TENANT_ID");
    info.transaction_port = TRY(port_of(values, "POOLER_PROXY_PORT_TRANSACTION"));
    if (!info.tenant.empty() || info.transaction_port)
        info.session_port = TRY(port_of(values, "POSTGRES_PORT"));
    for (const auto* name : {"SUPABASE_PUBLIC_URL", "SUPABASE_URL", "NEXT_PUBLIC_SUPABASE_URL", "API_EXTERNAL_URL"}) {
        const auto url = value_of(values, name);
        const auto host = host_of_url(url);
        if (host.empty() || holds_reference(url))
            continue;
        info.outside_host = host;
        if (std::string_view(name) != "API_EXTERNAL_URL")
            info.api_url = url;
        break;
    }
    return {};
}

} // namespace

result<connection_info> read_named(const named_values& values, const value_reader& read_value)
{
    connection_info info{.shape = shape::variables};
    const auto names = whole_connections(values);
    if (names.empty()) {
        info.given = TRY(of_parts(values));
        for (const auto& setting : further_settings)
            TRY(apply(info.given, values, setting.name, setting.means));
    } else {
        info.given = TRY(whole(values, names.front(), read_value));
    }
    for (std::size_t i = 1; i < names.size(); ++i)
        // What is not needed may be of another database altogether.
        if (auto further = whole(values, names[i], read_value); further && *further != info.given &&
                                                                further->database == info.given.database &&
                                                                info.also.size() < further_names.size())
            info.also.push_back(*std::move(further));
    TRY(add_stack(info, values));
    return info;
}

} // namespace basekeeper::ways
