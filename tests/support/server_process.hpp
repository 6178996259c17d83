// Server programs as children of a test: which user they run as, on which port, and that they end with it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace basekeeper::test {

/// Whom the server runs as; -1 when it runs as we do.
struct server_user
{
    uid_t uid = static_cast<uid_t>(-1);
    gid_t gid = static_cast<gid_t>(-1);
};

/// Servers refuse to run as root: the user `postgres` then. Throws when there is none.
server_user find_server_user();

/// A port of 127.0.0.1 that nobody used a moment ago.
std::uint16_t free_port();

/// Starts a program with its output in `log`, as `who`, ended when the test program ends in whatever way.
::pid_t start_program(const std::vector<std::string>& command, const std::filesystem::path& log, server_user who);

/// The exit code of a child; -1 when a signal ended it.
int wait_for_end(::pid_t pid);

/// All of a file; empty when there is none.
std::string content(const std::filesystem::path& file);

} // namespace basekeeper::test
