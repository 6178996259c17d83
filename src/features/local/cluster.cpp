// Runs initdb and postgres directly: no shell, no pg_ctl, no secret in arguments, environment or files.
#include "features/local/cluster.hpp"

#include "io/event.hpp"
#include "io/offload.hpp"
#include "io/process.hpp"

#include <arpa/inet.h>
#include <boost/asio/this_coro.hpp>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <csignal>
#include <fstream>

namespace basekeeper::local {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// How much of the server's last words an error carries.
constexpr off_t log_tail_bytes = 2000;

/// The end of a file that another user may write: no links, no waiting on a FIFO.
std::string tail_of(const fs::path& path)
{
    const int file = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return {};
    const auto size = ::lseek(file, 0, SEEK_END);
    ::lseek(file, size > log_tail_bytes ? size - log_tail_bytes : 0, SEEK_SET);
    std::string text(static_cast<std::size_t>(log_tail_bytes), '\0');
    const auto n = ::read(file, text.data(), text.size());
    ::close(file);
    text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return text;
}

/// The last words of a server that did not start: before its log collector ran, or after.
std::string last_words(const layout& place)
{
    auto words = tail_of(place.startup_log());
    fs::path newest;
    fs::file_time_type when{};
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(place.log(), failed)) {
        const auto changed = entry.last_write_time(failed);
        if (!failed && entry.path() != place.startup_log() && (newest.empty() || changed > when)) {
            newest = entry.path();
            when = changed;
        }
    }
    if (!newest.empty())
        words += tail_of(newest);
    return words;
}

/// One value in a configuration file.
std::string quoted(std::string_view value)
{
    std::string out = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\')
            out += c;
        out += c;
    }
    return out + "'";
}

/// A folder in a list of folders, where commas separate.
std::string list_entry(const fs::path& folder)
{
    std::string out = "\"";
    for (const char c : folder.native()) {
        if (c == '"')
            out += c;
        out += c;
    }
    return out + "\"";
}

template <class Number>
std::optional<Number> number_in(const std::string& line)
{
    Number number{};
    const auto [end, failed] = std::from_chars(line.data(), line.data() + line.size(), number);
    return failed == std::errc{} ? std::optional(number) : std::nullopt;
}

/// postmaster.pid: process, data folder, start time, port, socket folder, address, shared memory, state.
std::vector<std::string> postmaster_file(const layout& place)
{
    std::vector<std::string> lines;
    std::ifstream file(place.data() / "postmaster.pid");
    for (std::string line; lines.size() < 8 && std::getline(file, line);)
        lines.push_back(line);
    return lines;
}

bool is_ready(const layout& place, pid_t pid)
{
    const auto lines = postmaster_file(place);
    return lines.size() == 8 && number_in<pid_t>(lines[0]) == pid && lines[7].starts_with("ready");
}

result<> write_file(const fs::path& path, const std::string& text, gid_t readers)
{
    std::error_code failed;
    fs::remove(path, failed);
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
    const bool written = file >= 0 && ::fchown(file, static_cast<uid_t>(-1), readers) == 0 &&
                         ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    if (file >= 0)
        ::close(file);
    if (!written)
        return fail(condition::unavailable, "cannot write " + path.string(), "check that the disk is not full");
    return {};
}

bool works_in(pid_t pid, const fs::path& folder)
{
    std::error_code failed;
    const auto there = fs::read_symlink("/proc/" + std::to_string(pid) + "/cwd", failed);
    return !failed && there == fs::canonical(folder, failed);
}

std::vector<pid_t> processes_in(const fs::path& folder)
{
    std::vector<pid_t> found;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator("/proc", failed))
        if (const auto pid = number_in<pid_t>(entry.path().filename()); pid && works_in(*pid, folder))
            found.push_back(*pid);
    return found;
}

/// Runs in the data folder, as do its children: by that kill_leftovers knows them.
io::command as_server(const server_plan& plan, fs::path program)
{
    return {
        .program = std::move(program),
        .inherit = io::environment_base::minimal,
        .directory = plan.place.data(),
        .run_as = plan.account.switched ? std::optional(plan.account.who) : std::nullopt,
    };
}

error with_server_text(error e, std::string text)
{
    e.server_text = std::move(text);
    return e;
}

/// Waits for the pid file to say ready, or for the process to end. One look every 10 ms.
io::task<result<>> wait_ready(const layout& place, io::process& server, io::deadline until)
{
    while (!is_ready(place, server.pid())) {
        if (until.expired())
            co_return fail(condition::timeout, "the server did not get ready before the deadline");
        const auto ended = co_await server.wait_exit(until.capped(10ms));
        if (ended)
            co_return fail(condition::unavailable, "the server ended while it was starting");
        if (ended.error().code != condition::timeout)
            co_return ended;
    }
    co_return result<>{};
}

} // namespace

std::optional<running_server> find_running(const layout& place)
{
    const auto lines = postmaster_file(place);
    if (lines.size() < 4)
        return std::nullopt;
    const auto pid = number_in<pid_t>(lines[0]);
    const auto port = number_in<int>(lines[3]);
    if (!pid || *pid <= 1 || !port)
        return std::nullopt;
    // The number may belong to another process by now; a postmaster's working folder is its data folder.
    if (!works_in(*pid, place.data()))
        return std::nullopt;
    return running_server{*pid, *port};
}

result<int> choose_port(int preferred, const std::set<int>& avoid)
{
    const auto is_free = [](int port) {
        const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (probe < 0)
            return false;
        const int on = 1;
        ::setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); // as the server does
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const bool bound = ::bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        ::close(probe);
        return bound;
    };
    if (preferred > 0 && is_free(preferred))
        return preferred;
    for (int port = first_port; port < first_port + 1000; ++port)
        if (!avoid.contains(port) && is_free(port))
            return port;
    return fail(
        condition::unavailable, "no port from 54322 to 55321 is free", "stop a local instance, or another server"
    );
}

std::string server_configuration(const server_plan& plan)
{
    std::string text =
        "# Written at every start of the instance. For changes that stay: ALTER SYSTEM as supabase_admin.\n";
    const auto set = [&text](std::string_view name, std::string_view value) {
        text += std::string(name) + " = " + quoted(value) + "\n";
    };
    set("cluster_name", "basekeeper-" + plan.place.name());
    set("hba_file", plan.place.hba_conf().native());
    set("listen_addresses", "127.0.0.1");
    set("port", std::to_string(plan.port));
    set("unix_socket_directories", list_entry(plan.socket_dir));
    set("unix_socket_permissions", "0700");
    set("password_encryption", "scram-sha-256");
    set("max_connections", "100");
    set("shared_buffers", "32MB");
    set("wal_level", "logical");
    set("max_replication_slots", "5");
    set("max_wal_senders", "10");
    set("max_slot_wal_keep_size", "4096MB");
    if (has_library(plan.postgres, "pg_stat_statements"))
        set("shared_preload_libraries", "pg_stat_statements");
    set("timezone", "UTC");
    set("log_timezone", "UTC");
    set("lc_messages", "C");
    set("default_text_search_config", "pg_catalog.english");
    // Seven files at most: a weekday's file is emptied when its day comes again.
    set("logging_collector", "on");
    set("log_directory", plan.place.log().native());
    set("log_filename", "postgresql-%a.log");
    set("log_truncate_on_rotation", "on");
    set("log_rotation_age", "1d");
    set("log_rotation_size", "0");
    set("log_line_prefix", "%m [%p] %q%u@%d ");
    return text;
}

result<> prepare_start(const server_plan& plan)
{
    const auto readers = plan.account.who.gid;
    TRY(write_file(plan.place.server_conf(), server_configuration(plan), readers));
    TRY(write_file(
        plan.place.hba_conf(),
        "# Passwords always: whoever reaches the socket still proves who they are.\n"
        "local all all scram-sha-256\n"
        "local replication all scram-sha-256\n"
        "host all all 127.0.0.1/32 scram-sha-256\n"
        "host replication all 127.0.0.1/32 scram-sha-256\n",
        readers
    ));
    std::error_code failed;
    fs::remove(plan.place.startup_log(), failed);
    for (const auto& entry : fs::directory_iterator(plan.socket_dir, failed))
        if (entry.path().filename().native().starts_with(".s.PGSQL."))
            fs::remove(entry.path(), failed);
    // The server itself clears a stale pid file, unless the number now belongs to another process of the same user.
    if (const auto lines = postmaster_file(plan.place); !lines.empty())
        if (const auto pid = number_in<pid_t>(lines[0]); pid && *pid > 1 && ::kill(*pid, 0) == 0)
            fs::remove(plan.place.data() / "postmaster.pid", failed);
    return {};
}

io::task<result<>> make_cluster(server_plan plan, secret_text admin_password, io::deadline until)
{
    auto initdb = as_server(plan, plan.postgres.initdb());
    initdb.arguments = {
        "--pgdata=" + plan.place.data().native(),
        "--username=supabase_admin",
        "--pwfile=/dev/stdin",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--data-checksums",
        "--no-sync",
        "--no-instructions"
    };
    initdb.input = admin_password.reveal();
    auto said = CO_TRY(co_await io::run_command(std::move(initdb), until));
    if (said.status.success())
        co_return result<>{};
    co_return fail(with_server_text(
        {condition::unavailable,
         "cannot make the cluster of \"" + plan.place.name() + "\": initdb ended with " + to_string(said.status),
         "read what initdb said; a full disk or a missing locale C.UTF-8 are the usual causes"},
        std::move(said.errors)
    ));
}

io::task<result<pid_t>> start_server(io::offload_pool& pool, server_plan plan, io::deadline until)
{
    // After a kill -9 of the postmaster its children need a moment to notice; they hold the shared memory till then.
    for (int attempts_left = 20;; --attempts_left) {
        CO_TRY(co_await io::offload(pool, [&plan] { return prepare_start(plan); }));
        auto postgres = as_server(plan, plan.postgres.postgres());
        postgres.arguments = {"-D", plan.place.data(), "-c", "config_file=" + plan.place.server_conf().native()};
        const auto pid = CO_TRY(io::start_daemon(postgres, plan.place.startup_log()));
        auto server = io::process::open(co_await boost::asio::this_coro::executor, pid);
        auto ready = server ? co_await wait_ready(plan.place, *server, until)
                            : result<>(fail(condition::unavailable, "the server ended at once"));
        if (ready)
            co_return pid;
        if (server)
            co_await io::terminate(*server, 2s, io::deadline::after(4s));
        auto words = last_words(plan.place);
        const bool memory_in_use = words.find("shared memory block") != std::string::npos;
        if (memory_in_use && attempts_left > 0 && !until.expired()) {
            CO_TRY(co_await io::sleep(100ms));
            continue;
        }
        auto why = std::move(ready).error().within("starting the local instance \"" + plan.place.name() + "\"");
        why.hint = "read the log in " + plan.place.log().string();
        co_return fail(with_server_text(std::move(why), std::move(words)));
    }
}

io::task<result<bool>> stop_server(layout place, shutdown how, io::deadline until)
{
    auto found = find_running(place);
    if (!found)
        co_return false;
    auto server = io::process::open(co_await boost::asio::this_coro::executor, found->pid);
    if (!server && server.error().code == condition::not_found)
        co_return false;
    if (!server)
        co_return fail(std::move(server).error());
    // Held by now: looking again proves that the handle is the server and not a newcomer with its number.
    found = find_running(place);
    if (!found || found->pid != server->pid())
        co_return false;
    constexpr std::chrono::milliseconds fast_shutdown_limit = 20s;
    for (const int number : {SIGINT, SIGQUIT}) {
        if (number == SIGINT && how == shutdown::immediate)
            continue;
        if (const auto sent = server->send_signal(number); !sent) {
            if (sent.error().code == condition::not_found)
                co_return true;
            co_return fail(sent.error());
        }
        // The rest of the deadline, less what the second signal may need.
        const auto left = until.remaining();
        const auto patience = number == SIGQUIT ? std::max<std::chrono::milliseconds>(left, 500ms)
                                                : std::min(left * 7 / 10, fast_shutdown_limit);
        const auto ended = co_await server->wait_exit(io::deadline::after(patience));
        if (ended)
            co_return true;
        if (ended.error().code != condition::timeout)
            co_return fail(ended.error());
    }
    co_return fail(
        condition::timeout,
        "the server of \"" + place.name() + "\" (process " + std::to_string(server->pid()) + ") did not stop",
        "run `basekeeper local down " + place.name() + "` again"
    );
}

io::task<result<>> kill_leftovers(layout place, io::deadline until)
{
    // Again until a look finds none: what is killed may have started another since the look before.
    for (auto found = processes_in(place.data()); !found.empty(); found = processes_in(place.data())) {
        for (const auto pid : found) {
            auto left = io::process::open(co_await boost::asio::this_coro::executor, pid);
            if (!left || !works_in(pid, place.data()))
                continue;
            if (left->send_signal(SIGKILL))
                CO_TRY(co_await left->wait_exit(until));
        }
        if (until.expired())
            co_return fail(
                condition::timeout,
                "processes keep working in " + place.data().string(),
                "end them, then repeat the command"
            );
    }
    co_return result<>{};
}

io::task<result<>> reset_passwords(server_plan plan, secret_text seed, io::deadline until)
{
    CO_TRY(prepare_start(plan));
    std::string script;
    for (const auto role : login_roles)
        script += "alter role " + std::string(role) + " password '" + password_of(seed, role).reveal() + "';\n";
    const secret_text input(std::move(script));
    auto postgres = as_server(plan, plan.postgres.postgres());
    postgres.arguments = {
        "--single",
        "-D",
        plan.place.data(),
        "-c",
        "config_file=" + plan.place.server_conf().native(),
        // Neither the log nor pg_stat_statements may see the statements.
        "-c",
        "shared_preload_libraries=",
        "-c",
        "log_statement=none",
        "-c",
        "log_min_error_statement=panic",
        "postgres"
    };
    postgres.input = input.reveal();
    const auto said = CO_TRY(co_await io::run_command(std::move(postgres), until));
    if (said.status.success() && said.errors.find("ERROR") == std::string::npos)
        co_return result<>{};
    co_return fail(
        condition::unavailable,
        "cannot set new passwords for \"" + plan.place.name() + "\": the server ended with " + to_string(said.status),
        "run `basekeeper local destroy " + plan.place.name() + "` to begin anew"
    );
}

} // namespace basekeeper::local
