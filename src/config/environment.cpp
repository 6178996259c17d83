// The mapping from variables to keys.
#include "config/environment.hpp"

#include "base/text.hpp"
#include "config/keys.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <fmt/format.h>

#include <charconv>
#include <map>
#include <string>

namespace basekeeper::config {
namespace {

constexpr std::string_view prefix = "BASEKEEPER_";
constexpr std::string_view file_variable = "BASEKEEPER_CONFIG";

std::string_view variable(const text_map& environment, std::string_view name)
{
    const auto found = environment.find(name);
    return found == environment.end() ? std::string_view{} : std::string_view(found->second);
}

std::string encoded(std::string_view s)
{
    return boost::urls::encode(s, boost::urls::unreserved_chars);
}

/// A connection URI from POSTGRES_HOST, _PORT, _USER, _PASSWORD and _DB; the host may be the folder of a socket.
result<std::string> uri_of_parts(const text_map& environment)
{
    const auto or_else = [&](std::string_view name, std::string_view otherwise) {
        const auto v = variable(environment, name);
        return v.empty() ? otherwise : v;
    };
    const auto port = or_else("POSTGRES_PORT", "5432");
    unsigned number = 0;
    const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (failed != std::errc{} || end != port.data() + port.size() || number < 1 || number > 65'535)
        return fail(
            condition::invalid_argument,
            fmt::format("POSTGRES_PORT is \"{}\", which is not a port", utf8_prefix(port, 60)),
            "set POSTGRES_PORT to an integer from 1 to 65535"
        );
    const auto host = variable(environment, "POSTGRES_HOST");
    const auto password = variable(environment, "POSTGRES_PASSWORD");
    const auto login =
        encoded(or_else("POSTGRES_USER", "postgres")) + (password.empty() ? std::string() : ":" + encoded(password));
    const auto database = encoded(or_else("POSTGRES_DB", "postgres"));
    if (host.starts_with('/'))
        return fmt::format("postgresql://{}@/{}?host={}&port={}", login, database, encoded(host), number);
    const auto bracketed = host.contains(':') ? fmt::format("[{}]", host) : encoded(host);
    return fmt::format("postgresql://{}@{}:{}/{}", login, bracketed, number, database);
}

/// Of the keys of a Dokploy server, by the name of their variable: BASEKEEPER_DOKPLOY_REACH.
std::map<std::string, std::string, std::less<>> server_variables()
{
    std::map<std::string, std::string, std::less<>> key_of;
    dokploy_settings unused;
    for_each_dokploy_key(unused, [&](const rule& r, const auto&) {
        key_of[environment_name(fmt::format("dokploy.{}", r.name))] = r.name;
    });
    return key_of;
}

bool is_cloud(std::string_view url)
{
    const auto parsed = boost::urls::parse_uri(url);
    return parsed && std::string_view(parsed->encoded_host()).ends_with(".supabase.co");
}

} // namespace

result<std::vector<given>> program_values(const text_map& environment)
{
    std::map<std::string, std::string, std::less<>> key_of;
    settings unused;
    for_each_key(unused, [&](const rule& r, const auto&) { key_of[environment_name(r.name)] = r.name; });
    const auto of_server = server_variables();
    std::vector<given> values;
    for (const auto& [name, text] : environment) {
        if (!name.starts_with(prefix) || name == file_variable || text.empty() || of_server.contains(name))
            continue;
        const auto known = key_of.find(name);
        if (known != key_of.end()) {
            values.push_back({"", known->second, untyped{text}, {source_kind::environment, name}});
            continue;
        }
        std::vector<std::string_view> names{file_variable};
        for (const auto& [variable_name, key] : of_server)
            names.push_back(variable_name);
        for (const auto& [variable_name, key] : key_of)
            names.push_back(variable_name);
        const auto meant = nearest(name, names);
        return fail(
            condition::invalid_argument,
            fmt::format("{}: there is no such variable", name),
            meant.empty() ? "unset it; `basekeeper config show` lists the keys that can be set"
                          : fmt::format("set {} instead, or unset it", meant)
        );
    }
    return values;
}

result<std::vector<given>> instance_values(const text_map& environment, default_instance wanted)
{
    const auto database_url = variable(environment, "DATABASE_URL");
    const auto url = variable(environment, "SUPABASE_URL");
    const auto host = variable(environment, "POSTGRES_HOST");
    std::vector<given> values;
    if (database_url.empty() && url.empty() && host.empty() && wanted == default_instance::not_in_file)
        return values;
    const auto add = [&](std::string_view key, std::string_view text, std::string_view from) {
        if (!text.empty())
            values.push_back(
                {std::string(environment_instance),
                 std::string(key),
                 untyped{std::string(text)},
                 {source_kind::environment, std::string(from)}}
            );
    };
    if (is_cloud(url))
        add("kind", "cloud", "SUPABASE_URL");
    if (!database_url.empty())
        add("database_url", database_url, "DATABASE_URL");
    else if (!host.empty())
        add("database_url", TRY(uri_of_parts(environment)), "POSTGRES_HOST");
    add("url", url, "SUPABASE_URL");
    for (const std::string_view key : {"anon_key", "service_role_key"}) {
        const auto name = key == "anon_key" ? "SUPABASE_ANON_KEY" : "SUPABASE_SERVICE_ROLE_KEY";
        add(key, variable(environment, name), name);
    }
    return values;
}

std::vector<given> dokploy_values(const text_map& environment)
{
    std::vector<given> values;
    const auto add = [&](std::string_view key, std::string_view from) {
        if (const auto text = variable(environment, from); !text.empty())
            values.push_back(
                {std::string(environment_instance),
                 std::string(key),
                 untyped{std::string(text)},
                 {source_kind::environment, std::string(from)},
                 family::dokploy}
            );
    };
    add("url", "DOKPLOY_URL");
    add("api_key", "DOKPLOY_API_KEY");
    for (const auto& [name, key] : server_variables())
        add(key, name);
    return values;
}

} // namespace basekeeper::config
