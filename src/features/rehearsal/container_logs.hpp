// What containers say: lines in the formats of the real services, the same again for the same container and time.
#pragma once

#include "features/rehearsal/docker_host.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace basekeeper::rehearsal {

struct log_range
{
    wall_time from{};
    wall_time to{};
    std::size_t most = 100; ///< of them the newest
};

/// Each begins with its time in RFC 3339, as `docker logs --timestamps` prints them; the oldest first.
std::vector<std::string>
container_log(const stack_on_host& in, const container& c, const fault_plan& faults, log_range range);

} // namespace basekeeper::rehearsal
