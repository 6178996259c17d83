// How a stack on a Dokploy is, and how it was when the Dokploy does not answer.
#pragma once

#include "clients/dokploy/last_known.hpp"
#include "features/deploy/containers.hpp"

#include <boost/describe/enum.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::deploy {

/// What a container uses, in Docker's words.
struct container_use
{
    std::string service;
    std::string processor; ///< `1.00%`
    std::string memory;    ///< `10MiB / 1GiB`
    std::string network;

    static constexpr auto fields = std::tuple{
        json::required("service", &container_use::service),
        json::required("processor", &container_use::processor),
        json::required("memory", &container_use::memory),
        json::required("network", &container_use::network),
    };
};

/// The certificate at a domain.
struct certificate_state
{
    std::string host;
    std::string issuer;
    std::string expires; ///< RFC 3339
    std::int64_t days_left = 0;
    bool trusted = false;
    std::string problem; ///< empty: it is trusted and not about to end
    std::string next;    ///< how it is renewed; empty: nothing to do

    static constexpr auto fields = std::tuple{
        json::required("host", &certificate_state::host),
        json::optional("issuer", &certificate_state::issuer),
        json::optional("expires", &certificate_state::expires),
        json::optional("days_left", &certificate_state::days_left),
        json::optional("trusted", &certificate_state::trusted),
        json::optional("problem", &certificate_state::problem),
        json::optional("next", &certificate_state::next),
    };
};

struct health_report
{
    std::string server;
    std::string name;
    std::string state; ///< `healthy`, `degraded`, `unknown`
    dokploy::freshness seen = dokploy::freshness::current;
    std::optional<std::int64_t> age_seconds;      ///< of what is shown, when it is not current
    std::optional<std::int64_t> away_for_seconds; ///< Dokploy, since it first did not answer
    std::string away_because;
    bool alert = false; ///< it is away for longer than five minutes; said once
    std::vector<container_report> containers;
    std::vector<container_use> use;
    std::vector<certificate_state> certificates;

    static constexpr auto fields = std::tuple{
        json::required("server", &health_report::server),
        json::required("name", &health_report::name),
        json::required("state", &health_report::state),
        json::required("seen", &health_report::seen),
        json::optional("age_seconds", &health_report::age_seconds),
        json::optional("away_for_seconds", &health_report::away_for_seconds),
        json::optional("away_because", &health_report::away_because),
        json::optional("alert", &health_report::alert),
        json::required("containers", &health_report::containers),
        json::required("use", &health_report::use),
        json::required("certificates", &health_report::certificates),
    };
};

/// The certificate at a domain of a stack, as anybody sees it. Never fails: what is wrong is in `problem`.
io::task<certificate_state>
look_at_certificate(const server& on, io::offload_pool& threads, std::string host, wall_time now, io::deadline until);

/// What was seen of each stack. Lives on the I/O thread.
class health_memory
{
public:
    explicit health_memory(const clock& time) : time_(time) {}

    /// It was seen; `name`: what it was asked for by.
    dokploy::last_known<health_report>& seen(const std::string& name, health_report what);

    /// Null when that stack was never seen: names that mean none take no room.
    dokploy::last_known<health_report>* find(const std::string& server, const std::string& name);

private:
    const clock& time_;
    std::map<std::string, dokploy::last_known<health_report>, std::less<>> known_;
};

} // namespace basekeeper::deploy
