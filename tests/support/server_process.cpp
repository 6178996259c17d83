// Becoming another user, a free port, a child that ends with the test.
#include "support/server_process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace basekeeper::test {

namespace fs = std::filesystem;

server_user find_server_user()
{
    if (::geteuid() != 0)
        return {};
    const auto* entry = ::getpwnam("postgres");
    if (entry == nullptr)
        throw std::runtime_error("PostgreSQL refuses to run as root and there is no user postgres");
    return {entry->pw_uid, entry->pw_gid};
}

std::uint16_t free_port()
{
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (::bind(fd, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0)
        throw std::system_error(errno, std::generic_category(), "no free port");
    ::close(fd);
    return ntohs(address.sin_port);
}

::pid_t start_program(const std::vector<std::string>& command, const fs::path& log, server_user who)
{
    std::vector<char*> arguments;
    for (const auto& each : command)
        arguments.push_back(const_cast<char*>(each.c_str()));
    arguments.push_back(nullptr);
    const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    const auto parent = ::getpid();
    const auto pid = ::fork();
    if (pid == 0) {
        ::dup2(out, STDOUT_FILENO);
        ::dup2(out, STDERR_FILENO);
        ::close(STDIN_FILENO);
        if (who.uid != static_cast<uid_t>(-1) &&
            (::setgroups(0, nullptr) != 0 || ::setgid(who.gid) != 0 || ::setuid(who.uid) != 0))
            ::_exit(126);
        ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
        if (::getppid() != parent || ::chdir("/") != 0)
            ::_exit(126);
        // Changing the user forbids reading /proc/self and sanitizers' options do not concern the server.
        ::unsetenv("LD_PRELOAD");
        ::execv(arguments[0], arguments.data());
        ::_exit(127);
    }
    ::close(out);
    return pid;
}

int wait_for_end(::pid_t pid)
{
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string content(const fs::path& file)
{
    std::ifstream in(file);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

} // namespace basekeeper::test
