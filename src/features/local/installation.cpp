// Looks at folders first and asks programs only when those say nothing.
#include "features/local/installation.hpp"

#include "io/offload.hpp"
#include "io/process.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace basekeeper::local {
namespace {

namespace fs = std::filesystem;

bool complete(const fs::path& bin)
{
    return ::access((bin / "postgres").c_str(), X_OK) == 0 && ::access((bin / "initdb").c_str(), X_OK) == 0;
}

std::optional<int> leading_number(std::string_view text)
{
    int number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || end == text.data())
        return std::nullopt;
    return number;
}

/// "postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)" → 15
std::optional<int> major_of(std::string_view version)
{
    constexpr std::string_view mark = "(PostgreSQL) ";
    const auto at = version.find(mark);
    return at == std::string_view::npos ? std::nullopt : leading_number(version.substr(at + mark.size()));
}

fs::path on_path(const std::string& program)
{
    const auto* path = std::getenv("PATH");
    std::string_view rest = path == nullptr ? "" : path;
    while (!rest.empty()) {
        const auto end = std::min(rest.find(':'), rest.size());
        const auto candidate = fs::path(rest.substr(0, end)) / program;
        if (candidate.is_absolute() && ::access(candidate.c_str(), X_OK) == 0)
            return candidate;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return {};
}

io::task<result<installation>> examine(fs::path bin, io::deadline until)
{
    if (!complete(bin))
        co_return fail(
            condition::not_found,
            "there is no PostgreSQL server in " + bin.string() + ": it has no postgres or no initdb",
            "set BASEKEEPER_LOCAL_POSTGRES_BIN to the folder of postgres and initdb, or install it: apt install "
            "postgresql"
        );
    const auto said = CO_TRY(co_await io::run_command(
        {.program = bin / "postgres", .arguments = {"--version"}, .inherit = io::environment_base::minimal}, until
    ));
    const auto major = major_of(said.output);
    if (!major)
        co_return fail(condition::unavailable, "cannot tell the version of " + (bin / "postgres").string());
    co_return installation{std::move(bin), *major};
}

/// The folder that pg_config on PATH names, or nothing.
io::task<fs::path> configured_bin(io::deadline until)
{
    const auto program = on_path("pg_config");
    if (program.empty())
        co_return fs::path{};
    const auto said = co_await io::run_command({.program = program, .arguments = {"--bindir"}}, until);
    if (!said || !said->status.success())
        co_return fs::path{};
    co_return fs::path(said->output.substr(0, said->output.find('\n')));
}

} // namespace

std::vector<installation> installations_below(const fs::path& root)
{
    std::vector<installation> found;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(root, failed)) {
        const auto major = leading_number(entry.path().filename().native());
        if (major && complete(entry.path() / "bin"))
            found.push_back({entry.path() / "bin", *major});
    }
    std::ranges::sort(found, std::ranges::greater{}, &installation::major);
    return found;
}

bool has_library(const installation& where, const std::string& name)
{
    const auto lib = where.bin.parent_path() / "lib";
    std::error_code failed;
    return fs::exists(lib / (name + ".so"), failed) || fs::exists(lib / "postgresql" / (name + ".so"), failed);
}

io::task<result<installation>> find_installation(io::offload_pool& pool, installation_search where, io::deadline until)
{
    const auto fits = [&where](const installation& one) { return !where.major || one.major == *where.major; };
    std::vector<installation> found;
    if (!where.wanted_bin.empty()) {
        found.push_back(CO_TRY(co_await examine(where.wanted_bin, until)));
    } else {
        found = co_await io::offload(pool, [&where] { return installations_below(where.root); });
        if (std::ranges::none_of(found, fits))
            if (const auto bin = co_await configured_bin(until); !bin.empty())
                if (auto one = co_await examine(bin, until))
                    found.push_back(*std::move(one));
    }
    if (const auto best = std::ranges::find_if(found, fits); best != found.end())
        co_return *best;
    if (where.major)
        co_return fail(
            condition::not_found,
            "the instance was made by PostgreSQL " + std::to_string(*where.major) + ", which is not installed",
            "install it: apt install postgresql-" + std::to_string(*where.major)
        );
    co_return fail(
        condition::not_found,
        "no PostgreSQL server is installed on this machine",
        "install one: apt install postgresql (Debian, Ubuntu), dnf install postgresql-server postgresql-contrib "
        "(Fedora); or set BASEKEEPER_LOCAL_POSTGRES_BIN to the folder of postgres and initdb"
    );
}

} // namespace basekeeper::local
