// Settings become clients.
#include "features/deploy/servers.hpp"

#include "base/text.hpp"
#include "net/peer_certificate.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace basekeeper::deploy {
namespace {

constexpr std::string_view dokploy_catalogue = "https://templates.dokploy.com";

std::string without_slash(std::string url)
{
    while (url.ends_with('/'))
        url.pop_back();
    return url;
}

dokploy::api_settings settings_of(const std::string& name, const config::dokploy_settings& how)
{
    return {
        .url = dokploy::base_url(*how.url).value_or(*how.url),
        .key = *how.api_key,
        .name = fmt::format("the Dokploy server \"{}\"", name),
        .pin = *how.pin,
    };
}

/// What is known of the certificate that was refused, and how it would be accepted.
io::task<error> with_certificate(const server& of, error refused, io::deadline until)
{
    constexpr std::string_view scheme = "https://";
    if (!of.url.starts_with(scheme))
        co_return refused;
    const auto authority = of.url.substr(scheme.size());
    auto place = net::parse_host_and_port(authority);
    if (!place)
        place = net::parse_host_and_port(authority + ":443");
    if (!place)
        co_return refused;
    const auto seen = co_await net::read_peer_certificate(
        co_await boost::asio::this_coro::executor, of.threads, {.server = *std::move(place)}, until
    );
    if (!seen || seen->trusted())
        co_return refused;
    refused.message =
        fmt::format("the certificate of the Dokploy server \"{}\" cannot be trusted: {}", of.name, seen->why);
    refused.hint = fmt::format(
        "use a certificate of an authority; or, if its SHA-256 fingerprint on the server is {0}, set {1}=\"{2}\", or "
        "connect it with --pin {2}",
        seen->sha256,
        of.name == "default" ? std::string("BASEKEEPER_DOKPLOY_PIN") : fmt::format("pin in [dokploy.{}] ", of.name),
        seen->pin
    );
    co_return refused;
}

} // namespace

server::server(
    std::string called,
    const config::dokploy_settings& how,
    http::client& to_dokploy,
    io::offload_pool& pool,
    const clock& time
)
    : name(std::move(called)), url(dokploy::base_url(*how.url).value_or(*how.url)), reach(*how.reach),
      templates_url(without_slash(how.templates_url->empty() ? std::string(dokploy_catalogue) : *how.templates_url)),
      authorities(*how.ca_file), poll_interval(*how.poll_interval), threads(pool),
      api(to_dokploy, time, settings_of(name, how))
{}

io::task<result<dokploy::version>> connect(server& to, io::deadline until)
{
    auto seen = co_await to.api.version(until);
    if (seen || seen.error().code != condition::denied || seen.error().http_status != 0)
        co_return seen;
    co_return std::unexpected(co_await with_certificate(to, std::move(seen).error(), until));
}

servers::servers(
    const std::map<std::string, config::dokploy_settings, std::less<>>& configured,
    io::executor where,
    io::offload_pool& threads,
    const clock& time
)
    : where_(std::move(where)), threads_(threads), client_(where_, threads)
{
    for (const auto& [name, how] : configured)
        if (!how.url->empty())
            by_name_.emplace(name, std::make_unique<server>(name, how, client_, threads, time));
}

result<server*> servers::find(std::string_view name)
{
    if (by_name_.empty())
        return fail(
            condition::not_found,
            "no Dokploy server is configured",
            "run `basekeeper dokploy connect home --url https://DOKPLOY`, or set DOKPLOY_URL and DOKPLOY_API_KEY"
        );
    if (name.empty() && by_name_.size() == 1)
        return by_name_.begin()->second.get();
    std::vector<std::string_view> names;
    names.reserve(by_name_.size());
    for (const auto& [known, unused] : by_name_)
        names.push_back(known);
    if (name.empty())
        return fail(
            condition::invalid_argument,
            fmt::format("server: {} Dokploy servers are configured", names.size()),
            fmt::format("name one of them: {}", fmt::join(names, ", "))
        );
    const auto found = by_name_.find(name);
    if (found == by_name_.end())
        return fail(
            condition::not_found,
            fmt::format("server: there is no Dokploy server \"{}\"", utf8_prefix(name, 64)),
            fmt::format("use one of: {}", fmt::join(names, ", "))
        );
    return found->second.get();
}

std::vector<server*> servers::all()
{
    std::vector<server*> out;
    out.reserve(by_name_.size());
    for (const auto& [name, one] : by_name_)
        out.push_back(one.get());
    return out;
}

http::client& servers::web(const server& of)
{
    auto& made = web_[of.authorities];
    if (!made)
        made = std::make_unique<http::client>(where_, threads_, http::client_settings{.certificates = of.authorities});
    return *made;
}

io::task<> servers::close(io::deadline until)
{
    (void)co_await client_.close(until);
    for (const auto& [file, client] : web_)
        (void)co_await client->close(until);
}

} // namespace basekeeper::deploy
