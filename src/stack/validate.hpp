// What is wrong with a stack, told from its configuration alone: findings, each with what heals it.
#pragma once

#include "base/clock.hpp"
#include "env_text/document.hpp"
#include "stack/blueprint.hpp"

#include <boost/describe/enum.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::stack {

enum class severity
{
    info,    ///< worth knowing
    warning, ///< works, with a risk or not for long
    error,   ///< a part of the stack does not work
    critical ///< it does not work at all, or is open to everybody
};
BOOST_DESCRIBE_ENUM(severity, info, warning, error, critical)

/// A domain as it is configured.
struct configured_domain
{
    std::string host;
    std::string service;
    std::uint16_t port = 0;
    bool https = false;
};

/// What `docker inspect` tells about a container of the stack.
struct inspected_container
{
    std::string service;
    std::map<std::string, crypto::secret<>, std::less<>> variables; ///< in effect since it was created
};

enum class isolation
{
    unknown,
    isolated, ///< a network of its own
    shared    ///< on the network of all stacks
};

/// What is looked at. What is not known is left out, and the rules that need it are silent.
struct configuration
{
    std::string name; ///< of the instance; stands in the commands
    std::string env;
    std::string compose;
    std::optional<std::vector<configured_domain>> domains{};
    std::optional<std::vector<file_mount>> mounts{};
    std::vector<inspected_container> containers{};
    stack::isolation isolation = stack::isolation::unknown;
    wall_time now;
};

enum class remedy_kind
{
    regenerate_keys, ///< new API keys under the same or a new secret
    update_env,      ///< set, make anew or remove variables
    mend,            ///< change the compose file or the env text as the rule says
    manage_domain,   ///< add or change the domain
    by_hand          ///< nothing that a program may decide
};
BOOST_DESCRIBE_ENUM(remedy_kind, regenerate_keys, update_env, mend, manage_domain, by_hand)

/// What heals a finding, for a program; `command` says the same to people and models.
struct remedy
{
    remedy_kind kind = remedy_kind::by_hand;
    env_text::settings set{};            ///< of update_env; public values only
    std::vector<std::string> generate{}; ///< of update_env: secrets to be made anew
    std::vector<std::string> remove{};   ///< of update_env
    std::string host{};                  ///< of manage_domain
    std::string service{};               ///< of manage_domain
    std::string advice{};                ///< of by_hand: what to do
};

struct finding
{
    std::string id; ///< `keys_equal`; stable
    stack::severity severity = stack::severity::warning;
    std::string subject;  ///< the variable, service, host or line it is about
    std::string message;  ///< what is wrong and what follows from it
    std::string evidence; ///< what was seen, secrets masked
    stack::remedy remedy;
};

/// All findings, the worst first. Fails with invalid_argument when env or compose cannot be read at all.
result<std::vector<finding>> validate(const configuration& of);

/// The command that heals a finding: `basekeeper dokploy regenerate-keys shop`. Empty for by_hand.
std::string command(const finding& f, std::string_view instance);

} // namespace basekeeper::stack
