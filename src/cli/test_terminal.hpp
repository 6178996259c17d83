// A terminal on files, for tests: what is typed, what is printed.
#pragma once

#include "cli/terminal.hpp"

#include <unistd.h>

#include <cstdio>
#include <string>
#include <string_view>

namespace basekeeper::cli::testing {

/// A file without a name, closed with the object.
class scratch_file
{
public:
    explicit scratch_file(std::string_view content = {}) : file_(std::tmpfile())
    {
        std::fwrite(content.data(), 1, content.size(), file_);
        std::rewind(file_);
    }

    ~scratch_file() { std::fclose(file_); }

    scratch_file(const scratch_file&) = delete;
    scratch_file& operator=(const scratch_file&) = delete;

    std::FILE* get() const { return file_; }

    /// Everything written since the last look.
    std::string take()
    {
        std::fflush(file_);
        std::rewind(file_);
        std::string all;
        for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_))
            all += static_cast<char>(c);
        std::rewind(file_);
        if (::ftruncate(::fileno(file_), 0) != 0)
            all += " (not truncated)";
        return all;
    }

private:
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
