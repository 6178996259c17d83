// Reading and judging Host and Origin.
#include "access/origins.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace basekeeper::access {
namespace {

std::string lower(std::string_view s)
{
    std::string out(s);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

bool is_digits(std::string_view s)
{
    return !s.empty() && s.size() <= 5 && std::ranges::all_of(s, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_host_text(std::string_view s)
{
    return !s.empty() && s.size() <= 253 && std::ranges::all_of(s, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    });
}

/// Dots and digits only: four numbers after the first 127 are all loopback (RFC 1122 section 3.2.1.3).
bool is_loopback_number(std::string_view s)
{
    return s.starts_with("127.") && std::ranges::count(s, '.') == 3 &&
           std::ranges::all_of(s, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

} // namespace

std::optional<origin_rules::place> origin_rules::read_host(std::string_view text)
{
    place out;
    std::string_view rest;
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos || close < 3)
            return std::nullopt;
        out.host = lower(text.substr(0, close + 1));
        if (!std::ranges::all_of(std::string_view(out.host).substr(1, out.host.size() - 2), [](char c) {
                return c == ':' || c == '.' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
            }))
            return std::nullopt;
        rest = text.substr(close + 1);
    } else {
        const auto colon = std::min(text.find(':'), text.size());
        out.host = lower(text.substr(0, colon));
        if (out.host.ends_with('.') && out.host.size() > 1)
            out.host.pop_back(); // the root of the DNS spelt out: the same name
        if (!is_host_text(out.host))
            return std::nullopt;
        rest = text.substr(colon);
    }
    if (rest.empty())
        return out;
    if (!rest.starts_with(':') || !is_digits(rest.substr(1)))
        return std::nullopt;
    out.port = rest.substr(1);
    return out;
}

std::optional<origin_rules::place> origin_rules::read_origin(std::string_view text)
{
    const auto colon = text.find("://");
    if (colon == std::string_view::npos)
        return std::nullopt;
    auto out = read_host(text.substr(colon + 3));
    if (!out)
        return std::nullopt;
    out->scheme = lower(text.substr(0, colon));
    if ((out->scheme == "https" && out->port == "443") || (out->scheme == "http" && out->port == "80"))
        out->port.clear();
    return out;
}

bool origin_rules::is_local(std::string_view host)
{
    return host == "localhost" || host == "[::1]" || is_loopback_number(host);
}

origin_rules::origin_rules(const origin_settings& settings) : listens_(settings.listens)
{
    for (const auto& text : settings.allowed_hosts)
        if (auto host = read_host(text))
            hosts_.push_back(*std::move(host));
    for (const auto& text : settings.allowed_origins)
        if (auto origin = read_origin(text))
            origins_.push_back(*std::move(origin));
    const auto scheme = settings.public_url.find("://");
    if (scheme == std::string::npos)
        return;
    own_origin_ = read_origin(settings.public_url.substr(0, settings.public_url.find('/', scheme + 3)));
    // A proxy in front may pass its own port on, or none.
    if (own_origin_)
        hosts_.push_back({.scheme = {}, .host = own_origin_->host, .port = {}});
}

bool origin_rules::is_named_host(const place& p) const
{
    return std::ranges::any_of(hosts_, [&](const place& known) {
        return known.host == p.host && (known.port.empty() || known.port == p.port);
    });
}

std::optional<challenge> origin_rules::check_host(std::optional<std::string_view> host) const
{
    if (listens_ == reach::unix_socket)
        return std::nullopt;
    const auto read = host ? read_host(*host) : std::nullopt;
    if (!read)
        return wrong_place(cause::host, 400, host ? "the Host header is malformed" : "the Host header is missing");
    const bool allowed = is_named_host(*read) || (listens_ == reach::loopback && is_local(read->host)) ||
                         (listens_ == reach::beyond && hosts_.empty());
    if (allowed)
        return std::nullopt;
    return wrong_place(
        cause::host,
        403,
        fmt::format(
            "this server does not answer for the host \"{}\": add it to http.allowed_hosts if it should",
            utf8_prefix(read->host, 100)
        )
    );
}

std::optional<challenge> origin_rules::check_origin(std::optional<std::string_view> origin) const
{
    if (!origin)
        return std::nullopt;
    const auto read = read_origin(*origin);
    if (read) {
        const bool local =
            listens_ != reach::beyond && is_local(read->host) && (read->scheme == "http" || read->scheme == "https");
        if (local || read == own_origin_ || std::ranges::find(origins_, *read) != origins_.end())
            return std::nullopt;
    }
    return wrong_place(
        cause::origin, 403, "web pages of this origin may not connect: add it to http.allowed_origins if it should"
    );
}

std::optional<std::string> origin_rules::cross_origin(std::optional<std::string_view> origin) const
{
    const auto read = origin ? read_origin(*origin) : std::nullopt;
    if (!read || std::ranges::find(origins_, *read) == origins_.end())
        return std::nullopt;
    return std::string(*origin);
}

} // namespace basekeeper::access
