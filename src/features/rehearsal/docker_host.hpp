// The Docker of the simulated server: stacks on disk, their containers, and how those are at any moment.
#pragma once

#include "base/clock.hpp"
#include "env_text/document.hpp"
#include "features/rehearsal/definition.hpp"
#include "features/rehearsal/faults.hpp"
#include "features/rehearsal/randomness.hpp"
#include "stack/compose_file.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace basekeeper::rehearsal {

/// A container. Times may lie ahead: until then it has not happened yet.
struct container
{
    std::string id; ///< 64 digits
    std::string name;
    service_definition of;
    wall_time created_at{};
    std::optional<wall_time> started_at{};
    std::optional<wall_time> stopped_at{};
    int exit_code = 0;
    int restarts = 0;
    std::chrono::milliseconds boot{0}; ///< from the start until it does its work
};

/// Why a container does not do its work.
enum class trouble
{
    none,
    wrong_password,       ///< its role has another password in the database
    wrong_encryption_key, ///< what it stored was encrypted with another key
    database_away,
    missing_file, ///< Docker made a directory where it wants a file
    injected      ///< by a fault
};

/// Where requests to a host of a stack go, since its last deployment.
struct route
{
    std::string host;
    std::string path;
    std::string service;
    int port = 0;
    bool https = false;
    bool has_resolver = false; ///< of certificates; without one the proxy shows a certificate of its own
};

/// What is on disk under the name of an app, and what runs of it.
struct stack_on_host
{
    std::string app_name;
    std::map<std::string, std::string> files{}; ///< below `files/`
    std::optional<std::string> deployed_file{}; ///< the compose file of the last deployment
    env_text::values variables{};               ///< of the last deployment's .env
    std::vector<route> routes{};
    std::vector<container> containers{};
    std::map<std::string, std::string> passwords{}; ///< by role of the database, since its first boot
    std::map<std::string, std::string> keys{};      ///< what a service encrypted its data with, by service

    container* find(std::string_view service);
    const container* find(std::string_view service) const;
    const container* database() const;
};

/// A log that grows by itself: each line has its time.
using timed_lines = std::multimap<wall_time, std::string>;

/// What `up` came to.
struct bring_up
{
    timed_lines lines{}; ///< as docker compose prints them
    wall_time ends_at{};
    bool worked = true;
};

class docker_host
{
public:
    std::map<std::string, stack_on_host>& stacks() { return stacks_; }

    const std::map<std::string, stack_on_host>& stacks() const { return stacks_; }

    stack_on_host& stack(const std::string& app_name);

    /// `docker compose up -d --remove-orphans` from then on: containers whose definition changed are made anew, those
    /// that stand still are started, the others stay as they are.
    bring_up
    up(stack_on_host& of,
       const std::vector<service_definition>& services,
       wall_time at,
       const fault_plan& faults,
       randomness& chance);

    static void stop(stack_on_host& of, wall_time now);

    /// By id, its first digits, or name; null when there is none.
    container* find(std::string_view id_or_name);
    stack_on_host* owner_of(const container& c);

private:
    std::map<std::string, stack_on_host> stacks_;
};

trouble trouble_of(const stack_on_host& in, const container& c, const fault_plan& faults, wall_time now);

enum class container_phase
{
    created,
    running,
    exited
};

container_phase phase_of(const container& c, wall_time now);

enum class health
{
    unchecked,
    starting,
    healthy,
    unhealthy
};

health health_of(const stack_on_host& in, const container& c, const fault_plan& faults, wall_time now);

/// True when it runs and does its work.
bool works(const stack_on_host& in, const container& c, const fault_plan& faults, wall_time now);

/// As `docker ps` shows it: `Up 3 seconds (health: starting)`.
std::string status_text(const stack_on_host& in, const container& c, const fault_plan& faults, wall_time now);

/// `running`, `exited`, `created`.
std::string_view state_text(const container& c, wall_time now);

/// The value of NAME in the environment of a container; empty when it has none.
std::string variable_of(const container& c, std::string_view name);

/// How long a service takes from its start until it works, by what it is for.
std::chrono::milliseconds boot_time(stack::role r);

/// The role of the database that a service logs in as; empty for those that do not.
std::string_view database_role(stack::role r);

} // namespace basekeeper::rehearsal
