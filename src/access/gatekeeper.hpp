// The way in: everything a front door asks about a request, in the order in which it matters.
#pragma once

#include "access/address_blocks.hpp"
#include "access/authenticator.hpp"
#include "access/origins.hpp"
#include "access/rate_limiter.hpp"
#include "access/trusted_proxies.hpp"
#include "config/settings.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::access {

/// What a request is for, as far as it is judged differently.
enum class purpose
{
    use,      ///< whatever is not named here
    metadata, ///< a document for the pages of every origin (RFC 9728)
    liveness  ///< whether the process runs: blocked addresses are told too
};

/// The head of a request, as far as it is looked at. Views live as long as the call they are given to.
struct visitor
{
    std::string_view ip; ///< of the client, see `client_of`; empty: not known, so nothing is counted against it
    std::optional<std::string_view> host{};
    std::optional<std::string_view> origin{};
    std::optional<std::string_view> authorization{};
    purpose wants = purpose::use;
};

/// A header may stand once: a second Host or Authorization is for the front door to refuse with 400.
struct gatekeeper_rules
{
    origin_settings places{};
    std::vector<std::string> proxies{}; ///< see trusted_proxies
    rate_limit per_address{};
    rate_limit per_principal{};
    std::size_t most_names = 10'000; ///< of each kind that are counted
};

/// What the configuration says; `where` is what the endpoint turned out to be.
gatekeeper_rules gatekeeper_rules_from(const config::settings& settings, reach where);

/// One per listener or several sharing it; lives on the I/O thread. The blocks and the authenticator must outlive it.
class gatekeeper
{
public:
    gatekeeper(gatekeeper_rules rules, address_blocks& blocks, authenticator& who, const clock& time);

    /// The address that counts: see trusted_proxies. What follows is given this one.
    std::string client_of(std::string_view peer, std::string_view forwarded_for) const
    {
        return proxies_.client_of(peer, forwarded_for);
    }

    /// Before the body is read: is the address blocked, is it too busy, may it come by this Host and Origin? An answer
    /// ends the request. What needs no credential (health, metadata, the dashboard's files) passes this too.
    std::optional<challenge> admit(const visitor& from);

    /// For what comes later over a connection that was let in: blocked since, or too busy?
    std::optional<challenge> admit_again(std::string_view ip);

    /// Then, for what needs a credential: the verdict if it needs no waiting. Refused credentials count against the
    /// address; too many requests of one caller are refused. Nothing: await `identify`.
    std::optional<verdict> try_identify(const visitor& from);

    /// The same, waiting for the store or a key server.
    io::task<verdict> identify(std::string ip, std::optional<std::string> authorization);

    /// Before the body of what needs a credential is read: is none shown, or nothing that is one? Refused ones count.
    std::optional<challenge> refuse_at_sight(const visitor& from);

    /// Counts against an address what somebody else found wrong, such as a guessed session id.
    void suspect(std::string_view ip);

    const origin_rules& places() const { return places_; }

    const challenges& words() const { return who_.words(); }

private:
    std::optional<challenge> slow_down(const std::string& address);
    verdict judged(verdict found, std::string_view ip);

    origin_rules places_;
    trusted_proxies proxies_;
    rate_limiter addresses_;
    rate_limiter principals_;
    address_blocks& blocks_;
    authenticator& who_;
};

} // namespace basekeeper::access
