// Time as an argument: a clock that programs take from the system and tests set by hand.
#pragma once

#include <chrono>
#include <string>

namespace basekeeper {

using steady_time = std::chrono::steady_clock::time_point;
using wall_time = std::chrono::sys_time<std::chrono::microseconds>;

/// Where time comes from. Decisions take one of these; only `system_clock()` reads the machine's.
class clock
{
public:
    virtual ~clock() = default;
    virtual steady_time steady() const = 0; ///< for durations and deadlines
    virtual wall_time wall() const = 0;     ///< for records, UTC
};

/// The machine's clocks. The object lives as long as the program.
const clock& system_clock();

/// A clock that moves only when told to.
class manual_clock final : public clock
{
public:
    explicit manual_clock(wall_time start = wall_time{std::chrono::seconds{1'800'000'000}}) : wall_(start) {}

    steady_time steady() const override { return steady_; }

    wall_time wall() const override { return wall_; }

    void advance(std::chrono::microseconds by)
    {
        steady_ += by;
        wall_ += by;
    }

private:
    steady_time steady_{};
    wall_time wall_;
};

/// RFC 3339 in UTC with microseconds: `2026-11-20T09:30:00.000000Z`.
std::string to_rfc3339(wall_time t);

} // namespace basekeeper
