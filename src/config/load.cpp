// Finding and reading the configuration file, and asking the process who it is.
#include "config/load.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

namespace basekeeper::config {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t most_bytes = 1U << 20U;

std::string variable(const text_map& environment, std::string_view name)
{
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
}

fs::path usual_file(const text_map& environment)
{
    if (const auto xdg = variable(environment, "XDG_CONFIG_HOME"); xdg.starts_with('/'))
        return fs::path(xdg) / "basekeeper/config.toml";
    if (const auto home = variable(environment, "HOME"); home.starts_with('/'))
        return fs::path(home) / ".config/basekeeper/config.toml";
    return {};
}

result<std::string> content(const fs::path& file)
{
    struct stat about{};
    std::ifstream in;
    if (::stat(file.c_str(), &about) == 0 && S_ISREG(about.st_mode)) {
        if (std::cmp_greater(about.st_size, most_bytes))
            return fail(
                condition::invalid_argument,
                fmt::format("reading {}: it has more than {} bytes", file.string(), most_bytes),
                "give the path of a basekeeper configuration file"
            );
        in.open(file, std::ios::binary);
    } else if (errno != ENOENT)
        errno = EINVAL;
    if (!in.is_open())
        return fail(
            errno == ENOENT ? condition::not_found : condition::denied,
            fmt::format("reading the configuration file {}: {}", file.string(), std::strerror(errno)),
            "check the path given with --config or BASEKEEPER_CONFIG and its permissions"
        );
    return std::string(std::istreambuf_iterator<char>(in), {});
}

bool holds_secrets(const settings& s)
{
    if (s.auth.jwt_secret.from.kind == source_kind::file)
        return true;
    return std::ranges::any_of(s.instances, [](const auto& named) {
        const auto& i = named.second;
        return std::ranges::any_of(
            std::initializer_list<const setting<secret_text>*>{&i.database_url, &i.anon_key, &i.service_role_key},
            [](const auto* secret) { return secret->from.kind == source_kind::file; }
        );
    });
}

bool others_can_read(const fs::path& file)
{
    struct stat about{};
    return ::stat(file.c_str(), &about) == 0 && (about.st_mode & (S_IRGRP | S_IROTH)) != 0;
}

} // namespace

text_map process_environment()
{
    text_map out;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        if (const auto equals = text.find('='); equals != std::string_view::npos)
            out.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return out;
}

result<loaded> load(const std::optional<std::filesystem::path>& explicit_file, text_map environment, text_map flags)
{
    const auto named = explicit_file ? explicit_file->string() : variable(environment, "BASEKEEPER_CONFIG");
    const auto file = named.empty() ? usual_file(environment) : fs::path(named);
    loaded out;
    inputs in{
        .environment = std::move(environment),
        .flags = std::move(flags),
        .who = ::geteuid() == 0 ? account::root : account::person
    };
    // The shell completes relative paths, so flags may be relative to the current folder; files and variables, which
    // are read wherever the program is started, may not.
    for (const std::string_view key : {"state_dir", "key_file"})
        if (const auto flag = in.flags.find(key);
            flag != in.flags.end() && !flag->second.empty() && !flag->second.starts_with("~/"))
            flag->second = fs::absolute(flag->second).lexically_normal().string();

    if (!named.empty() || (!file.empty() && fs::exists(file))) {
        in.file = document{TRY(content(file)), file.string()};
        out.file = file;
    }
    out.values = TRY(read(in));
    if (out.file && holds_secrets(out.values) && others_can_read(file))
        out.warnings.push_back(
            fmt::format("{} holds secrets and others can read it; run: chmod 600 {}", file.string(), file.string())
        );
    return out;
}

} // namespace basekeeper::config
