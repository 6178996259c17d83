// Input goes through a temporary file: a pipe in both directions could block.
#include "oracle.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <stdexcept>

namespace basekeeper::stack {
namespace {

/// A file that is gone at the end.
class scratch_file
{
public:
    explicit scratch_file(const std::vector<std::string>& lines)
    {
        const int descriptor = ::mkstemp(name_.data());
        if (descriptor < 0)
            throw std::runtime_error("mkstemp");
        std::FILE* file = ::fdopen(descriptor, "w");
        for (const auto& line : lines)
            std::fputs((line + "\n").c_str(), file);
        std::fclose(file);
    }

    scratch_file(const scratch_file&) = delete;
    scratch_file& operator=(const scratch_file&) = delete;

    ~scratch_file() { std::filesystem::remove(name_); }

    const std::string& name() const { return name_; }

private:
    std::string name_ = (std::filesystem::temp_directory_path() / "stack.XXXXXX").string();
};

} // namespace

std::vector<std::string> ask(const std::string& program, const std::vector<std::string>& lines)
{
    const scratch_file input(lines);
    const auto command = std::string(BASEKEEPER_NODE) + " " + BASEKEEPER_NPM + "/" + program + " < " + input.name();
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr)
        throw std::runtime_error("popen");
    std::vector<std::string> out(1);
    std::array<char, 4096> piece{};
    for (std::size_t got = 0; (got = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;)
        for (const char c : std::string_view(piece.data(), got))
            if (c == '\n')
                out.emplace_back();
            else
                out.back() += c;
    out.pop_back();
    if (::pclose(pipe) != 0)
        throw std::runtime_error(program + " failed");
    return out;
}

} // namespace basekeeper::stack
