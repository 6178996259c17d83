// What was last seen of a Dokploy that does not answer, how old that is, and when somebody must be told; pure.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <boost/describe/enum.hpp>

#include <chrono>
#include <optional>
#include <utility>

namespace basekeeper::dokploy {

enum class freshness
{
    current,   ///< the last attempt to see it worked
    last_seen, ///< it does not answer at the moment; this is what it was
    unknown    ///< never seen, or too long ago to tell
};
BOOST_DESCRIBE_ENUM(freshness, current, last_seen, unknown)

struct last_known_settings
{
    std::chrono::seconds unknown_after = std::chrono::minutes{15}; ///< since it was seen
    std::chrono::seconds alert_after = std::chrono::minutes{5};    ///< since the first failure in a row
};

/// A state that is asked for again and again. The clock must outlive it.
template <class T>
class last_known
{
public:
    explicit last_known(const clock& time, last_known_settings settings = {}) : time_(time), settings_(settings) {}

    struct view
    {
        freshness fresh = freshness::unknown;
        const T* value = nullptr;                       ///< null when unknown; until the next `seen`
        std::optional<std::chrono::seconds> age{};      ///< since it was seen; nothing when it never was
        std::optional<std::chrono::seconds> away_for{}; ///< since the first failure in a row
        std::optional<error> why{};                     ///< the last failure, while it is away
    };

    void seen(T value)
    {
        value_ = std::move(value);
        seen_at_ = time_.steady();
        away_since_.reset();
        why_.reset();
        alerted_ = false;
    }

    /// An attempt to see it failed.
    void missed(error why)
    {
        if (!away_since_)
            away_since_ = time_.steady();
        why_ = std::move(why);
    }

    view look() const
    {
        view out;
        const auto now = time_.steady();
        if (away_since_)
            out.away_for = std::chrono::floor<std::chrono::seconds>(now - *away_since_);
        out.why = why_;
        if (!value_)
            return out;
        out.age = std::chrono::floor<std::chrono::seconds>(now - seen_at_);
        if (away_since_ && now - seen_at_ >= settings_.unknown_after)
            return out;
        out.value = &*value_;
        out.fresh = away_since_ ? freshness::last_seen : freshness::current;
        return out;
    }

    /// True once for each absence that has lasted longer than `alert_after`.
    bool take_alert()
    {
        if (alerted_ || !away_since_ || time_.steady() - *away_since_ < settings_.alert_after)
            return false;
        alerted_ = true;
        return true;
    }

private:
    const clock& time_;
    last_known_settings settings_;
    std::optional<T> value_{};
    steady_time seen_at_{};
    std::optional<steady_time> away_since_{};
    std::optional<error> why_{};
    bool alerted_ = false;
};

} // namespace basekeeper::dokploy
