// What the way in may take of memory and descriptors, derived from the settings and from what the system grants.
#pragma once

#include "config/settings.hpp"
#include "http/exchange.hpp"
#include "http/server_settings.hpp"

#include <cstddef>

namespace basekeeper::app {

struct network_limits
{
    http::server_settings server;
    http::websocket_settings websocket;
    std::size_t wanted_connections = 0; ///< `server` has fewer where the descriptors do not suffice
};

/// `longest_result`: in bytes of structured content, as the policy lets it through; one answer with it always fits into
/// the queue of a connection. `descriptors`: how many this process may have open.
network_limits
network_limits_from(const config::http_settings& settings, std::size_t longest_result, std::size_t descriptors);

/// Raises the limit of open descriptors as far as it goes without privileges; returns what it is then.
std::size_t raise_descriptor_limit();

} // namespace basekeeper::app
