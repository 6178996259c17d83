// Child processes: run one to its end, leave one running, watch and end one by its process id.
#pragma once

#include "io/descriptor.hpp"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace basekeeper::io {

/// A user of the machine.
struct account
{
    std::string name;
    uid_t uid = 0;
    gid_t gid = 0;
    std::string home;

    friend bool operator==(const account&, const account&) = default;
};

/// Looks a user up by name; blocks (NSS may ask the network). Fails with not_found.
result<account> find_account(const std::string& name);

/// Which of our environment variables a child sees before `command::environment` is added.
enum class environment_base
{
    inherited,
    minimal ///< PATH, LANG, TZ, TMPDIR, LD_LIBRARY_PATH: nothing that may hold a secret
};

/// What to start. Arguments and environment are visible to others on the machine: secrets go into `input`.
struct command
{
    std::string program;                ///< absolute path
    std::vector<std::string> arguments; ///< without the program's own name
    environment_base inherit = environment_base::inherited;
    std::vector<std::pair<std::string, std::string>> environment; ///< added, replacing what is there
    std::string directory;                                        ///< empty: ours
    std::string_view input;        ///< its standard input, which it may also reopen as /dev/stdin; outlives the start
    std::optional<account> run_as; ///< switch user, groups and HOME (needs root)
    std::size_t max_output_bytes = 64 << 10; ///< kept of each stream; the rest is read and dropped
};

/// How a process ended: exactly one of the two is set.
struct exit_status
{
    std::optional<int> code;
    std::optional<int> signal;

    bool success() const { return code == 0; }

    friend bool operator==(const exit_status&, const exit_status&) = default;
};

/// "exit code 1" or "signal 9"; for messages.
std::string to_string(const exit_status& status);

struct completed_command
{
    exit_status status;
    std::string output; ///< standard output, untrusted
    std::string errors; ///< standard error, untrusted
    bool truncated = false;
};

/// Runs the command to its end and captures what it prints. Success means that it ran, whatever its exit status. When
/// the deadline passes or the caller is cancelled, its process group gets SIGTERM, 2 s later SIGKILL. Fails with
/// not_found or denied when it cannot be started, timeout, cancelled. Should we be killed, the kernel kills it too.
task<result<completed_command>> run_command(command what, deadline until);

/// Starts a command that lives on without us: own session, not our child (init reaps it), standard output and error
/// appended to `log_file`, which is opened as `run_as` and never through a symbolic link. Returns its process id.
/// `input` is not given to it.
result<pid_t> start_daemon(const command& what, const std::string& log_file);

/// A running process, held by a pidfd: the number cannot come to mean another process meanwhile.
class process
{
public:
    /// Fails with not_found when there is no such process, denied when it may not be watched.
    static result<process> open(io::executor where, pid_t pid);

    pid_t pid() const { return pid_; }

    /// Returns when it has ended. Fails with timeout or cancelled.
    task<result<>> wait_exit(deadline until);

    /// Fails with not_found when it has ended, denied when it belongs to somebody else.
    result<> send_signal(int number);

private:
    process(pid_t pid, descriptor handle) : pid_(pid), handle_(std::move(handle)) {}

    pid_t pid_;
    descriptor handle_;
};

/// Ends the process: SIGTERM, and SIGKILL when it is still there after `grace`. Success when it is gone.
task<result<>> terminate(process& what, std::chrono::milliseconds grace, deadline until);

} // namespace basekeeper::io
