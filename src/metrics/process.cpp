// Reads /proc/self.
#include "metrics/process.hpp"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>

namespace basekeeper::metrics {
namespace {

/// A field of /proc/self/stat by its number in proc(5), from 3 on: the second, in parentheses, may hold blanks.
std::optional<double> stat_field(std::string_view text, int number)
{
    text.remove_prefix(std::min(text.rfind(')'), text.size()));
    for (int i = 2; i < number; ++i) {
        const auto blank = text.find(' ');
        if (blank == std::string_view::npos)
            return std::nullopt;
        text.remove_prefix(blank + 1);
    }
    double out = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (failed != std::errc{})
        return std::nullopt;
    return out;
}

std::optional<double> open_descriptors()
{
    std::error_code failed;
    std::filesystem::directory_iterator entries("/proc/self/fd", failed);
    double count = 0;
    for (; !failed && entries != std::filesystem::directory_iterator(); entries.increment(failed))
        ++count;
    if (failed)
        return std::nullopt;
    return count - 1; // the folder itself was open meanwhile
}

double since_epoch(clockid_t which)
{
    timespec now{};
    ::clock_gettime(which, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

} // namespace

void sample_process(samples& into)
{
    const auto add = [&](std::string_view name, std::optional<double> value) {
        if (value)
            into.add(name, {}, *value);
    };
    add("process_open_fds", open_descriptors());
    rlimit most{};
    if (::getrlimit(RLIMIT_NOFILE, &most) == 0)
        add("process_max_fds", static_cast<double>(most.rlim_cur));
    std::string stat;
    std::ifstream file("/proc/self/stat");
    if (!std::getline(file, stat))
        return;
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    const auto user = stat_field(stat, 14);
    const auto system = stat_field(stat, 15);
    if (user && system)
        add("process_cpu_seconds_total", (*user + *system) / ticks);
    add("process_threads", stat_field(stat, 20));
    if (const auto started = stat_field(stat, 22))
        add("process_start_time_seconds", since_epoch(CLOCK_REALTIME) - since_epoch(CLOCK_BOOTTIME) + *started / ticks);
    add("process_virtual_memory_bytes", stat_field(stat, 23));
    if (const auto pages = stat_field(stat, 24))
        add("process_resident_memory_bytes", *pages * static_cast<double>(::sysconf(_SC_PAGESIZE)));
}

} // namespace basekeeper::metrics
