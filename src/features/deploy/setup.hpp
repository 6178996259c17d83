// What Dokploy holds of a stack and what decides how it runs: its env text, compose file, files and domains.
#pragma once

#include "clients/dokploy/compose.hpp"
#include "clients/dokploy/domains.hpp"
#include "crypto/secret.hpp"
#include "stack/plan.hpp"
#include "stack/validate.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::deploy {

struct setup_file
{
    std::string path; ///< below `files/`, begins with /
    crypto::secret<> content;

    friend bool operator==(const setup_file&, const setup_file&) = default;
};

struct setup_domain
{
    std::string host;
    std::string service;
    std::int64_t port = 8000;
    std::string path = "/";
    bool https = true;
    dokploy::certificate_type certificate = dokploy::certificate_type::letsencrypt;
    std::string resolver{}; ///< of certificate_type::custom

    friend bool operator==(const setup_domain&, const setup_domain&) = default;
};

/// Env text, compose file and files may hold secrets. Files and domains are in order of path and host.
struct setup
{
    crypto::secret<> env;
    crypto::secret<> compose;
    std::vector<setup_file> files{};
    std::vector<setup_domain> domains{};
    bool isolated = true;

    friend bool operator==(const setup&, const setup&) = default;
};

/// What a service holds, as compose.one tells it.
setup setup_of(const dokploy::compose& row);

/// What a plan is to become.
setup setup_of(const stack::stack_plan& plan);

/// At which users reach it: the first domain that leads to its root. Empty when there is none.
std::string public_url(const setup& of);

/// As JSON text, for the store.
crypto::secret<> to_text(const setup& what);
result<setup> setup_from(const crypto::secret<>& text);

/// For the rules of a healthy stack. `name` stands in the commands of its findings.
stack::configuration to_check(const setup& what, std::string name, wall_time now);

/// The values of its env text that no text may show.
result<std::vector<crypto::secret<>>> secrets_of(const setup& what);

/// What differs, without any secret: for reviews, histories and answers.
struct difference
{
    std::string subject; ///< `env JWT_SECRET`, `compose file`, `file /volumes/api/kong.yml`, `domain db.example.com`
    std::string before;  ///< masked; empty: it was not there
    std::string after;   ///< masked; empty: it is gone

    static constexpr auto fields = std::tuple{
        json::required("subject", &difference::subject),
        json::required("before", &difference::before),
        json::required("after", &difference::after),
    };
};

/// In order of subject. invalid_argument when an env text cannot be read.
result<std::vector<difference>> compare(const setup& before, const setup& after);

/// The services whose containers see a change: those that refer to a changed variable (also through another one), mount
/// a changed file, have another domain, or stand changed in the compose file or no longer in it. By the name of the
/// service.
struct touched_services
{
    std::vector<std::string> by_deployment; ///< a deployment makes them anew

    /// A deployment would leave them as they are: those of which only a file changed, and the gateway, which keeps the
    /// addresses of what is made anew.
    std::vector<std::string> by_restart;
};

/// What a deployment of a setup that stays as it is leaves to be restarted: the gateway, for the same reason.
result<std::vector<std::string>> restarted_by_deployment(const setup& of);

result<touched_services> touched(const setup& before, const setup& after);

} // namespace basekeeper::deploy
