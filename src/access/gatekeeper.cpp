// The order of the questions.
#include "access/gatekeeper.hpp"

#include "access/address.hpp"

#include <utility>

namespace basekeeper::access {
namespace {

rate_limit limit_of(std::uint64_t per_second)
{
    return {.per_second = static_cast<double>(per_second), .burst = 2 * static_cast<double>(per_second)};
}

} // namespace

gatekeeper_rules gatekeeper_rules_from(const config::settings& settings, reach where)
{
    return {
        .places =
            {.listens = where,
             .public_url = *settings.http.public_url,
             .allowed_origins = *settings.http.allowed_origins,
             .allowed_hosts = *settings.http.allowed_hosts},
        .proxies = *settings.http.trusted_proxies,
        .per_address = limit_of(*settings.rate.per_address),
        .per_principal = limit_of(*settings.rate.per_principal),
    };
}

gatekeeper::gatekeeper(gatekeeper_rules rules, address_blocks& blocks, authenticator& who, const clock& time)
    : places_(rules.places), proxies_(rules.proxies), addresses_(rules.per_address, rules.most_names, time),
      principals_(rules.per_principal, rules.most_names, time), blocks_(blocks), who_(who)
{}

std::optional<challenge> gatekeeper::admit_again(std::string_view ip)
{
    const auto address = address_of(ip);
    if (const auto blocked = blocks_.find(address))
        return blocked_address(blocked->wait);
    return slow_down(address);
}

std::optional<challenge> gatekeeper::slow_down(const std::string& address)
{
    const auto wait = address.empty() ? std::nullopt : addresses_.take(address);
    return wait ? std::optional(too_many_requests(cause::address_rate, *wait)) : std::nullopt;
}

std::optional<challenge> gatekeeper::admit(const visitor& from)
{
    if (auto refused = from.wants == purpose::liveness ? slow_down(address_of(from.ip)) : admit_again(from.ip))
        return refused;
    if (auto refused = places_.check_host(from.host))
        return refused;
    return from.wants == purpose::metadata ? std::nullopt : places_.check_origin(from.origin);
}

verdict gatekeeper::judged(verdict found, std::string_view ip)
{
    if (!found) {
        if (found.error().counts)
            suspect(ip);
        return found;
    }
    if (const auto wait = principals_.take(found->id))
        return std::unexpected(too_many_requests(cause::caller_rate, *wait));
    return found;
}

std::optional<challenge> gatekeeper::refuse_at_sight(const visitor& from)
{
    const auto found = who_.try_now(from.authorization);
    if (!found || *found)
        return std::nullopt;
    if (found->error().counts)
        suspect(from.ip);
    return found->error();
}

std::optional<verdict> gatekeeper::try_identify(const visitor& from)
{
    auto found = who_.try_now(from.authorization);
    if (!found)
        return std::nullopt;
    return judged(*std::move(found), from.ip);
}

io::task<verdict> gatekeeper::identify(std::string ip, std::optional<std::string> authorization)
{
    auto found = co_await who_.authenticate(std::move(authorization));
    co_return judged(std::move(found), ip);
}

void gatekeeper::suspect(std::string_view ip)
{
    blocks_.failed(address_of(ip));
}

} // namespace basekeeper::access
