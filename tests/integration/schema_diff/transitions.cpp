// Reading the corpus, and the two programs that judge the outcome: pg_dump and pg-delta.
#include "transitions.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
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
    auto lines = lines_of(output_of("PGOPTIONS='-c jit=off' " + pg_dump() + " --schema-only '" + url + "' 2>&1"));
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

oracle::oracle()
{
    std::string folder = (std::filesystem::temp_directory_path() / "oracle.XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr)
        throw std::runtime_error("mkdtemp");
    pipe_ = std::filesystem::path(folder) / "commands";
    if (::mkfifo(pipe_.c_str(), 0600) != 0)
        throw std::runtime_error("mkfifo");
    const auto command = std::string(BASEKEEPER_NODE) + " " + BASEKEEPER_ORACLE + " < " + pipe_.string();
    // `e`: no other child may hold these ends open. The shell waits at the pipe until it is opened here.
    from_ = ::popen(command.c_str(), "re"); // NOLINT(cert-env33-c): a command of the test itself
    to_ = std::fopen(pipe_.c_str(), "we");
    if (from_ == nullptr || to_ == nullptr)
        throw std::runtime_error("the oracle does not start");
}

oracle::~oracle()
{
    std::fputs("end\n", to_);
    std::fclose(to_);
    ::pclose(from_);
    std::error_code none;
    std::filesystem::remove_all(pipe_.parent_path(), none);
}

std::string oracle::ask(const std::string& command)
{
    std::fputs((command + "\n").c_str(), to_);
    std::fflush(to_);
    std::string line;
    std::array<char, 4096> part{};
    while (!line.ends_with('\n') && std::fgets(part.data(), part.size(), from_) != nullptr)
        line += part.data();
    if (!line.ends_with('\n') || line.starts_with("failed"))
        throw std::runtime_error("the oracle: " + command + ": " + line);
    line.pop_back();
    return line;
}

void oracle::read(const std::vector<std::pair<std::string, std::string>>& names_and_urls)
{
    std::string command = "read";
    for (const auto& [name, url] : names_and_urls)
        command.append(" ").append(name).append(" ").append(url);
    ask(command);
}

std::string oracle::compare(const std::string& left, const std::string& right)
{
    auto said = ask("compare " + left + " " + right);
    return said == "same" ? std::string() : said;
}

std::string url_of(const std::string& database)
{
    auto url = test::shared_server().tcp_url();
    const std::string place = "/postgres?";
    return url.replace(url.find(place), place.size(), "/" + database + "?");
}

} // namespace basekeeper::schema_diff
