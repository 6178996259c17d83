// The structured log: one line per event to stderr, never to stdout, which belongs to MCP.
#pragma once

#include <boost/describe/enum.hpp>

#include <cstdio>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>

namespace basekeeper::log {

enum class level
{
    debug,
    info,
    warning,
    error,
    off
};
BOOST_DESCRIBE_ENUM(level, debug, info, warning, error, off)

enum class format
{
    text, ///< for people: time, level, message, key=value
    json  ///< for machines: one object per line
};
BOOST_DESCRIBE_ENUM(format, text, json)

/// One piece of context. Never a secret, never an argument value of a call.
struct field
{
    std::string_view key;
    std::string_view value;
};

/// Built once in app and passed down by reference. Thread-safe; writes whole lines.
class logger
{
public:
    /// Writes to `to`, which must stay open for the lifetime of the logger.
    logger(level lowest, format how, std::FILE* to = stderr);
    ~logger();
    logger(const logger&) = delete;
    logger& operator=(const logger&) = delete;

    /// Changes what is written from now on. Thread-safe.
    void set_level(level lowest);

    /// The lowest level that is written at the moment. Thread-safe.
    level lowest() const;

    /// True when an event of this level would be written: ask before computing an expensive field.
    bool writes(level at) const;

    void write(level at, std::string_view message, std::span<const field> fields);

    void debug(std::string_view message, std::initializer_list<field> fields = {})
    {
        write(level::debug, message, fields);
    }

    void info(std::string_view message, std::initializer_list<field> fields = {})
    {
        write(level::info, message, fields);
    }

    void warning(std::string_view message, std::initializer_list<field> fields = {})
    {
        write(level::warning, message, fields);
    }

    void error(std::string_view message, std::initializer_list<field> fields = {})
    {
        write(level::error, message, fields);
    }

private:
    struct sink;
    format how_;
    std::unique_ptr<sink> sink_;
};

} // namespace basekeeper::log
