// The first day of the server, and the queue that moves with time.
#include "features/rehearsal/world.hpp"

#include <algorithm>
#include <utility>

namespace basekeeper::rehearsal {
namespace {

using namespace std::chrono_literals;

constexpr auto queue_pause = 1s; // between the call and the start of the job

} // namespace

world::world(world_settings settings, wall_time begin)
    : how(std::move(settings)), chance(how.seed), now(begin), organization_id(chance.id()), owner_id(chance.id()),
      member_id(chance.id())
{
    keys.create({.name = "owner", .created_at = begin}, "", chance);
    keys.create({.name = "member", .role = member_role::member, .created_at = begin}, "", chance);
}

void world::advance(wall_time to)
{
    auto last_end = wall_time::min();
    while (!queue.empty()) {
        auto& first = queue.front();
        if (!first.began_at) {
            const auto begins = std::max(first.queued_at + queue_pause, last_end);
            if (begins > to)
                break;
            begin_job(*this, first, begins);
        }
        if (first.ends_at > to)
            break;
        last_end = first.ends_at;
        end_job(*this, first);
        queue.pop_front();
    }
    now = std::max(now, to);
}

std::string time_text(wall_time t)
{
    auto out = to_rfc3339(std::chrono::floor<std::chrono::milliseconds>(t));
    out.resize(out.size() - 4); // the digits of microseconds, and Z
    return out + "Z";
}

row& add_deployment(world& in, row what)
{
    constexpr std::size_t most_kept = 10;
    for (const auto* owner : {"composeId", "scheduleId"}) {
        const auto id = text_of(what, owner);
        auto before = id.empty() ? std::vector<row*>{} : in.deployments.where(owner, id);
        for (std::size_t i = 0; before.size() - std::min(i, before.size()) >= most_kept; ++i) {
            const auto gone = text_of(*before[i], "deploymentId");
            in.logs.erase(gone);
            in.deployments.take(gone);
        }
    }
    return in.deployments.insert(std::move(what), in.chance);
}

} // namespace basekeeper::rehearsal
