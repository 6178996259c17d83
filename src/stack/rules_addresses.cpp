// Rules of the public addresses: https, in step with the domain, and the path of auth once.
#include "stack/addresses.hpp"
#include "stack/names.hpp"
#include "stack/rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::stack {
namespace {

constexpr std::uint16_t gateway_port = 8000;

/// The domain that leads to the gateway, else the first; null when there is none or domains are not known.
const configured_domain* main_domain(const looked_at& stack)
{
    if (!stack.given.domains || stack.given.domains->empty())
        return nullptr;
    const auto& all = *stack.given.domains;
    const auto* gateway = stack.compose ? stack.compose->find(role::gateway) : nullptr;
    const auto found =
        gateway == nullptr ? all.end() : std::ranges::find(all, gateway->name, &configured_domain::service);
    return found == all.end() ? &all.front() : &*found;
}

std::string shown(const looked_at& stack, std::string_view name)
{
    return fmt::format("{}={}", name, printable(stack.env.value_or_empty(name)));
}

/// Whether the compose file uses a variable; true when there is none to ask.
bool is_used(const looked_at& stack, std::string_view name)
{
    if (!stack.compose)
        return true;
    const auto used = stack.compose->references();
    return std::ranges::find(used, name, &reference::name) != used.end();
}

void check_scheme(const looked_at& stack, findings& out)
{
    for (auto& [name, value] : https_settings(stack.env)) {
        const auto evidence = shown(stack, name);
        out.push_back(
            {"url_http",
             severity::error,
             name,
             fmt::format(
                 "{} is http: browsers block it on pages that are https, and links in mails are not safe", name
             ),
             evidence,
             set_variables(one_setting(name, value.reveal()))}
        );
    }
}

void check_auth_path(const looked_at& stack, findings& out)
{
    const auto url = parse_url(stack.env.value_or_empty("API_EXTERNAL_URL"));
    if (!url)
        return;
    const bool added_by_compose = stack.compose && stack.compose->text().contains("${API_EXTERNAL_URL}/auth/v1");
    const bool has_path = has_auth_path(stack.env);
    const bool twice = url->path.contains("/auth/v1/auth/v1");
    if (twice || (has_path && added_by_compose)) {
        auto right = *url;
        right.path = added_by_compose ? "" : std::string(auth_path);
        out.push_back(
            {"auth_path_doubled",
             severity::error,
             "API_EXTERNAL_URL",
             "/auth/v1 stands twice in the address of auth, so sign-in with providers and links in mails lead nowhere",
             shown(stack, "API_EXTERNAL_URL") + (twice ? "" : ", and the compose file adds the path again"),
             set_variables(one_setting("API_EXTERNAL_URL", to_string(right)))}
        );
    }
    const auto* auth = stack.compose ? stack.compose->find(role::auth) : nullptr;
    const auto* issuer = auth == nullptr ? nullptr : stack.compose->variable(*auth, "GOTRUE_JWT_ISSUER");
    if (!has_path && issuer != nullptr && *issuer == "${API_EXTERNAL_URL}") {
        auto right = *url;
        right.path = auth_path;
        out.push_back(
            {"auth_path_missing",
             severity::warning,
             "API_EXTERNAL_URL",
             "this compose file expects /auth/v1 in API_EXTERNAL_URL; without it providers call back to a page of "
             "Studio",
             shown(stack, "API_EXTERNAL_URL"),
             set_variables(one_setting("API_EXTERNAL_URL", to_string(right)))}
        );
    }
}

void check_site(const looked_at& stack, findings& out)
{
    const auto site = parse_url(stack.env.value_or_empty("SITE_URL"));
    const auto host = public_host(stack.env);
    if (site && is_local(site->host) && !host.empty() && !is_local(host))
        out.push_back(
            {"site_url_local",
             severity::warning,
             "SITE_URL",
             "sign-ins and links in mails lead to a machine that nobody outside reaches",
             shown(stack, "SITE_URL"),
             advise("set SITE_URL to the address of your application with `basekeeper dokploy update-env`")}
        );
}

} // namespace

void check_addresses(const looked_at& stack, findings& out)
{
    check_scheme(stack, out);
    check_auth_path(stack, out);
    check_site(stack, out);
    const auto* domain = main_domain(stack);
    if (domain == nullptr || !domain_of(domain->host))
        return;
    std::string names;
    std::string evidence;
    for (const std::string_view name : {"SUPABASE_PUBLIC_URL", "API_EXTERNAL_URL", "SUPABASE_HOST", "PROXY_DOMAIN"}) {
        const auto value = stack.env.value_or_empty(name);
        const auto url = parse_url(value);
        const auto host = url ? url->host : std::string(value);
        const bool is_domain =
            std::ranges::find(*stack.given.domains, host, &configured_domain::host) != stack.given.domains->end();
        if (host.empty() || is_domain || !is_used(stack, name))
            continue;
        names += (names.empty() ? "" : ", ") + std::string(name);
        evidence += (evidence.empty() ? "" : ", ") + shown(stack, name);
    }
    if (!names.empty())
        out.push_back(
            {"domain_out_of_step",
             severity::error,
             names,
             fmt::format(
                 "{} do not name the domain {}: Studio, storage and links in mails lead to another place",
                 names,
                 printable(domain->host)
             ),
             evidence,
             set_variables(domain_settings(stack.env, domain->host))}
        );
}

void check_domains(const looked_at& stack, findings& out)
{
    if (!stack.given.domains || !stack.compose)
        return;
    const auto* gateway = stack.compose->find(role::gateway);
    if (gateway == nullptr)
        return;
    const auto* domain = main_domain(stack);
    if (domain == nullptr) {
        const auto host = public_host(stack.env);
        out.push_back(
            {"domain_missing",
             severity::error,
             gateway->name,
             "no domain leads to the stack",
             "the service has no domains",
             host.empty() || is_local(host)
                 ? advise("add a domain with `basekeeper dokploy domain`")
                 : remedy{.kind = remedy_kind::manage_domain, .host = host, .service = gateway->name}}
        );
        return;
    }
    const remedy change{.kind = remedy_kind::manage_domain, .host = domain->host, .service = gateway->name};
    const auto evidence = fmt::format(
        "{} leads to {}:{} by {}",
        printable(domain->host),
        printable(domain->service),
        domain->port,
        domain->https ? "https" : "http"
    );
    if (domain->service != gateway->name || domain->port != gateway_port)
        out.push_back(
            {"domain_target",
             severity::error,
             domain->host,
             fmt::format("the domain does not lead to the gateway {}:{}", gateway->name, gateway_port),
             evidence,
             change}
        );
    if (!domain->https)
        out.push_back(
            {"domain_without_https",
             severity::error,
             domain->host,
             "the domain has no https, while browsers and auth are sent to https addresses",
             evidence,
             change}
        );
}

} // namespace basekeeper::stack
