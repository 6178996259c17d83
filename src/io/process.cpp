// Owning and watching children; pidfd for waiting and signalling.
#include "io/process.hpp"

#include "io/event.hpp"
#include "io/nursery.hpp"
#include "io/spawn.hpp"

#include <boost/asio/this_coro.hpp>
#include <fcntl.h>
#include <pwd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

extern "C" {
#include <sys/pidfd.h> // glibc 2.36 forgot to say so itself
}

namespace basekeeper::io {
namespace {

using namespace std::chrono_literals;
using namespace spawning;

/// How long a process that was told to end, or a grandchild that holds the output open, is waited for.
constexpr auto patience = 2s;

std::string reason(int number)
{
    return std::generic_category().message(number);
}

/// The text as a file in memory: unlike a pipe it needs no writer, and a child of another user may reopen it.
result<unique_fd> memory_file(std::string_view text)
{
    unique_fd file(::memfd_create("stdin", MFD_CLOEXEC));
    if (file.get() < 0)
        return fail(condition::unavailable, "cannot make a file in memory: " + reason(errno));
    while (!text.empty()) {
        const auto n = ::write(file.get(), text.data(), text.size());
        if (n < 0)
            return fail(condition::unavailable, "cannot fill a file in memory: " + reason(errno));
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    ::lseek(file.get(), 0, SEEK_SET);
    return file;
}

void reap(pid_t child)
{
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
}

/// Our own child. Dropped while it runs (the event loop is being destroyed), it is killed and reaped at once.
class child_process
{
public:
    child_process(pid_t pid, process handle) : pid_(pid), handle_(std::move(handle)) {}

    child_process(child_process&& other) noexcept
        : pid_(std::exchange(other.pid_, 0)), handle_(std::move(other.handle_))
    {}

    child_process& operator=(child_process&&) = delete;

    ~child_process()
    {
        if (pid_ <= 0)
            return;
        signal_group(SIGKILL);
        reap(pid_);
    }

    /// The child leads its own group, so this reaches what it started too.
    void signal_group(int number) const { ::kill(-pid_, number); }

    process& handle() { return handle_; }

    /// Requires that it has ended.
    exit_status collect()
    {
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        pid_ = 0;
        if (WIFSIGNALED(status))
            return {.code = std::nullopt, .signal = WTERMSIG(status)};
        return {.code = WEXITSTATUS(status), .signal = std::nullopt};
    }

private:
    pid_t pid_;
    process handle_;
};

result<child_process> start_child(io::executor where, prepared& p)
{
    auto report = TRY(make_pipe());
    p.report = report.write.get();
    p.bound_to = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0)
        return fail(condition::unavailable, "cannot start " + p.program + ": " + reason(errno));
    if (pid == 0) {
        ::setpgid(0, 0);
        become(p);
    }
    ::setpgid(pid, pid);
    report.write.reset();
    if (const auto why = read_failure(report.read.get())) {
        reap(pid);
        return fail(explain(p, *why));
    }
    auto handle = process::open(std::move(where), pid);
    if (!handle) {
        ::kill(-pid, SIGKILL);
        reap(pid);
        return fail(std::move(handle).error());
    }
    return child_process(pid, *std::move(handle));
}

/// One captured stream.
struct capture
{
    std::string text;
    bool truncated = false;
};

task<> drain(descriptor& from, std::size_t keep, capture& into)
{
    std::array<char, 4096> chunk{};
    for (;;) {
        const auto n = co_await from.read_some(chunk, deadline::never());
        if (!n || *n == 0)
            co_return;
        const auto take = std::min(*n, keep - into.text.size());
        into.text.append(chunk.data(), take);
        into.truncated = into.truncated || take < *n;
        co_await yield();
    }
}

/// Ends the child whatever the caller's deadline and cancellation say, within twice the grace period.
task<> end_group(child_process& child)
{
    child.signal_group(SIGTERM);
    if (co_await child.handle().wait_exit(deadline::after(patience)))
        co_return;
    child.signal_group(SIGKILL);
    co_await child.handle().wait_exit(deadline::after(patience));
}

} // namespace

result<account> find_account(const std::string& name)
{
    std::vector<char> memory(16 << 10);
    passwd entry{};
    passwd* found = nullptr;
    const int number = ::getpwnam_r(name.c_str(), &entry, memory.data(), memory.size(), &found);
    if (found == nullptr)
        return fail(
            condition::not_found,
            "the machine has no user \"" + name + "\"" + (number != 0 ? ": " + reason(number) : "")
        );
    return account{name, entry.pw_uid, entry.pw_gid, entry.pw_dir};
}

std::string to_string(const exit_status& status)
{
    return status.signal ? "signal " + std::to_string(*status.signal)
                         : "exit code " + std::to_string(status.code.value_or(-1));
}

task<result<completed_command>> run_command(command what, deadline until)
{
    const auto here = co_await boost::asio::this_coro::executor;
    prepared p(what);
    const auto input = CO_TRY(memory_file(what.input));
    auto output = CO_TRY(make_pipe());
    auto errors = CO_TRY(make_pipe());
    p.input = input.get();
    p.output = output.write.get();
    p.errors = errors.write.get();
    auto child = CO_TRY(start_child(here, p));
    output.write.reset();
    errors.write.reset();

    descriptor from_output(here, output.read.release(), ownership::owned);
    descriptor from_errors(here, errors.read.release(), ownership::owned);
    capture kept_output;
    capture kept_errors;
    nursery readers(here, [](std::exception_ptr bug) { std::rethrow_exception(bug); });
    readers.spawn(drain(from_output, what.max_output_bytes, kept_output));
    readers.spawn(drain(from_errors, what.max_output_bytes, kept_errors));

    const auto ended = co_await child.handle().wait_exit(until);
    if (!ended)
        co_await end_group(child);
    const auto status = child.collect();
    // A grandchild may still hold the pipes; what the program itself wrote is in them already.
    if (!co_await readers.join(deadline::after(ended ? patience : 0s))) {
        from_output.cancel();
        from_errors.cancel();
        co_await readers.join(deadline::never());
    }
    if (!ended)
        co_return fail(error(ended.error().code, ended.error().message).within("running " + p.program));
    co_return completed_command{
        status, std::move(kept_output.text), std::move(kept_errors.text), kept_output.truncated || kept_errors.truncated
    };
}

result<pid_t> start_daemon(const command& what, const std::string& log_file)
{
    prepared p(what);
    p.log_file = log_file;
    const unique_fd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    p.input = nothing.get();
    auto report = TRY(make_pipe());
    auto number = TRY(make_pipe());
    p.report = report.write.get();
    const pid_t between = ::fork();
    if (between < 0)
        return fail(condition::unavailable, "cannot start " + p.program + ": " + reason(errno));
    if (between == 0) {
        // The process in between ends at once, so that the daemon is init's child and never a zombie of ours.
        ::setsid();
        const pid_t daemon = ::fork();
        if (daemon == 0)
            become(p);
        [[maybe_unused]] const auto n = ::write(number.write.get(), &daemon, sizeof daemon);
        ::_exit(daemon > 0 ? 0 : 1);
    }
    report.write.reset();
    number.write.reset();
    reap(between);
    pid_t daemon = -1;
    if (::read(number.read.get(), &daemon, sizeof daemon) != sizeof daemon || daemon <= 0)
        return fail(condition::unavailable, "cannot start " + p.program + ": no more processes");
    if (const auto why = read_failure(report.read.get()))
        return fail(explain(p, *why));
    return daemon;
}

result<process> process::open(io::executor where, pid_t pid)
{
    unique_fd handle(::pidfd_open(pid, 0));
    if (handle.get() < 0)
        return fail(
            errno == ESRCH || errno == EINVAL ? condition::not_found : condition::denied,
            "cannot watch process " + std::to_string(pid) + ": " + reason(errno)
        );
    return process(pid, descriptor(std::move(where), handle.release(), ownership::owned));
}

task<result<>> process::wait_exit(deadline until)
{
    co_return co_await handle_.wait(readiness::read, until);
}

result<> process::send_signal(int number)
{
    if (::pidfd_send_signal(handle_.fd(), number, nullptr, 0) == 0)
        return {};
    return fail(
        errno == ESRCH ? condition::not_found : condition::denied,
        "cannot send signal " + std::to_string(number) + " to process " + std::to_string(pid_) + ": " + reason(errno)
    );
}

task<result<>> terminate(process& what, std::chrono::milliseconds grace, deadline until)
{
    if (const auto sent = what.send_signal(SIGTERM); !sent) {
        if (sent.error().code == condition::not_found)
            co_return result<>{};
        co_return sent;
    }
    if (const auto ended = co_await what.wait_exit(until.capped(grace));
        ended || ended.error().code != condition::timeout)
        co_return ended;
    if (const auto sent = what.send_signal(SIGKILL); !sent && sent.error().code != condition::not_found)
        co_return sent;
    co_return co_await what.wait_exit(until.capped(patience));
}

} // namespace basekeeper::io
