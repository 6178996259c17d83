// Variables of the stack itself name its gateway; those of the application may name anything, and are left alone where
// they do.
#include "stack/addresses.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace basekeeper::stack {
namespace {

constexpr std::array stack_urls{
    std::string_view("SUPABASE_PUBLIC_URL"),
    std::string_view("API_EXTERNAL_URL"),
    std::string_view("STORAGE_PUBLIC_URL")
};
constexpr std::array stack_hosts{std::string_view("SUPABASE_HOST"), std::string_view("PROXY_DOMAIN")};

std::string lower(std::string_view text)
{
    std::string out(text);
    for (auto& c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return out;
}

bool is_host_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '*' || c == ':';
}

bool all_digits(std::string_view s)
{
    return std::ranges::all_of(s, [](char c) { return c >= '0' && c <= '9'; });
}

/// Adds the change unless it is none.
void add(env_text::settings& to, const env_text::document& env, std::string_view name, std::string value)
{
    if (env.value_or_empty(name) != value)
        to.emplace_back(std::string(name), crypto::secret<>(std::move(value)));
}

/// Applies to every URL of the list; what is no URL stays as it is spelt.
std::string each_url(std::string_view list, const std::function<void(url_parts&)>& change)
{
    std::string out;
    for (const auto& item : url_list(list)) {
        out += out.empty() ? "" : ",";
        auto url = parse_url(item);
        if (!url) {
            out += item;
            continue;
        }
        const auto before = to_string(*url);
        change(*url);
        out += to_string(*url) == before ? item : to_string(*url);
    }
    return out;
}

void make_https(url_parts& url)
{
    if (url.scheme == "http" && !is_local(url.host) && (url.port.empty() || url.port == "80")) {
        url.scheme = "https";
        url.port.clear();
    }
}

} // namespace

std::optional<url_parts> parse_url(std::string_view text)
{
    const auto colon = text.find("://");
    if (colon == std::string_view::npos)
        return std::nullopt;
    url_parts out{.scheme = lower(text.substr(0, colon))};
    if (out.scheme != "http" && out.scheme != "https")
        return std::nullopt;
    auto rest = text.substr(colon + 3);
    const auto authority = rest.substr(0, rest.find_first_of("/?#"));
    out.path = rest.substr(authority.size());
    auto host = authority;
    const auto closing = authority.find(']');
    const auto port = authority.rfind(':');
    if (port != std::string_view::npos && (closing == std::string_view::npos || port > closing)) {
        out.port = authority.substr(port + 1);
        host = authority.substr(0, port);
    }
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    else if (host.contains(':'))
        return std::nullopt;
    out.host = lower(host);
    if (out.host.empty() || !std::ranges::all_of(out.host, is_host_character) || out.port.size() > 5 ||
        !all_digits(out.port))
        return std::nullopt;
    return out;
}

std::string to_string(const url_parts& url)
{
    std::string out = url.scheme + "://";
    out += url.host.contains(':') ? "[" + url.host + "]" : url.host;
    if (!url.port.empty())
        out += ":" + url.port;
    return out + url.path;
}

bool is_local(std::string_view host)
{
    constexpr std::array endings{
        std::string_view(".local"),
        std::string_view(".internal"),
        std::string_view(".localhost"),
        std::string_view(".test")
    };
    if (!host.contains('.') || std::ranges::any_of(endings, [&](auto e) { return host.ends_with(e); }))
        return true; // also [::1] and its like: nobody publishes a stack by a bare IPv6 address
    if (!std::ranges::all_of(host, [](char c) { return c == '.' || (c >= '0' && c <= '9'); }))
        return false;
    if (host.starts_with("127.") || host.starts_with("10.") || host.starts_with("192.168.") ||
        host.starts_with("169.254."))
        return true;
    if (!host.starts_with("172."))
        return host == "0.0.0.0";
    const auto second = host.substr(4, host.find('.', 4) - 4);
    return second.size() == 2 && second >= "16" && second <= "31";
}

bool has_auth_path(const env_text::document& env)
{
    const auto url = parse_url(env.value_or_empty("API_EXTERNAL_URL"));
    return url && url->path.starts_with(auth_path);
}

std::vector<std::string> url_list(std::string_view text)
{
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto item = text.substr(0, text.find(','));
        text.remove_prefix(std::min(item.size() + 1, text.size()));
        if (const auto inside = env_text::trimmed(item); !inside.empty())
            out.emplace_back(inside);
    }
    return out;
}

env_text::settings https_settings(const env_text::document& env)
{
    env_text::settings out;
    for (const auto name : stack_urls) {
        auto url = parse_url(env.value_or_empty(name));
        if (!url || url->scheme == "https" || is_local(url->host))
            continue;
        url->scheme = "https";
        url->port.clear();
        add(out, env, name, to_string(*url));
    }
    for (const std::string_view name : {"SITE_URL", "ADDITIONAL_REDIRECT_URLS"})
        if (const auto changed = each_url(env.value_or_empty(name), make_https); changed.contains("https://"))
            add(out, env, name, changed);
    return out;
}

env_text::settings domain_settings(const env_text::document& env, std::string_view domain)
{
    const auto old_host = public_host(env);
    const auto base = "https://" + std::string(domain);
    env_text::settings out;
    add(out, env, "SUPABASE_PUBLIC_URL", base);
    add(out, env, "API_EXTERNAL_URL", has_auth_path(env) ? base + std::string(auth_path) : base);
    if (env.find("STORAGE_PUBLIC_URL") != nullptr)
        add(out, env, "STORAGE_PUBLIC_URL", base);
    for (const auto name : stack_hosts)
        if (env.find(name) != nullptr)
            add(out, env, name, std::string(domain));
    if (old_host.empty() || is_local(old_host))
        return out;
    for (const std::string_view name : {"SITE_URL", "ADDITIONAL_REDIRECT_URLS"}) {
        const auto changed = each_url(env.value_or_empty(name), [&](url_parts& url) {
            if (url.host == old_host)
                url = {.scheme = "https", .host = std::string(domain), .path = url.path};
        });
        if (changed.contains(base))
            add(out, env, name, changed);
    }
    return out;
}

std::string public_host(const env_text::document& env)
{
    const auto url = parse_url(env.value_or_empty("SUPABASE_PUBLIC_URL"));
    return url ? url->host : std::string{};
}

} // namespace basekeeper::stack
