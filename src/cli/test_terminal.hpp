// A terminal on files, for tests: what is typed, what is printed.
#pragma once

#include "cli/terminal.hpp"

#include <unistd.h>

#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>

namespace basekeeper::cli::testing {

/// A file without a name, closed with the object.
class scratch_file
{
public:
    explicit scratch_file(std::string_view content = {}) : file_(std::tmpfile())
    {
        if (file_ == nullptr)
            throw std::runtime_error("no temporary file");
        std::fwrite(content.data(), 1, content.size(), file_);
        go_to_start();
    }

    ~scratch_file() { std::fclose(file_); }

    scratch_file(const scratch_file&) = delete;
    scratch_file& operator=(const scratch_file&) = delete;

    std::FILE* get() const { return file_; }

    /// Everything written since the last look.
    std::string take()
    {
        std::fflush(file_);
        go_to_start();
        std::string all;
        for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_))
            all += static_cast<char>(c);
        go_to_start();
        if (::ftruncate(::fileno(file_), 0) != 0)
            all += " (not truncated)";
        return all;
    }

private:
    void go_to_start() const
    {
        if (std::fseek(file_, 0, SEEK_SET) != 0)
            throw std::runtime_error("a temporary file cannot be read again");
    }

    std::FILE* file_;
};

/// Nobody sits at it: `interactive()` is false.
struct test_terminal
{
    explicit test_terminal(std::string_view typed = {}) : in(typed) {}

    scratch_file in;
    scratch_file out;
    scratch_file diagnostics;
    terminal screen{in.get(), out.get(), diagnostics.get()};
};

} // namespace basekeeper::cli::testing
