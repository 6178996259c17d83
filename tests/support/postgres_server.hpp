// A real PostgreSQL for integration tests: its own data directory, socket and port, stopped with the object.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::test {

/// How the server asks who connects over TCP; over the Unix socket everybody is trusted.
enum class login
{
    trust,
    scram
};

/// PEM texts of a certificate and its key.
struct server_certificate
{
    std::string certificate;
    std::string key;
};

/// Whether TCP connections without TLS are let in.
enum class plain_tcp
{
    allowed,
    refused
};

struct server_options
{
    login tcp = login::trust;
    std::string superuser_password = "test-superuser";
    std::vector<std::string> settings{};             ///< further `name=value` lines
    std::optional<server_certificate> certificate{}; ///< set: `ssl = on` with it
    plain_tcp plain = plain_tcp::allowed;
};

/// Works as root (the server then runs as the user `postgres`) and as anybody else. Throws std::runtime_error with the
/// server's log when the machine has no PostgreSQL or it does not start.
class postgres_server
{
public:
    explicit postgres_server(server_options options = {});
    ~postgres_server();
    postgres_server(const postgres_server&) = delete;
    postgres_server& operator=(const postgres_server&) = delete;

    const std::string& socket_directory() const { return socket_directory_; }

    std::uint16_t port() const { return port_; }

    const std::string& superuser_password() const { return options_.superuser_password; }

    /// `postgresql://postgres@%2Ftmp…:port/postgres`, by the socket, without password.
    std::string socket_url() const;

    /// The same by TCP on 127.0.0.1, with the password.
    std::string tcp_url() const;

    /// Stops at once (sessions are ended) and starts again on the same port.
    void restart();
    void stop();
    void start();

    /// Asks it to end once its sessions have; new ones are refused meanwhile.
    void begin_shutdown();

    /// Starts it again as if it had to recover for a long time: it listens and lets nobody in. Good for one `stop()`.
    void hang_while_starting();

    /// What the server wrote to its log so far.
    std::string log() const;

private:
    void initialise();
    void install_certificate(std::ostream& settings) const;
    void wait_until_it_answers();

    server_options options_;
    std::filesystem::path root_;
    std::string socket_directory_;
    std::string binaries_;
    std::uint16_t port_ = 0;
    ::pid_t pid_ = -1;
};

/// The one server that all tests of a program share, started on first use and stopped at exit. Trust login.
postgres_server& shared_server();

} // namespace basekeeper::test
