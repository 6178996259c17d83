// What can be configured of the way in over HTTP: where it listens, who may enter, how often, who is kept out.
#pragma once

#include "config/setting.hpp"

#include <boost/describe/enum.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace basekeeper::config {

struct http_settings
{
    setting<std::string> listen{
    }; ///< `127.0.0.1:8420`, `[::1]:8420`, `unix:/path`; empty: the default of `serve --http`
    setting<std::string> public_url{}; ///< the canonical URI of the MCP endpoint as clients know it
    setting<std::vector<std::string>> allowed_origins{};
    setting<std::vector<std::string>> allowed_hosts{};
    setting<std::vector<std::string>> trusted_proxies{}; ///< addresses and networks, or `unix`
    setting<std::filesystem::path> tls_certificate{};    ///< PEM, the chain; empty: no TLS
    setting<std::filesystem::path> tls_key{};
    setting<std::uint64_t> max_sessions{1'000};
    setting<std::uint64_t> max_streams{2'000};
    setting<std::uint64_t> max_body_bytes{4U << 20U};
    setting<std::chrono::seconds> session_idle{std::chrono::minutes{30}};
};

/// Whether callers over HTTP must show who they are.
enum class auth_mode
{
    none,    ///< only where nobody else can connect: loopback and Unix sockets
    required ///< an API key or a token with every request
};
BOOST_DESCRIBE_ENUM(auth_mode, none, required)

struct auth_settings
{
    setting<auth_mode> mode{auth_mode::none};
    setting<secret_text> jwt_secret{}; ///< of HS256 tokens; empty: none are accepted
    setting<std::string> jwks{};       ///< an https URL, the path of a file, or the JWK set itself
    setting<std::string> issuer{};     ///< the `iss` of tokens; empty: the authorization servers
    setting<std::string> audience{};   ///< the `aud` of tokens; empty: http.public_url
    setting<std::vector<std::string>> authorization_servers{};
    setting<std::vector<std::string>> algorithms{};      ///< empty: those that the secret and the key set allow
    setting<std::vector<std::string>> supabase_scopes{}; ///< of users of Supabase; empty: their tokens are refused
};

/// Requests in a second, with twice as many at once; 0: no limit.
struct rate_settings
{
    setting<std::uint64_t> per_principal{100};
    setting<std::uint64_t> per_address{200};
};

/// Addresses that keep failing to show who they are.
struct block_settings
{
    setting<std::uint64_t> after_failures{20};                       ///< 0: never
    setting<std::chrono::seconds> lasting{std::chrono::minutes{15}}; ///< key `block.for`
    setting<std::chrono::seconds> window{std::chrono::minutes{5}};
};

} // namespace basekeeper::config
