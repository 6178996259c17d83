// Everything the simulated server knows, and how it comes to the present moment.
#pragma once

#include "base/clock.hpp"
#include "clients/dokploy/version.hpp"
#include "features/rehearsal/docker_host.hpp"
#include "features/rehearsal/faults.hpp"
#include "features/rehearsal/keys.hpp"
#include "features/rehearsal/procedure.hpp"
#include "features/rehearsal/randomness.hpp"
#include "features/rehearsal/rows.hpp"

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::rehearsal {

/// Which blueprint the catalogue offers.
enum class blueprint_choice
{
    present,
    old_keys ///< payloads of the keys with a comma too many: both keys come out without a role
};

struct world_settings
{
    dokploy::version version{0, 30, 2};
    std::optional<std::uint64_t> seed{};
    blueprint_choice blueprint = blueprint_choice::present;
    std::string server_address = "127.0.0.1"; ///< as it stands in generated domains
    std::string catalogue_url{};              ///< under which the own catalogue is known besides the usual one
};

/// A deployment that waits or runs.
struct job
{
    std::int64_t number = 0;
    std::string compose_id;
    std::string title;
    std::string description;
    bool again = false; ///< redeploy
    wall_time queued_at{};
    std::optional<wall_time> began_at{};
    wall_time ends_at{};
    bool works = true;
    std::string deployment_id{};
};

struct world
{
    world(world_settings settings, wall_time begin);

    /// Lets happen what happens until then. Time does not go back.
    void advance(wall_time to);

    world_settings how;
    randomness chance;
    wall_time now;
    fault_plan faults{};
    key_ring keys{};
    std::string organization_id;
    std::string owner_id;
    std::string member_id;

    table projects{"projectId"};
    table environments{"environmentId"};
    table composes{"composeId"};
    table mounts{"mountId"};
    table domains{"domainId"};
    table deployments{"deploymentId"};
    table schedules{"scheduleId"};
    table destinations{"destinationId"};
    table backups{"backupId"};
    table volume_backups{"volumeBackupId"};

    docker_host docker{};
    std::list<job> queue{};
    std::int64_t jobs = 0;
    std::map<std::string, timed_lines> logs{};    ///< by deployment
    std::map<std::string, std::uint64_t> calls{}; ///< by procedure
};

/// `2026-08-21T09:30:00.000Z`.
std::string time_text(wall_time t);

/// The job whose turn it is begins: its row appears, its log grows, its containers start one after the other.
void begin_job(world& in, job& what, wall_time at);
void end_job(world& in, const job& what);

/// A row of deployment; the oldest above ten of the same owner go.
row& add_deployment(world& in, row what);

} // namespace basekeeper::rehearsal
