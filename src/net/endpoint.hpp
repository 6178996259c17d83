// Where a server listens: an address and a port, or a Unix socket.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace basekeeper::net {

/// A place to listen on. Exactly one of `host` and `path` is used.
struct endpoint
{
    std::string host;       ///< IPv4 or IPv6 address without brackets, or `localhost`; empty for a Unix socket
    std::uint16_t port = 0; ///< 0: the kernel chooses
    std::string path{};     ///< of a Unix socket; at most 107 bytes

    bool is_unix_socket() const { return !path.empty(); }

    /// True when nobody but this machine can reach it: 127.0.0.0/8, ::1, localhost, Unix sockets.
    bool is_loopback() const;

    /// As `parse_endpoint` takes it.
    std::string to_string() const;

    friend bool operator==(const endpoint&, const endpoint&) = default;
};

/// Reads `127.0.0.1:8420`, `[::1]:8420`, `localhost:8420` or `unix:/path`. Names other than localhost are refused: what
/// they resolve to may change. Fails with invalid_argument.
result<endpoint> parse_endpoint(std::string_view text);

} // namespace basekeeper::net
