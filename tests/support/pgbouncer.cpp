// Its configuration, written for the server at hand.
#include "support/pgbouncer.hpp"

#include "support/server_process.hpp"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace basekeeper::test {
namespace {

namespace fs = std::filesystem;

std::string find_pgbouncer()
{
    for (const auto* path : {"/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"})
        if (fs::exists(path))
            return path;
    throw std::runtime_error("no pgbouncer; script/bootstrap installs it");
}

} // namespace

pgbouncer::pgbouncer(const postgres_server& behind, pgbouncer_options options) : behind_(behind), port_(free_port())
{
    std::string pattern = (fs::temp_directory_path() / "bk-bouncer-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        throw std::runtime_error("mkdtemp failed");
    root_ = pattern;
    std::ofstream(root_ / "users") << "\"postgres\" \"" << behind.superuser_password() << "\"\n";
    std::ofstream(root_ / "pgbouncer.ini")
        << "[databases]\n* = host=" << behind.socket_directory() << " port=" << behind.port() << "\n[pgbouncer]\n"
        << "listen_addr = 127.0.0.1\nlisten_port = " << port_ << "\nunix_socket_dir =\n"
        << "auth_type = scram-sha-256\nauth_file = " << (root_ / "users").string() << "\nauth_user = postgres\n"
        << "auth_query = select usename, passwd from pg_catalog.pg_shadow where usename = $1\n"
        << "pool_mode = " << (options.mode == pool_mode::session ? "session" : "transaction") << '\n'
        << "default_pool_size = " << options.pool_size << "\nmax_client_conn = " << options.max_clients << '\n'
        << "server_tls_sslmode = disable\nquery_wait_timeout = 10\n";
    const auto who = find_server_user();
    if (who.uid != static_cast<uid_t>(-1) && ::chown(root_.c_str(), who.uid, who.gid) != 0)
        throw std::runtime_error("chown failed");
    pid_ = start_program({find_pgbouncer(), (root_ / "pgbouncer.ini").string()}, root_ / "log", who);
    wait_until_it_listens();
}

pgbouncer::~pgbouncer()
{
    if (pid_ > 0) {
        ::kill(pid_, SIGTERM);
        wait_for_end(pid_);
    }
    std::error_code ignored;
    fs::remove_all(root_, ignored);
}

void pgbouncer::wait_until_it_listens()
{
    // A connection would be counted as a client for a moment.
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{15};
    while (std::chrono::steady_clock::now() < give_up) {
        if (log().contains("process up"))
            return;
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    throw std::runtime_error("pgbouncer does not listen: " + log());
}

std::string pgbouncer::url(std::string_view database) const
{
    return "postgresql://postgres:" + behind_.superuser_password() + "@127.0.0.1:" + std::to_string(port_) + '/' +
           std::string(database) + "?sslmode=disable";
}

std::string pgbouncer::log() const
{
    return content(root_ / "log");
}

} // namespace basekeeper::test
