// Everything is prepared before the fork; after it only system calls.
#include "io/spawn.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>

namespace basekeeper::io::spawning {
namespace {

std::string reason(int number)
{
    return std::generic_category().message(number);
}

std::vector<std::string> environment_of(const command& what)
{
    std::vector<std::string> all;
    const auto set = [&](std::string_view name, std::string_view value) {
        const auto start = std::string(name) + "=";
        std::erase_if(all, [&](const std::string& entry) { return entry.starts_with(start); });
        all.push_back(start + std::string(value));
    };
    if (what.inherit == environment_base::inherited) {
        for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
            all.emplace_back(*entry);
    } else {
        for (const auto* name : {"PATH", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH"})
            if (const auto* value = std::getenv(name))
                set(name, value);
    }
    if (what.run_as) {
        set("HOME", what.run_as->home);
        set("USER", what.run_as->name);
        set("LOGNAME", what.run_as->name);
    }
    for (const auto& [name, value] : what.environment)
        set(name, value);
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts)
{
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (auto& text : texts)
        out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

std::vector<gid_t> groups_of(const account& who)
{
    int count = 64;
    std::vector<gid_t> groups(static_cast<std::size_t>(count));
    while (::getgrouplist(who.name.c_str(), who.gid, groups.data(), &count) < 0)
        groups.resize(static_cast<std::size_t>(std::max(count, static_cast<int>(groups.size()) * 2)));
    groups.resize(static_cast<std::size_t>(count));
    return groups;
}

[[noreturn]] void give_up(const prepared& p, start_failure::step at)
{
    const start_failure why{at, errno};
    [[maybe_unused]] const auto n = ::write(p.report, &why, sizeof why);
    ::_exit(127);
}

/// Signal handlers, ignored signals and blocked signals of ours must not reach the program.
void reset_signals()
{
    struct sigaction plain = {};
    plain.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number)
        ::sigaction(number, &plain, nullptr);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

} // namespace

void become(const prepared& p)
{
    reset_signals();
    if (p.run_as) {
        const auto& who = *p.run_as;
        if (::setgroups(p.groups.size(), p.groups.data()) != 0 || ::setresgid(who.gid, who.gid, who.gid) != 0 ||
            ::setresuid(who.uid, who.uid, who.uid) != 0)
            give_up(p, start_failure::step::user);
    }
    // After the switch of users, which clears it.
    if (p.bound_to != 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != p.bound_to)
            ::_exit(127);
    }
    if (!p.directory.empty() && ::chdir(p.directory.c_str()) != 0)
        give_up(p, start_failure::step::directory);
    int output = p.output;
    int errors = p.errors;
    if (!p.log_file.empty()) {
        output = ::open(p.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (output < 0)
            give_up(p, start_failure::step::log_file);
        errors = output;
    }
    ::dup2(p.input, STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(errors, STDERR_FILENO);
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    ::execve(p.program.c_str(), p.argument_pointers.data(), p.environment_pointers.data());
    give_up(p, start_failure::step::exec);
}

void unique_fd::reset()
{
    if (fd_ >= 0)
        ::close(std::exchange(fd_, -1));
}

result<pipe_ends> make_pipe()
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return fail(condition::unavailable, "cannot make a pipe: " + reason(errno));
    return pipe_ends{unique_fd(ends[0]), unique_fd(ends[1])};
}

prepared::prepared(const command& what)
    : program(what.program), directory(what.directory), run_as(what.run_as), environment(environment_of(what))
{
    arguments.push_back(what.program);
    arguments.insert(arguments.end(), what.arguments.begin(), what.arguments.end());
    argument_pointers = pointers(arguments);
    environment_pointers = pointers(environment);
    if (run_as)
        groups = groups_of(*run_as);
}

std::optional<start_failure> read_failure(int fd)
{
    start_failure why{};
    for (;;) {
        const auto n = ::read(fd, &why, sizeof why);
        if (n == sizeof why)
            return why;
        if (n >= 0 || errno != EINTR)
            return std::nullopt;
    }
}

error explain(const prepared& p, start_failure why)
{
    const auto code = why.number == ENOENT                          ? condition::not_found
                      : why.number == EACCES || why.number == EPERM ? condition::denied
                                                                    : condition::unavailable;
    switch (why.at) {
    case start_failure::step::user:
        return {
            code,
            "cannot start " + p.program + " as user " + p.run_as->name + ": " + reason(why.number),
            "run as root or as that user"
        };
    case start_failure::step::directory:
        return {code, "cannot start " + p.program + " in " + p.directory + ": " + reason(why.number)};
    case start_failure::step::log_file:
        return {code, "cannot open " + p.log_file + " for the output of " + p.program + ": " + reason(why.number)};
    case start_failure::step::exec:
        break;
    }
    return {code, "cannot start " + p.program + ": " + reason(why.number)};
}

} // namespace basekeeper::io::spawning
