// The machine's clocks and RFC 3339 text.
#include "base/clock.hpp"

#include <fmt/format.h>

namespace basekeeper {
namespace {

class machine_clock final : public clock
{
public:
    steady_time steady() const override { return std::chrono::steady_clock::now(); }

    wall_time wall() const override
    {
        return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    }
};

} // namespace

const clock& system_clock()
{
    static const machine_clock instance;
    return instance;
}

std::string to_rfc3339(wall_time t)
{
    const auto day = std::chrono::floor<std::chrono::days>(t);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(t - day);
    return fmt::format(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()),
        time.hours().count(),
        time.minutes().count(),
        time.seconds().count(),
        time.subseconds().count()
    );
}

} // namespace basekeeper
