// Checks versions and names and takes names of files apart.
#include "features/migrations/names.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::migrations {
namespace {

constexpr std::size_t longest_version = 32;
constexpr std::size_t longest_name = 100;
constexpr std::string_view sql_ending = ".sql";
constexpr std::string_view down_ending = ".down";

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_name_character(char c)
{
    return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.';
}

} // namespace

std::string version_at(wall_time t)
{
    // 2026-11-20T09:30:00.000000Z
    std::string out;
    for (const char c : to_rfc3339(t).substr(0, 19))
        if (is_digit(c))
            out += c;
    return out;
}

result<> check_version(std::string_view version)
{
    if (!version.empty() && version.size() <= longest_version && std::ranges::all_of(version, is_digit))
        return {};
    return fail(
        condition::invalid_argument,
        fmt::format("version: \"{}\" is not a version, which has 1 to 32 digits", utf8_prefix(version, 40)),
        "use the time in UTC as YYYYMMDDHHMMSS, or leave it out"
    );
}

bool is_before(std::string_view a, std::string_view b)
{
    return a < b;
}

result<> check_name(std::string_view name)
{
    const bool fits = !name.empty() && name.size() <= longest_name && std::ranges::all_of(name, is_name_character) &&
                      name.front() != '.' && !name.ends_with(down_ending);
    if (fits)
        return {};
    return fail(
        condition::invalid_argument,
        fmt::format("name: \"{}\" cannot be the name of a migration and its file", utf8_prefix(name, 100)),
        fmt::format("use letters, digits and underscores, such as {}", proposed_name(name))
    );
}

std::string proposed_name(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (is_letter(c) || is_digit(c))
            out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        else if (!out.empty() && out.back() != '_')
            out += '_';
    }
    while (out.ends_with('_'))
        out.pop_back();
    out.resize(std::min(out.size(), longest_name));
    return out.empty() || out == "down" ? "migration" : out;
}

std::optional<file_name> read_file_name(std::string_view file)
{
    if (!file.ends_with(sql_ending))
        return std::nullopt;
    file.remove_suffix(sql_ending.size());
    file_name out;
    if (file.ends_with(down_ending)) {
        out.way = direction::down;
        file.remove_suffix(down_ending.size());
    }
    const auto line = file.find('_');
    if (line == std::string_view::npos)
        return std::nullopt;
    out.version = file.substr(0, line);
    out.name = file.substr(line + 1);
    if (!check_version(out.version) || out.name.empty())
        return std::nullopt;
    return out;
}

std::string to_file_name(std::string_view version, std::string_view name)
{
    return fmt::format("{}_{}.sql", version, name);
}

} // namespace basekeeper::migrations
