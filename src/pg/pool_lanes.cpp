// The lanes of a pool, and the end of what nobody uses any more.
#include "pg/pool_state.hpp"

#include <algorithm>

namespace basekeeper::pg {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::shared_ptr<shared_session> pool_state::free_lane()
{
    drop_broken_lanes();
    owned_lane* best = nullptr;
    for (auto& each : lanes)
        if (each.session->oldest_age() < settings.lane_patience &&
            (best == nullptr || each.session->in_flight() < best->session->in_flight()))
            best = &each;
    if (best == nullptr)
        return nullptr;
    best->last_used = steady_clock::now();
    return best->session;
}

bool pool_state::may_add_lane() const
{
    // One slot is always left to exclusive callers.
    return !lane_coming && lanes.size() < settings.max_lanes && lanes.size() + 1 < ceiling();
}

io::task<result<std::shared_ptr<shared_session>>> pool_state::add_lane(grant granted, io::deadline until)
{
    struct coming
    {
        explicit coming(pool_state& p) : owner(p)
        {
            owner.lane_coming = true;
            owner.lane_ready.reset();
        }

        ~coming()
        {
            owner.lane_coming = false;
            owner.lane_ready.set();
        }

        pool_state& owner;
    };

    const coming announced(*this);
    nothing_out.reset();
    held_slot slot(*this);
    auto session = CO_TRY(co_await connection_for(std::move(granted), slot, until));
    auto lane = std::make_shared<shared_session>(std::move(*session));
    lanes.push_back({lane, steady_clock::now()});
    start_reaper();
    co_return lane;
}

void pool_state::drop_broken_lanes()
{
    for (std::size_t i = 0; i < lanes.size();) {
        if (!lanes[i].session->broken()) {
            ++i;
            continue;
        }
        background.spawn(retire(std::move(lanes[i].session)));
        lanes.erase(lanes.begin() + static_cast<std::ptrdiff_t>(i));
    }
}

io::task<> pool_state::retire(std::shared_ptr<shared_session> lane)
{
    // A cancellation only interrupts the wait; the lane must not be destroyed before its coroutines have ended.
    while (!co_await lane->close(io::deadline::never()))
        continue;
    lane.reset();
    free_slot();
}

io::task<> pool_state::retire_when_idle(std::shared_ptr<shared_session> lane)
{
    while (lane->in_flight() > 0 && !closed && co_await io::sleep(milliseconds{10}))
        continue;
    co_await retire(std::move(lane));
}

void pool_state::start_reaper()
{
    if (reaping || closed)
        return;
    reaping = true;
    background.spawn(reap());
}

io::task<> pool_state::reap()
{
    while (!closed && (idle.size() > settings.keep_idle || !lanes.empty())) {
        if (!co_await io::sleep(std::max(settings.idle_timeout / 4, milliseconds{1})))
            break;
        const auto limit = steady_clock::now() - settings.idle_timeout;
        while (idle.size() > settings.keep_idle && idle.front().since <= limit) {
            idle.pop_front();
            free_slot();
        }
        for (std::size_t i = 0; i < lanes.size();) {
            auto& each = lanes[i];
            if (each.session->in_flight() == 0 && each.last_used <= limit) {
                background.spawn(retire(std::move(each.session)));
                lanes.erase(lanes.begin() + static_cast<std::ptrdiff_t>(i));
            } else {
                ++i;
            }
        }
    }
    reaping = false;
}

} // namespace basekeeper::pg
