// Certificates as anybody sees them, and what to do about each fault.
#include "features/deploy/health.hpp"

#include "features/deploy/log_lines.hpp"
#include "net/peer_certificate.hpp"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <chrono>

namespace basekeeper::deploy {
namespace {

/// Traefik renews thirty days before the end: what is closer to it was not renewed.
constexpr std::int64_t days_of_concern = 21;

std::string remedy(const net::peer_certificate& seen, std::int64_t days_left)
{
    using net::certificate_maker;
    if (seen.made_by == certificate_maker::traefik_default)
        return "Traefik has no certificate yet: let port 80 of the server be reached from the internet, see that DNS "
               "leads "
               "to it, then deploy again; Traefik's log names the reason (docker logs dokploy-traefik)";
    if (seen.made_by == certificate_maker::lets_encrypt_staging)
        return "the certificate is one for trials: take the staging server out of Traefik's configuration";
    if (days_left < days_of_concern && seen.made_by == certificate_maker::lets_encrypt)
        return "it was not renewed: let port 80 be reached, see that DNS leads to the server and that Dokploy has an "
               "e-mail "
               "address for Let's Encrypt, then restart Traefik (Dokploy: Web Server > Reload Traefik)";
    if (days_left < days_of_concern)
        return "renew it where it was made and upload it again (Dokploy: Certificates)";
    if (!seen.problems.empty())
        return "set the domain to https with a certificate of Let's Encrypt: basekeeper dokploy domain NAME --host "
               "HOST";
    return {};
}

} // namespace

io::task<certificate_state>
look_at_certificate(const server& on, io::offload_pool& threads, std::string host, wall_time now, io::deadline until)
{
    certificate_state out{.host = host};
    net::certificate_question asked{.server = {.host = host, .port = 443}, .trust = {.authorities = on.authorities}};
    if (!on.reach.empty())
        if (auto place = net::parse_host_and_port(on.reach))
            asked.connect_to = *std::move(place);
    const auto seen = co_await net::read_peer_certificate(
        co_await boost::asio::this_coro::executor, threads, std::move(asked), until.capped(std::chrono::seconds{15})
    );
    if (!seen) {
        out.problem = seen.error().message;
        out.next = seen.error().hint;
        co_return out;
    }
    out.issuer = seen->issuer;
    out.expires = rfc3339(seen->not_after);
    out.days_left = std::chrono::floor<std::chrono::days>(seen->not_after - now).count();
    out.trusted = seen->trusted();
    out.problem = seen->why;
    if (out.problem.empty() && out.days_left < days_of_concern)
        out.problem = fmt::format("it expires in {} days", out.days_left);
    out.next = remedy(*seen, out.days_left);
    co_return out;
}

dokploy::last_known<health_report>& health_memory::seen(const std::string& name, health_report what)
{
    auto& known = known_.try_emplace(what.server + "/" + name, time_).first->second;
    known.seen(std::move(what));
    return known;
}

dokploy::last_known<health_report>* health_memory::find(const std::string& server, const std::string& name)
{
    const auto known = known_.find(server + "/" + name);
    return known == known_.end() ? nullptr : &known->second;
}

} // namespace basekeeper::deploy
