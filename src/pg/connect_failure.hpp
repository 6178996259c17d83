// From the words libpq leaves after a failed connection attempt to an error with a next step; included by the sources
// of this module only.
#pragma once

#include "base/error.hpp"
#include "pg/target.hpp"

#include <string_view>

namespace basekeeper::pg {

/// `said` is PQerrorMessage at verbosity "verbose", which carries the SQLSTATE when the server answered.
error connect_failure(const target& to, std::string_view said);

/// The name was not resolved; `reason` is the resolver's. Names inside a Docker network and Supabase's hosts have
/// sentences of their own.
error unknown_host(const target& to, std::string_view reason);

enum class address_family
{
    ipv4,
    ipv6
};

/// True when this machine had no way at all to the address, as with IPv6 on an IPv4 network.
bool lacks_network(const error& failed);

/// Every address of the host is of one family, and this machine has no network of it.
error no_network_of_family(const target& to, address_family only);

/// True when another address of the same host may do better.
bool worth_another_address(const error& failed);

} // namespace basekeeper::pg
