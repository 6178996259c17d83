// initdb, and postgres as a child.
#include "support/postgres_server.hpp"

#include "support/server_process.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace basekeeper::test {
namespace {

namespace fs = std::filesystem;

std::string find_binaries()
{
    if (const char* set = std::getenv("PG_BINDIR"))
        return set;
    fs::path newest;
    std::error_code none;
    for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", none))
        if (fs::exists(version.path() / "bin/initdb") && version.path() > newest)
            newest = version.path();
    if (newest.empty())
        throw std::runtime_error("no PostgreSQL under /usr/lib/postgresql; set PG_BINDIR");
    return newest / "bin";
}

/// Whether somebody listens at a socket; its file is there a moment before.
bool accepts(const fs::path& socket_file)
{
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un where{};
    where.sun_family = AF_UNIX;
    const auto name = socket_file.string();
    name.copy(where.sun_path, sizeof where.sun_path - 1);
    const bool connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
    ::close(fd);
    return connected;
}

} // namespace

postgres_server::postgres_server(server_options options) : options_(std::move(options)), binaries_(find_binaries())
{
    std::string pattern = (fs::temp_directory_path() / "bk-pg-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        throw std::system_error(errno, std::generic_category(), "mkdtemp");
    root_ = pattern;
    socket_directory_ = pattern;
    const auto who = find_server_user();
    if (who.uid != static_cast<uid_t>(-1) && ::chown(root_.c_str(), who.uid, who.gid) != 0)
        throw std::system_error(errno, std::generic_category(), "chown");
    fs::permissions(root_, fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec);
    port_ = free_port();
    initialise();
    start();
}

postgres_server::~postgres_server()
{
    stop();
    std::error_code ignored;
    fs::remove_all(root_, ignored);
}

void postgres_server::initialise()
{
    const auto who = find_server_user();
    const auto password_file = root_ / "password";
    std::ofstream(password_file) << options_.superuser_password << '\n';
    fs::permissions(password_file, fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read);
    const auto log = root_ / "initdb.log";
    const auto pid = start_program(
        {binaries_ + "/initdb",
         "-D",
         (root_ / "data").string(),
         "-U",
         "postgres",
         "--auth-local=trust",
         options_.tcp == login::scram ? "--auth-host=scram-sha-256" : "--auth-host=trust",
         "--pwfile=" + password_file.string(),
         "--no-sync",
         "--encoding=UTF8",
         "--locale=C.UTF-8"},
        log,
        who
    );
    if (wait_for_end(pid) != 0)
        throw std::runtime_error("initdb failed: " + content(log));
    std::ofstream settings(root_ / "data/postgresql.conf", std::ios::app);
    settings << "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nlog_min_messages = warning\n"
             << "shared_buffers = 32MB\nmax_connections = 50\nlisten_addresses = '127.0.0.1'\n"
             << "unix_socket_directories = '" << socket_directory_ << "'\nport = " << port_ << '\n';
    for (const auto& each : options_.settings)
        settings << each << '\n';
    if (options_.certificate)
        install_certificate(settings);
    if (options_.plain == plain_tcp::refused) {
        const auto method = options_.tcp == login::scram ? "scram-sha-256" : "trust";
        std::ofstream(root_ / "data/pg_hba.conf") << "local all all trust\nhostssl all all all " << method << '\n';
    }
}

void postgres_server::install_certificate(std::ostream& settings) const
{
    const auto certificate = root_ / "server.pem";
    const auto key = root_ / "server.key";
    std::ofstream(certificate) << options_.certificate->certificate;
    std::ofstream(key) << options_.certificate->key;
    fs::permissions(key, fs::perms::owner_read | fs::perms::owner_write);
    const auto who = find_server_user();
    if (who.uid != static_cast<uid_t>(-1) && ::chown(key.c_str(), who.uid, who.gid) != 0)
        throw std::system_error(errno, std::generic_category(), "chown");
    settings << "ssl = on\nssl_cert_file = '" << certificate.string() << "'\nssl_key_file = '" << key.string() << "'\n";
}

void postgres_server::start()
{
    pid_ = start_program(
        {binaries_ + "/postgres", "-D", (root_ / "data").string()}, root_ / "server.log", find_server_user()
    );
    wait_until_it_answers();
}

void postgres_server::wait_until_it_answers()
{
    // The eighth line of postmaster.pid tells the state; the socket exists before sessions are accepted.
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (std::chrono::steady_clock::now() < give_up) {
        const auto state = content(root_ / "data/postmaster.pid");
        if (state.starts_with(std::to_string(pid_) + '\n') && state.find("ready") != std::string::npos)
            return;
        int status = 0;
        if (::waitpid(pid_, &status, WNOHANG) == pid_) {
            pid_ = -1;
            throw std::runtime_error("the test server ended: " + log());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    throw std::runtime_error("the test server does not answer: " + log());
}

void postgres_server::begin_shutdown()
{
    ::kill(pid_, SIGTERM); // smart: it waits for its sessions, and lets nobody in
}

void postgres_server::hang_while_starting()
{
    stop();
    std::ofstream(root_ / "data/postgresql.conf", std::ios::app) << "restore_command = 'sleep 600'\n";
    std::ofstream(root_ / "data/recovery.signal").flush();
    pid_ = start_program(
        {binaries_ + "/postgres", "-D", (root_ / "data").string()}, root_ / "server.log", find_server_user()
    );
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (!accepts(root_ / (".s.PGSQL." + std::to_string(port_)))) {
        if (std::chrono::steady_clock::now() > give_up)
            throw std::runtime_error("the test server does not listen: " + log());
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
}

void postgres_server::stop()
{
    if (pid_ <= 0)
        return;
    ::kill(pid_, SIGINT); // fast shutdown
    wait_for_end(pid_);
    pid_ = -1;
}

void postgres_server::restart()
{
    stop();
    start();
}

std::string postgres_server::log() const
{
    return content(root_ / "server.log");
}

std::string postgres_server::socket_url() const
{
    std::string directory;
    for (const char c : socket_directory_)
        directory += c == '/' ? std::string("%2F") : std::string(1, c);
    return "postgresql://postgres@" + directory + ':' + std::to_string(port_) + "/postgres";
}

std::string postgres_server::tcp_url() const
{
    return "postgresql://postgres:" + options_.superuser_password + "@127.0.0.1:" + std::to_string(port_) +
           "/postgres?sslmode=disable";
}

postgres_server& shared_server()
{
    static postgres_server server;
    return server;
}

} // namespace basekeeper::test
