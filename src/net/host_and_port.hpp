// A server to connect to, by name or address: `db.example.com:443`, `[2001:db8::7]:443`.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace basekeeper::net {

struct host_and_port
{
    std::string host; ///< name, IPv4 or IPv6 address without brackets
    std::uint16_t port = 0;

    /// As `parse_host_and_port` takes it.
    std::string to_string() const;

    friend bool operator==(const host_and_port&, const host_and_port&) = default;
};

/// True for a name of letters, digits, `-`, `_` and `.`, or an address; at most 253 bytes. Nothing in it means more
/// than itself to a resolver, a URL or a line of a protocol.
bool is_host(std::string_view text);

/// True for an IPv4 or IPv6 address without brackets.
bool is_ip_address(const std::string& host);

/// True for `localhost`, names below it, 127.0.0.0/8 and ::1.
bool is_loopback_host(const std::string& host);

/// Reads `HOST:PORT`, an IPv6 address in brackets. Fails with invalid_argument.
result<host_and_port> parse_host_and_port(std::string_view text);

} // namespace basekeeper::net
