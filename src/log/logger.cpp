// The logger over spdlog: levels, whole lines under a lock, flushed at once.
#include "log/logger.hpp"

#include "log/line.hpp"

#include <spdlog/details/console_globals.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <memory>

namespace basekeeper::log {
namespace {

spdlog::level::level_enum to_spdlog(level at)
{
    switch (at) {
    case level::debug:
        return spdlog::level::debug;
    case level::info:
        return spdlog::level::info;
    case level::warning:
        return spdlog::level::warn;
    case level::error:
        return spdlog::level::err;
    case level::off:
        break;
    }
    return spdlog::level::off;
}

level from_spdlog(spdlog::level::level_enum at)
{
    for (const auto each : {level::debug, level::info, level::warning, level::error})
        if (to_spdlog(each) == at)
            return each;
    return level::off;
}

using file_sink = spdlog::sinks::stdout_sink_base<spdlog::details::console_mutex>;

} // namespace

struct logger::sink
{
    explicit sink(std::FILE* to) : out("basekeeper", std::make_shared<file_sink>(to)) {}

    spdlog::logger out; // shares its sink with nobody
};

logger::logger(level lowest, format how, std::FILE* to) : how_(how), sink_(std::make_unique<sink>(to))
{
    // The line is complete before spdlog sees it; a pattern would let a message of several lines through.
    sink_->out.set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
    sink_->out.flush_on(spdlog::level::trace);
    set_level(lowest);
}

logger::~logger() = default;

void logger::set_level(level lowest)
{
    sink_->out.set_level(to_spdlog(lowest));
}

level logger::lowest() const
{
    return from_spdlog(sink_->out.level());
}

bool logger::writes(level at) const
{
    return at != level::off && sink_->out.should_log(to_spdlog(at));
}

void logger::write(level at, std::string_view message, std::span<const field> fields)
{
    if (!writes(at))
        return;
    const auto line = to_line(how_, {system_clock().wall(), at, message, fields});
    sink_->out.log(to_spdlog(at), spdlog::string_view_t(line.data(), line.size()));
}

} // namespace basekeeper::log
