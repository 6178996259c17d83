// Room for what clients hold at a time: so many together, and a part of that for each of them.
#pragma once

#include "mcp/call.hpp"

#include <algorithm>
#include <cstddef>
#include <expected>
#include <map>
#include <string>
#include <utility>

namespace basekeeper::transports {

/// Counts places that are taken. One principal gets a quarter of them at most, so that nobody shuts out the others;
/// where everything is allowed (no authorization, all are one principal) only the whole counts. Lives on the I/O
/// thread, longer than its places.
class places
{
public:
    explicit places(std::size_t most) : most_(most) {}

    places(const places&) = delete;
    places& operator=(const places&) = delete;

    /// Why there is none.
    enum class lack
    {
        room, ///< everybody together has too many
        share ///< this principal has
    };

    /// Is taken while it lives.
    class place
    {
    public:
        place(place&& other) noexcept : of_(std::exchange(other.of_, nullptr)), who_(std::move(other.who_)) {}

        place& operator=(place&&) = delete;

        ~place()
        {
            if (of_ != nullptr)
                of_->give_back(who_);
        }

    private:
        friend class places;

        place(places& of, std::string who) : of_(&of), who_(std::move(who)) {}

        places* of_;
        std::string who_;
    };

    std::expected<place, lack> take(const mcp::principal& who)
    {
        if (taken_ >= most_)
            return std::unexpected(lack::room);
        if (who.rights && held_by(who.id) >= share())
            return std::unexpected(lack::share);
        ++taken_;
        ++by_principal_[who.id];
        return place(*this, who.id);
    }

    std::size_t taken() const { return taken_; }

    std::size_t share() const { return std::max<std::size_t>(1, most_ / 4); }

private:
    std::size_t held_by(const std::string& who) const
    {
        const auto at = by_principal_.find(who);
        return at == by_principal_.end() ? 0 : at->second;
    }

    void give_back(const std::string& who)
    {
        --taken_;
        if (const auto at = by_principal_.find(who); --at->second == 0)
            by_principal_.erase(at);
    }

    std::size_t most_;
    std::size_t taken_ = 0;
    std::map<std::string, std::size_t> by_principal_;
};

} // namespace basekeeper::transports
