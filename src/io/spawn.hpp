// What a child process does between fork and exec; private to process.cpp.
#pragma once

#include "io/process.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace basekeeper::io::spawning {

/// A descriptor closed with the object.
class unique_fd
{
public:
    explicit unique_fd(int fd = -1) : fd_(fd) {}

    unique_fd(unique_fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

    unique_fd& operator=(unique_fd&& other) noexcept
    {
        std::swap(fd_, other.fd_);
        return *this;
    }

    ~unique_fd() { reset(); }

    void reset();

    int get() const { return fd_; }

    int release() { return std::exchange(fd_, -1); }

private:
    int fd_;
};

struct pipe_ends
{
    unique_fd read;
    unique_fd write;
};

result<pipe_ends> make_pipe();

/// Which step of starting failed in the child, and why; sent through a pipe that a successful exec closes.
struct start_failure
{
    enum class step : int
    {
        user,
        directory,
        log_file,
        exec
    };
    step at;
    int number;
};

/// All that the child needs after fork, where nothing may allocate: other threads may hold the allocator's lock.
struct prepared
{
    explicit prepared(const command& what);
    prepared(const prepared&) = delete;
    prepared& operator=(const prepared&) = delete;

    std::string program;
    std::string directory;
    std::optional<account> run_as;
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
    std::vector<char*> argument_pointers;
    std::vector<char*> environment_pointers;
    std::vector<gid_t> groups;
    std::string log_file; ///< when not empty, it takes output and errors
    pid_t bound_to = 0;   ///< when not zero, our process id: the child ends with us
    int input = -1;
    int output = -1;
    int errors = -1;
    int report = -1; ///< where a start_failure is written; a successful exec closes it
};

/// In the child: becomes the program, or reports why not and ends. Makes async-signal-safe calls only.
[[noreturn]] void become(const prepared& p);

/// What the child reported, or nothing when exec closed the pipe.
std::optional<start_failure> read_failure(int fd);

/// The failure in words.
error explain(const prepared& p, start_failure why);

} // namespace basekeeper::io::spawning
