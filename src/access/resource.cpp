// Canonical URIs and the resource metadata document.
#include "access/resource.hpp"

#include "json/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <optional>

namespace basekeeper::access {
namespace {

constexpr std::string_view well_known = "/.well-known/oauth-protected-resource";

/// `https://host:port` and the rest, path and all.
struct uri
{
    std::string origin;
    std::string_view path;
};

std::string lower(std::string_view s)
{
    std::string out(s);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

std::optional<uri> read(std::string_view text)
{
    const auto colon = text.find("://");
    if (colon == std::string_view::npos)
        return std::nullopt;
    const auto host = colon + 3;
    const auto end = std::min(text.find_first_of("/?#", host), text.size());
    uri out{.origin = lower(text.substr(0, end)), .path = text.substr(end)};
    for (const auto& [scheme, port] : {std::pair<std::string_view, std::string_view>{"https", ":443"}, {"http", ":80"}})
        if (out.origin.substr(0, colon) == scheme && out.origin.ends_with(port))
            out.origin.resize(out.origin.size() - port.size());
    if (out.path.ends_with('/'))
        out.path.remove_suffix(1);
    return out;
}

bool is_published(const resource_description& about)
{
    return read(about.resource) && !about.authorization_servers.empty();
}

} // namespace

bool same_resource(std::string_view a, std::string_view b)
{
    if (a == b)
        return true;
    const auto one = read(a);
    const auto other = read(b);
    return one && other && one->origin == other->origin && one->path == other->path;
}

result<std::string> resource_metadata(const resource_description& about)
{
    if (!is_published(about))
        return fail(
            condition::not_found,
            "this server names no authorization server",
            "set http.public_url and auth.authorization_servers, or use an API key"
        );
    boost::json::object out{
        {"resource", about.resource},
        {"authorization_servers",
         boost::json::array(about.authorization_servers.begin(), about.authorization_servers.end())},
        {"bearer_methods_supported", {"header"}},
        {"resource_name", "basekeeper"}
    };
    if (!about.scopes.empty())
        out["scopes_supported"] = boost::json::array(about.scopes.begin(), about.scopes.end());
    return json::to_text(out);
}

std::vector<std::string> metadata_paths(std::string_view resource)
{
    std::vector<std::string> out;
    const auto parsed = read(resource);
    if (parsed && !parsed->path.empty())
        out.push_back(std::string(well_known) + std::string(parsed->path));
    out.emplace_back(well_known);
    return out;
}

std::string metadata_url(const resource_description& about)
{
    if (!is_published(about))
        return {};
    return read(about.resource)->origin + metadata_paths(about.resource).front();
}

} // namespace basekeeper::access
