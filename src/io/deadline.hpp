// The moment after which nobody waits for an answer any more.
#pragma once

#include "base/clock.hpp"

#include <chrono>

namespace basekeeper::io {

/// Passed by value to everything that waits, and on to what that calls.
class deadline
{
public:
    static deadline after(std::chrono::milliseconds d) { return deadline(std::chrono::steady_clock::now() + d); }

    static deadline at(steady_time t) { return deadline(t); }

    /// Only for waits whose end somebody else owns, such as reading the next message of a client.
    static deadline never() { return deadline(steady_time::max()); }

    bool is_never() const { return at_ == steady_time::max(); }

    bool expired() const { return !is_never() && std::chrono::steady_clock::now() >= at_; }

    /// Time left, at least zero; a day when there is no end.
    std::chrono::milliseconds remaining() const
    {
        if (is_never())
            return std::chrono::hours{24};
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(at_ - std::chrono::steady_clock::now());
        return left.count() > 0 ? left : std::chrono::milliseconds{0};
    }

    /// The earlier of this and `d` from now.
    deadline capped(std::chrono::milliseconds d) const
    {
        const auto other = after(d);
        return other.at_ < at_ ? other : *this;
    }

    steady_time time() const { return at_; }

private:
    explicit deadline(steady_time t) : at_(t) {}

    steady_time at_;
};

} // namespace basekeeper::io
