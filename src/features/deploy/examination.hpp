// Whether a stack works: from outside through its domain, as its users come in.
#pragma once

#include "features/deploy/servers.hpp"
#include "features/deploy/setup.hpp"

#include <boost/describe/enum.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace basekeeper::deploy {

enum class proof
{
    passed,
    warning, ///< works, with something to know
    failed,
    skipped ///< could not be tried, and why
};
BOOST_DESCRIBE_ENUM(proof, passed, warning, failed, skipped)

/// One thing that was tried.
struct examined
{
    std::string name; ///< certificate, auth_health, sign_up, rest, storage, realtime, functions, database …
    proof outcome = proof::skipped;
    std::string detail; ///< what was seen; without secrets
    std::string next;   ///< the exact next step; empty when there is nothing to do

    static constexpr auto fields = std::tuple{
        json::required("name", &examined::name),
        json::required("outcome", &examined::outcome),
        json::required("detail", &examined::detail),
        json::optional("next", &examined::next),
    };
};

/// Asks every service through the gateway with both keys of the setup, signs a probe user up and deletes it, and looks
/// at the certificate. Never fails: what cannot be reached is an outcome.
io::task<std::vector<examined>>
examine(servers& all, server& on, io::offload_pool& threads, setup of, wall_time now, io::deadline until);

/// The names of those that failed.
std::vector<std::string> failures(const std::vector<examined>& all);

/// One line for all that failed; empty: none did.
std::string failure_words(const std::vector<examined>& all);

} // namespace basekeeper::deploy
