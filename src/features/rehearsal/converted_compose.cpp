// Adding labels and networks to the tree, and writing trees.
#include "features/rehearsal/converted_compose.hpp"

#include "json/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::rehearsal {
namespace {

using yaml::node;
using yaml::node_kind;

constexpr std::string_view shared_network = "dokploy-network";

node scalar(std::string text)
{
    return {.kind = node_kind::scalar, .text = std::move(text), .is_bare = true};
}

/// The member of that name, made when it is not there or empty.
node& member(node& of, std::string_view name, node_kind kind)
{
    for (auto& [key, value] : of.members)
        if (key.text == name) {
            if (value.kind == node_kind::scalar)
                value = node{.kind = kind};
            return value;
        }
    return of.members.emplace_back(scalar(std::string(name)), node{.kind = kind}).second;
}

void add_label(node& labels, std::string text)
{
    if (labels.kind == node_kind::mapping) {
        const auto equals = text.find('=');
        labels.members.emplace_back(
            scalar(text.substr(0, equals)), node{.text = text.substr(equals + 1), .is_bare = false}
        );
    } else {
        labels.items.push_back(node{.text = std::move(text), .is_bare = true});
    }
}

void add_network(node& service, std::string_view name)
{
    auto& networks = member(service, "networks", node_kind::sequence);
    if (networks.kind == node_kind::mapping) {
        if (networks.find(name) == nullptr)
            networks.members.emplace_back(scalar(std::string(name)), scalar(""));
        return;
    }
    if (std::ranges::find(networks.items, name, &node::text) == networks.items.end())
        networks.items.push_back(scalar(std::string(name)));
}

void declare_network(node& root, std::string_view name)
{
    auto& networks = member(root, "networks", node_kind::mapping);
    if (networks.find(name) != nullptr)
        return;
    node one{.kind = node_kind::mapping};
    one.members.emplace_back(scalar("name"), scalar(std::string(name)));
    one.members.emplace_back(scalar("external"), scalar("true"));
    networks.members.emplace_back(scalar(std::string(name)), std::move(one));
}

std::string resolver_label(const std::string& router, const row& domain)
{
    const auto type = text_of(domain, "certificateType");
    if (type == "letsencrypt")
        return router + ".tls.certresolver=letsencrypt";
    if (type == "custom")
        return router + ".tls.certresolver=" + text_of(domain, "customCertResolver");
    return router + ".tls=true";
}

void add_routers(node& labels, const std::string& app, const row& domain)
{
    const bool https = truth_of(domain, "https");
    const auto path = text_of(domain, "path");
    const auto rule = fmt::format(
        "Host(`{}`){}",
        text_of(domain, "host"),
        path.empty() || path == "/" ? "" : fmt::format(" && PathPrefix(`{}`)", path)
    );
    std::vector<std::string> entries{"web"};
    if (https)
        entries.emplace_back("websecure");
    for (const auto& entry : entries) {
        const auto name = fmt::format("{}-{}-{}", app, number_of(domain, "uniqueConfigKey").value_or(1), entry);
        const auto router = "traefik.http.routers." + name;
        add_label(labels, fmt::format("{}.rule={}", router, rule));
        add_label(labels, fmt::format("{}.entrypoints={}", router, entry));
        add_label(
            labels,
            fmt::format(
                "traefik.http.services.{}.loadbalancer.server.port={}", name, number_of(domain, "port").value_or(3000)
            )
        );
        add_label(labels, fmt::format("{}.service={}", router, name));
        if (entry == "web" && https)
            add_label(labels, router + ".middlewares=redirect-to-https@file");
        if (entry == "websecure")
            add_label(labels, resolver_label(router, domain));
    }
}

std::string written(const node& n)
{
    if (n.is_bare && !n.text.contains('\n'))
        return n.text;
    std::string out;
    json::write_string(out, n.text);
    return out;
}

void write(std::string& out, const node& n, std::size_t indent);

void write_member(std::string& out, const node& key, const node& value, std::size_t indent)
{
    out += std::string(indent, ' ') + written(key) + ":";
    if (value.kind == node_kind::scalar) {
        const auto text = written(value);
        out += (text.empty() ? "" : " ") + text + "\n";
    } else if (value.items.empty() && value.members.empty()) {
        out += value.kind == node_kind::sequence ? " []\n" : " {}\n";
    } else {
        out += "\n";
        write(out, value, indent + 2);
    }
}

void write(std::string& out, const node& n, std::size_t indent)
{
    for (const auto& [key, value] : n.members)
        write_member(out, key, value, indent);
    for (const auto& item : n.items) {
        if (item.kind == node_kind::scalar) {
            out += std::string(indent, ' ') + "- " + written(item) + "\n";
            continue;
        }
        const auto begin = out.size();
        write(out, item, indent + 2);
        if (out.size() > begin + indent)
            out[begin + indent] = '-'; // the first member stands beside its hyphen
    }
}

} // namespace

std::string yaml_text(const yaml::node& tree)
{
    std::string out;
    write(out, tree, 0);
    return out;
}

result<std::string> converted_compose(const row& service, const std::vector<row*>& domains)
{
    auto root = TRY(yaml::read(text_of(service, "composeFile")));
    const auto app = text_of(service, "appName");
    const bool isolated = truth_of(service, "isolatedDeployment");
    if (root.find("services") == nullptr)
        return fail(condition::invalid_argument, "Compose file not found or it has no services");
    const bool any_enabled = std::ranges::any_of(domains, [](const row* d) { return truth_of(*d, "enabled"); });
    // First, for the members of the root must not move any more.
    if (isolated)
        declare_network(root, app);
    else if (any_enabled)
        declare_network(root, shared_network);
    auto& services = member(root, "services", node_kind::mapping);
    if (isolated)
        for (auto& [key, one] : services.members)
            add_network(one, app);
    for (const auto* domain : domains) {
        const auto wanted = text_of(*domain, "serviceName");
        if (services.find(wanted) == nullptr)
            return fail(condition::invalid_argument, fmt::format("The service {} not found in the compose", wanted));
        auto& one = member(services, wanted, node_kind::mapping);
        if (!truth_of(*domain, "enabled"))
            continue;
        if (!isolated) {
            add_network(one, shared_network);
            add_network(one, "default");
        }
        auto& labels = member(one, "labels", node_kind::sequence);
        if (labels.items.empty() && labels.members.empty()) {
            add_label(labels, "traefik.enable=true");
            add_label(labels, fmt::format("traefik.docker.network={}", isolated ? app : std::string(shared_network)));
        }
        add_routers(labels, app, *domain);
    }
    return yaml_text(root);
}

} // namespace basekeeper::rehearsal
