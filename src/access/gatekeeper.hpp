// The way in: everything a front door asks about a request, in the order in which it matters.
#pragma once

#include "access/address_blocks.hpp"
#include "access/authenticator.hpp"
#include "access/origins.hpp"
#include "access/rate_limiter.hpp"
#include "config/settings.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace basekeeper::access {

/// The head of a request, as far as it is looked at. Views live as long as the call they are given to.
struct visitor
{
    std::string_view ip; ///< text form, without port; empty on a Unix socket
    std::optional<std::string_view> host{};
    std::optional<std::string_view> origin{};
    std::optional<std::string_view> authorization{};
};

/// A header may stand once: a second Host or Authorization is for the front door to refuse with 400.
struct gatekeeper_rules
{
    origin_settings places{};
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
    verdict judged(verdict found, std::string_view ip);

    origin_rules places_;
    rate_limiter addresses_;
    rate_limiter principals_;
    address_blocks& blocks_;
    authenticator& who_;
};

} // namespace basekeeper::access
