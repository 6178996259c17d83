// Addresses as they are counted: one text for each client, whatever its spelling.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace basekeeper::access {

/// The text under which an address is counted and blocked: IPv4 as it is, also when mapped into IPv6; IPv6 by its /64,
/// `2001:db8:0:1::/64`, because one household or server has that many; loopback as `::1`. Zones are dropped. Empty
/// for a Unix socket. What is no address stands for itself.
std::string address_of(std::string_view ip);

/// The same of what a person typed, who may write the /64 too; invalid_argument for anything else.
result<std::string> parse_address(std::string_view text);

} // namespace basekeeper::access
