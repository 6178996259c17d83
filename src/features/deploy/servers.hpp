// The Dokploy servers that are configured: one client each, made at start, connected at first use.
#pragma once

#include "clients/dokploy/api.hpp"
#include "config/settings.hpp"
#include "http/client.hpp"
#include "io/runtime.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::deploy {

/// One Dokploy, and how the stacks on it are reached. Lives on the I/O thread as long as `servers`.
struct server
{
    server(
        std::string called,
        const config::dokploy_settings& how,
        http::client& to_dokploy,
        io::offload_pool& pool,
        const clock& time
    );

    std::string name;
    std::string url;
    std::string reach;         ///< `HOST:PORT` of the domains of its stacks; empty: by DNS
    std::string templates_url; ///< without a slash behind it
    std::filesystem::path authorities;
    std::chrono::milliseconds poll_interval;
    io::offload_pool& threads;
    dokploy::api api;
};

/// The version of a server: also the check of URL, certificate and key. For a certificate that cannot be trusted the
/// error names what it is, its fingerprint, and the pin that would accept it.
io::task<result<dokploy::version>> connect(server& to, io::deadline until);

/// By name. Lives on the I/O thread; `close()` before destruction.
class servers
{
public:
    servers(
        const std::map<std::string, config::dokploy_settings, std::less<>>& configured,
        io::executor where,
        io::offload_pool& threads,
        const clock& time
    );

    /// The server of that name; the only one when `name` is empty. Fails with not_found or, when there are several and
    /// none is named, invalid_argument, with what to do in the hint.
    result<server*> find(std::string_view name);

    std::vector<server*> all();

    bool empty() const { return by_name_.empty(); }

    /// For requests to the domains of the stacks of a server: trusts the authorities that are configured for them.
    http::client& web(const server& of);

    /// For templates: they lie in public, whatever authorities vouch for the stacks.
    http::client& catalogue() { return client_; }

    io::task<> close(io::deadline until);

private:
    io::executor where_;
    io::offload_pool& threads_;
    http::client client_; // to the servers, with the authorities of the machine
    std::map<std::filesystem::path, std::unique_ptr<http::client>> web_;
    std::map<std::string, std::unique_ptr<server>, std::less<>> by_name_;
};

} // namespace basekeeper::deploy
