// Endings take time, so each runs as a coroutine that holds the last reference.
#include "transports/http/legacy_sessions.hpp"

#include "crypto/random.hpp"

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

namespace basekeeper::transports {
namespace {

constexpr std::size_t id_bytes = 24;
constexpr std::size_t sweep_every = 10; // beats

} // namespace

legacy_sessions::legacy_sessions(legacy_session::wiring with, session_settings settings)
    : with_(std::move(with)), settings_(settings), place_(with_.beats.join(*this)),
      endings_(with_.where, [&of = with_.of](const std::exception_ptr&) {
          of.report_bug("the end of a session failed");
      })
{}

legacy_sessions::~legacy_sessions()
{
    with_.beats.leave(place_);
}

std::shared_ptr<legacy_session> legacy_sessions::make(mcp::caller who)
{
    // Nobody shuts the others out: before room is made at their cost.
    const auto theirs = [&](const auto& one) { return one.second->talk().who().id == who.who.id; };
    const auto share = std::max<std::size_t>(1, settings_.most_sessions / 4);
    if (who.who.rights && static_cast<std::size_t>(std::ranges::count_if(all_, theirs)) >= share)
        return nullptr;
    if (all_.size() >= settings_.most_sessions && !make_room())
        return nullptr;
    return std::make_shared<legacy_session>(crypto::random_token(id_bytes), std::move(who), with_);
}

void legacy_sessions::keep(std::shared_ptr<legacy_session> one)
{
    auto id = one->id();
    all_.emplace(std::move(id), std::move(one));
}

void legacy_sessions::end(const std::shared_ptr<legacy_session>& one)
{
    all_.erase(one->id());
    endings_.spawn(retire(one));
}

io::task<> legacy_sessions::retire(std::shared_ptr<legacy_session> one)
{
    co_await one->close();
}

std::shared_ptr<legacy_session> legacy_sessions::find(std::string_view id, const mcp::principal& who)
{
    const auto at = all_.find(std::string(id));
    if (at == all_.end() || at->second->talk().who().id != who.id)
        return nullptr;
    return at->second;
}

bool legacy_sessions::make_room()
{
    const std::shared_ptr<legacy_session>* oldest = nullptr;
    for (const auto& [id, one] : all_)
        if (one->is_idle() && (oldest == nullptr || one->last_used() < (*oldest)->last_used()))
            oldest = &one;
    if (oldest == nullptr || with_.beats.now() - (*oldest)->last_used() < settings_.dispensable_after)
        return false;
    end(std::shared_ptr(*oldest));
    return true;
}

void legacy_sessions::beat(steady_time now)
{
    if (++beats_ % sweep_every != 0)
        return;
    std::vector<std::shared_ptr<legacy_session>> over;
    for (const auto& [id, one] : all_) {
        if (!one->is_idle())
            one->touch();
        else if (now - one->last_used() >= settings_.idle_for)
            over.push_back(one);
    }
    for (const auto& one : over)
        end(one);
}

void legacy_sessions::wind_up()
{
    for (const auto& [id, one] : all_)
        one->wind_up();
}

io::task<> legacy_sessions::close()
{
    for (const auto& [id, one] : std::exchange(all_, {}))
        endings_.spawn(retire(one));
    static_cast<void>(co_await endings_.join(io::deadline::never()));
}

} // namespace basekeeper::transports
