// The parts of the way in, in the order in which they need each other.
#include "app/network.hpp"

#include "access/address.hpp"
#include "access/gatekeeper.hpp"
#include "access/listening.hpp"
#include "access/records.hpp"
#include "access/resource.hpp"
#include "app/network_limits.hpp"
#include "gateway/gateway.hpp"
#include "http/client.hpp"
#include "http/server.hpp"
#include "http/upstream.hpp"
#include "transports/http/endpoint.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace basekeeper::app {
namespace {

/// What a client should ask its authorization server for first: enough to look round, more is challenged for.
constexpr std::array<std::string_view, 2> first_scopes{"instances:read", "database:read"};

access::reach reach_of(const net::endpoint& at)
{
    if (at.is_unix_socket())
        return access::reach::unix_socket;
    return at.is_loopback() ? access::reach::loopback : access::reach::beyond;
}

std::vector<std::string> groups_of(const mcp::registry& offers)
{
    std::set<std::string> groups;
    for (const auto& t : offers.tools())
        groups.insert(t.about.group);
    return {groups.begin(), groups.end()};
}

access::resource_description described(const config::settings& s)
{
    return {
        .resource = *s.http.public_url,
        .authorization_servers = *s.auth.authorization_servers,
        .scopes = {first_scopes.begin(), first_scopes.end()},
    };
}

/// Whose connections are not counted: on loopback stands a reverse proxy that everybody comes through, or somebody who
/// works on this machine anyway.
bool is_exempt(std::string_view ip)
{
    return ip.starts_with("127.") || ip == "::1";
}

std::string group_of(std::string_view ip)
{
    return is_exempt(ip) ? std::string() : access::address_of(ip);
}

metrics::refusal refusal_of(access::cause why)
{
    switch (why) {
    case access::cause::scope:
        return metrics::refusal::authorization;
    case access::cause::blocked:
        return metrics::refusal::blocked_address;
    case access::cause::host:
        return metrics::refusal::host;
    case access::cause::origin:
        return metrics::refusal::origin;
    default:
        return metrics::refusal::authentication;
    }
}

void count(metrics::registry& numbers, access::cause why)
{
    if (why == access::cause::caller_rate)
        numbers.rate_limited(metrics::rate_limit::principal);
    else if (why == access::cause::address_rate)
        numbers.rate_limited(metrics::rate_limit::address);
    else
        numbers.request_refused(refusal_of(why));
}

/// Where an authorization server publishes its keys, read by our own client.
io::task<result<std::string>> fetch_keys(http::upstream& from, std::string url, io::deadline until)
{
    http::client_request what{.url = std::move(url)};
    what.headers.push_back({"accept", "application/json"});
    what.max_body_bytes = crypto::max_key_set_bytes;
    auto came = CO_TRY(co_await from.send(std::move(what), until));
    auto good = CO_TRY(http::expect_success(std::move(came), "the authorization server"));
    co_return std::move(good.body);
}

result<std::shared_ptr<net::tls_context>> certificate_of(const config::http_settings& s)
{
    if (s.tls_certificate->empty() && s.tls_key->empty())
        return nullptr;
    if (s.tls_certificate->empty() || s.tls_key->empty())
        return fail(
            condition::invalid_argument,
            "TLS needs both http.tls_certificate and http.tls_key",
            "set the one that is missing"
        );
    return net::tls_context::load({s.tls_certificate->string(), s.tls_key->string()});
}

} // namespace

struct network::parts
{
    parts(services& with, mcp::server& of, net::endpoint place)
        : with(with), of(of), settings(with.settings().values), at(std::move(place)), reach(reach_of(at)),
          jobs(with.runtime().executor(), [&with](const std::exception_ptr&) {
              with.log().error("background work of the network ended by a bug");
          })
    {}

    result<> wire()
    {
        TRY(access::listening_allowed(reach, settings));
        tls = TRY(certificate_of(settings.http));
        records = TRY(access::records::open(with.store().dir(), with.runtime().pool(), with.log()));
        blocks.emplace(
            access::block_rules{
                .after_failures = *settings.block.after_failures,
                .window = *settings.block.window,
                .lasting = *settings.block.lasting,
            },
            records->blocks(),
            with.runtime().executor(),
            with.log(),
            system_clock()
        );
        TRY(wire_authenticator());
        door.emplace(access::gatekeeper_rules_from(settings, reach), *blocks, *who, system_clock());
        wire_protocol();
        return {};
    }

    result<> wire_authenticator()
    {
        client.emplace(with.runtime().executor(), with.runtime().pool());
        signer.emplace(*client, "the authorization server", system_clock());
        if (!settings.auth.jwks->empty())
            signers.emplace(
                access::key_source_rules{},
                access::keys_at(
                    *settings.auth.jwks,
                    with.runtime().pool(),
                    [this](std::string url, io::deadline until) { return fetch_keys(*signer, std::move(url), until); }
                ),
                with.runtime().executor(),
                with.log(),
                system_clock()
            );
        who.emplace(
            TRY(access::authenticator_settings_from(settings.auth, *settings.http.public_url, groups_of(with.offers()))
            ),
            access::credential_sources{.keys = records->keys(), .signers = signers ? &*signers : nullptr},
            access::challenges(
                access::metadata_url(described(settings)), fmt::format("{}", fmt::join(first_scopes, " "))
            ),
            with.log(),
            system_clock()
        );
        return {};
    }

    network_limits measure() const
    {
        const auto descriptors = raise_descriptor_limit();
        auto out = network_limits_from(settings.http, with.rules().settings().max_result_bytes, descriptors);
        if (out.server.most_connections < out.wanted_connections)
            with.log().warning(
                "there will be fewer connections than http.max_streams asks for: raise the limit of open files",
                {{"connections", std::to_string(out.server.most_connections)},
                 {"wanted", std::to_string(out.wanted_connections)},
                 {"open_files", std::to_string(descriptors)}}
            );
        return out;
    }

    void wire_protocol()
    {
        const auto room = measure();
        transports::endpoint_settings limits;
        limits.answers.challenge = [this](std::string_view scope) {
            return door->words().insufficient_scope(scope).www_authenticate;
        };
        limits.sessions.most_sessions = *settings.http.max_sessions;
        limits.sessions.idle_for = *settings.http.session_idle;
        limits.most_streams = *settings.http.max_streams;
        limits.websocket = room.websocket;
        mcp.emplace(of, with.runtime().executor(), std::move(limits));

        gateway::gateway_settings shown;
        if (auto metadata = access::resource_metadata(described(settings))) {
            shown.metadata = *std::move(metadata);
            shown.metadata_paths = access::metadata_paths(*settings.http.public_url);
        }
        shown.ready = [this](health::detail how_much) { return with.watch().readiness(how_much); };
        shown.metrics = [this] { return with.watch().metrics_text(); };
        shown.count_refusal = [this](access::cause why) { count(with.watch().numbers(), why); };
        front.emplace(
            gateway::gateway::parts{
                *mcp,
                *door,
                with.offers(),
                [this](const mcp::principal& by, std::string_view name) { return may_name(by, name); },
            },
            std::move(shown)
        );
        server.emplace(
            with.runtime().executor(),
            room.server,
            [this](http::request asked, http::exchange& on) { return front->serve(std::move(asked), on); },
            [this](const http::request& head) { return front->admit(head); },
            with.log()
        );
        server->group_addresses(group_of);
    }

    /// Instances on which nothing is granted are as good as not there.
    bool may_name(const mcp::principal& by, std::string_view instance) const
    {
        const auto known = with.catalog().names();
        const auto granted = [&](const std::string& group) {
            return by.rights->allows(group, mcp::effect::reads, instance);
        };
        return std::ranges::find(known, instance) != known.end() &&
               (!by.rights || std::ranges::any_of(groups_of(with.offers()), granted));
    }

    void sample(metrics::samples& into) const
    {
        const auto now = mcp->counts();
        const auto number = [](std::size_t n) { return static_cast<double>(n); };
        into.add("basekeeper_sessions", {"http"}, number(now.sessions));
        into.add("basekeeper_sessions", {"websocket"}, number(now.websockets));
        into.add("basekeeper_streams", {"http"}, number(now.streams));
        const auto served = server->counts();
        into.add("basekeeper_requests_refused_total", {"too_large"}, static_cast<double>(served.too_large));
        into.add(
            "basekeeper_requests_refused_total", {"overload"}, static_cast<double>(served.turned_away + now.turned_away)
        );
        into.add("basekeeper_addresses_blocked", {}, number(blocks->size()));
        into.add("basekeeper_addresses_blocked_total", {}, static_cast<double>(blocks->times_blocked()));
        if (!signers)
            return;
        const auto& circuit = signer->circuit();
        into.add("basekeeper_circuit_state", {"authorization_server", ""}, circuit_number(circuit.state()));
        into.add(
            "basekeeper_circuit_opened_total", {"authorization_server", ""}, static_cast<double>(circuit.times_opened())
        );
    }

    services& with;
    mcp::server& of;
    const config::settings& settings;
    net::endpoint at;
    access::reach reach;
    std::shared_ptr<net::tls_context> tls; // shared with the listener, which wraps connections in it
    std::unique_ptr<access::records> records;
    std::optional<access::address_blocks> blocks;
    std::optional<http::client> client;
    std::optional<http::upstream> signer; // where the keys of tokens are read, when they have a URL
    std::optional<access::key_source> signers;
    std::optional<access::authenticator> who;
    std::optional<access::gatekeeper> door;
    std::optional<transports::endpoint> mcp;
    std::optional<gateway::gateway> front;
    std::optional<http::server> server;
    metrics::registry::registration sampled;
    io::nursery jobs;
};

network::network(std::unique_ptr<parts> built) : parts_(std::move(built)) {}

network::~network() = default;

result<std::unique_ptr<network>> network::build(services& with, mcp::server& of, net::endpoint at)
{
    auto built = std::make_unique<parts>(with, of, std::move(at));
    TRY(built->wire());
    return std::unique_ptr<network>(new network(std::move(built)));
}

io::task<result<std::string>> network::start()
{
    auto& p = *parts_;
    // Before anybody can connect: an address that is kept out stays out from the first moment.
    CO_TRY(co_await p.blocks->synchronise());
    const auto place = CO_TRY(p.server->listen(p.at, p.tls));
    p.mcp->start();
    p.jobs.spawn(p.blocks->keep_synchronised());
    p.sampled = p.with.watch().numbers().add([&p](metrics::samples& into) { p.sample(into); });
    if (place.is_unix_socket())
        co_return place.to_string();
    co_return fmt::format("{}://{}/mcp", p.tls ? "https" : "http", place.to_string());
}

result<> network::reload()
{
    return parts_->tls ? parts_->tls->reload() : result<>{};
}

io::task<> network::stop(io::deadline until)
{
    auto& p = *parts_;
    p.mcp->wind_up();
    if (const auto drained = co_await p.server->drain(until); !drained)
        p.with.log().warning("some requests were cut off", {{"reason", drained.error().message}});
    co_await p.mcp->close();
    p.sampled = {};
    p.jobs.cancel_all();
    const auto grace = io::deadline::after(std::chrono::seconds{2});
    if (const auto ended = co_await p.jobs.join(grace); !ended) {
        p.with.log().warning("background work of the network does not end although it is cancelled");
        static_cast<void>(co_await p.jobs.join(io::deadline::never())); // it refers to what is destroyed next
    }
    if (const auto closed = co_await p.client->close(grace); !closed)
        p.with.log().warning("requests to the authorization server did not end");
}

} // namespace basekeeper::app
