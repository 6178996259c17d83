// Sources of settings for tests, and what became of them.
#pragma once

#include "config/read.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

namespace basekeeper::config::testing {

inline inputs with_file(std::string text, text_map environment = {}, text_map flags = {})
{
    environment.emplace("HOME", "/home/ada");
    return {document{std::move(text), "c.toml"}, std::move(environment), std::move(flags)};
}

inline inputs with_environment(text_map environment)
{
    environment.emplace("HOME", "/home/ada");
    return {.environment = std::move(environment)};
}

inline settings settings_of(const inputs& in)
{
    auto s = read(in);
    EXPECT_TRUE(s) << describe(s.error());
    return s.value_or(settings{});
}

inline error error_of(const inputs& in)
{
    const auto s = read(in);
    EXPECT_FALSE(s) << "was accepted";
    if (s)
        return {};
    EXPECT_EQ(s.error().code, condition::invalid_argument);
    EXPECT_FALSE(s.error().hint.empty());
    return s.error();
}

inline std::string shown(const settings& s, std::string_view key)
{
    for (const auto& line : describe(s))
        if (line.key == key)
            return line.value + " | " + line.source;
    return "missing";
}

} // namespace basekeeper::config::testing
