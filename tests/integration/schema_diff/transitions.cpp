// Reading the corpus, and the two programs that judge the outcome: pg_dump and pg-delta.
#include "transitions.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace basekeeper::schema_diff {
namespace {

std::string output_of(const std::string& command)
{
    std::FILE* pipe = ::popen(command.c_str(), "r"); // NOLINT(cert-env33-c): a command of the test itself
    if (pipe == nullptr)
        throw std::runtime_error("popen");
    std::string out;
    std::array<char, 65'536> part{};
    while (const auto n = std::fread(part.data(), 1, part.size(), pipe))
        out.append(part.data(), n);
    ::pclose(pipe);
    return out;
}

std::string pg_dump()
{
    if (const char* set = std::getenv("PG_BINDIR")) // NOLINT(concurrency-mt-unsafe): one thread
        return std::string(set) + "/pg_dump";
    std::filesystem::path newest;
    for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql"))
        newest = std::max(newest, version.path());
    return (newest / "bin/pg_dump").string();
}

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        out.push_back(std::move(line));
    return out;
}

} // namespace

std::vector<transition> read_transitions(const std::filesystem::path& file)
{
    constexpr std::string_view head = "-- transition: ";
    std::ifstream in(file);
    std::vector<transition> out;
    std::string* into = nullptr;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with(head)) {
            out.push_back({.name = line.substr(head.size()), .a = {}, .b = {}});
            into = nullptr;
        } else if (line == "-- a" && !out.empty())
            into = &out.back().a;
        else if (line == "-- b" && !out.empty())
            into = &out.back().b;
        else if (into != nullptr)
            into->append(line).append("\n");
        else if (!line.empty() && !line.starts_with("--"))
            throw std::runtime_error(file.string() + ": outside of a transition: " + line);
    }
    return out;
}

std::vector<std::filesystem::path> corpus_files()
{
    std::vector<std::filesystem::path> out;
    for (const auto& entry : std::filesystem::directory_iterator(BASEKEEPER_TRANSITIONS_DIR))
        out.push_back(entry.path());
    std::ranges::sort(out);
    return out;
}

std::vector<std::string> dump_of(const std::string& url)
{
    auto lines = lines_of(output_of(pg_dump() + " --schema-only '" + url + "' 2>&1"));
    // Comments, settings, and the marks that newer versions put around the text. Columns may stand in another order.
    std::erase_if(lines, [](const std::string& line) {
        return line.empty() || line.starts_with("--") || line.starts_with("SET ") || line.starts_with("\\") ||
               line.starts_with("SELECT pg_catalog.set_config");
    });
    for (auto& line : lines)
        if (line.ends_with(','))
            line.pop_back();
    std::ranges::sort(lines);
    return lines;
}

std::vector<std::string> ask_oracle(const std::vector<std::pair<std::string, std::string>>& pairs)
{
    std::string name = (std::filesystem::temp_directory_path() / "oracle.XXXXXX").string();
    const int fd = ::mkstemp(name.data());
    if (fd < 0)
        throw std::runtime_error("mkstemp");
    std::FILE* file = ::fdopen(fd, "w");
    for (const auto& [source, desired] : pairs)
        std::fputs((source + " " + desired + "\n").c_str(), file);
    std::fclose(file);
    auto lines = lines_of(output_of(std::string(BASEKEEPER_NODE) + " " + BASEKEEPER_ORACLE + " < " + name));
    std::filesystem::remove(name);
    if (lines.size() != pairs.size())
        throw std::runtime_error("the oracle answered " + std::to_string(lines.size()) + " lines");
    for (auto& line : lines)
        if (line == "same")
            line.clear();
    return lines;
}

std::string url_of(const std::string& database)
{
    auto url = test::shared_server().tcp_url();
    const std::string place = "/postgres?";
    return url.replace(url.find(place), place.size(), "/" + database + "?");
}

} // namespace basekeeper::schema_diff
