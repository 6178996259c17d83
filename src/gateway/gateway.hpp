// What stands on the network: which path leads where, and what a request must bring to get there.
#pragma once

#include "access/gatekeeper.hpp"
#include "gateway/dressed_exchange.hpp"
#include "health/report.hpp"
#include "http/exchange.hpp"
#include "mcp/registry.hpp"
#include "transports/http/endpoint.hpp"

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::gateway {

struct gateway_settings
{
    std::string metadata{};                    ///< RFC 9728 JSON; empty: there is none
    std::vector<std::string> metadata_paths{}; ///< where it is served
    /// Whether the server can do its work.
    std::function<io::task<health::report>(health::detail)> ready{};
    std::function<std::string()> metrics{};             ///< Prometheus text; empty: the path is not there
    std::function<void(access::cause)> count_refusal{}; ///< may be empty
};

/// Paths: `/mcp` (Streamable HTTP), `/ws` (WebSocket), `/healthz`, `/readyz`, `/metrics`,
/// `/.well-known/oauth-protected-resource[/…]`. Order of the checks: blocked address (not of `/healthz`), rate of the
/// address, Host, Origin (not of the metadata), path, whether a credential is shown; then, after the body: credential,
/// rate of the caller, query. Lives on the I/O thread.
class gateway
{
public:
    /// What requests are led to; all outlive the gateway.
    struct parts
    {
        transports::endpoint& mcp;
        access::gatekeeper& door;
        const mcp::registry& offers;
        /// Whether this caller's query may name that instance.
        std::function<bool(const mcp::principal& who, std::string_view instance)> may_use;
    };

    gateway(parts with, gateway_settings settings) : with_(std::move(with)), settings_(std::move(settings)) {}

    /// Judges a head before the body is read; see http::gate.
    std::optional<http::response> admit(const http::request& head);

    /// Answers a request whose head was admitted; see http::handler.
    io::task<> serve(http::request asked, http::exchange& with);

private:
    dress dress_for(const http::request& asked) const;
    http::response refuse(const access::challenge& why) const;
    void count(const access::challenge& why) const;
    io::task<std::optional<mcp::principal>> identify(const http::request& asked, http::exchange& with);
    io::task<std::expected<mcp::principal, transports::objection>>
    hear_again(std::string ip, std::optional<std::string> authorization);
    io::task<> serve_mcp(http::request asked, http::exchange& with);
    io::task<> serve_readiness(const http::request& asked, http::exchange& with);
    io::task<> serve_metrics(const http::request& asked, http::exchange& with);
    std::string client_of(const http::request& asked) const;
    access::purpose purpose_of(const http::request& asked) const;
    bool is_metadata(std::string_view path) const;
    bool needs_credential(const http::request& head) const;
    bool knows(std::string_view path) const;

    parts with_;
    gateway_settings settings_;
};

} // namespace basekeeper::gateway
