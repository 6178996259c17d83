// Behind a reverse proxy: whose address counts, when the one that connects is the proxy's.
#pragma once

#include "config/address_range.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::access {

/// The proxies whose word is taken. Immutable.
class trusted_proxies
{
public:
    /// `listed`: as `http.trusted_proxies` has them; `unix` is whoever connects to a Unix socket.
    explicit trusted_proxies(const std::vector<std::string>& listed);

    /// The address of the client behind `peer`, who connects (empty: over a Unix socket). That is `peer` itself, unless
    /// it is a trusted proxy: then the last address in `forwarded_for` that is none. Empty when a proxy does not say,
    /// or not validly, for whom it asks. `forwarded_for`: the values of all X-Forwarded-For, in order, commas between.
    std::string client_of(std::string_view peer, std::string_view forwarded_for) const;

private:
    bool trusts(std::string_view ip) const;

    std::vector<config::address_range> ranges_;
    bool unix_sockets_ = false;
};

} // namespace basekeeper::access
