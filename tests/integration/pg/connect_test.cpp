// What a failed connection tells: each cause has its condition, its sentence and its next step, and never the password.
#include "integration/pg/database.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace basekeeper::pg {
namespace {

using namespace std::chrono_literals;

constexpr const char* wrong_password = "wr0ng-s3cret";

error failure(target to, std::chrono::milliseconds patience = 10s)
{
    io::runtime on;
    auto got =
        test::run_task(on, connection::open(on.executor(), on.pool(), std::move(to), io::deadline::after(patience)));
    if (got)
        return {condition::internal, "it connected", ""};
    EXPECT_EQ(describe(got.error()).find(wrong_password), std::string::npos);
    EXPECT_FALSE(got.error().hint.empty()) << got.error().message;
    return std::move(got).error();
}

target by_tcp()
{
    return parse_target(test::shared_server().tcp_url()).value();
}

TEST(connect_integration, a_wrong_password_is_denied)
{
    test::postgres_server strict({.tcp = test::login::scram});
    auto to = parse_target(strict.tcp_url()).value();
    EXPECT_EQ(failure(to).message, "it connected");
    to.password = crypto::secret<std::string>(wrong_password);
    const auto e = failure(to);
    EXPECT_EQ(e.code, condition::denied);
    EXPECT_EQ(e.sqlstate, "28P01");
    to.password = {};
    EXPECT_EQ(failure(to).code, condition::denied);
}

TEST(connect_integration, a_missing_database_is_not_found)
{
    auto to = by_tcp();
    to.database = "no_such_database";
    const auto e = failure(to);
    EXPECT_EQ(e.code, condition::not_found);
    EXPECT_EQ(e.sqlstate, "3D000");
}

TEST(connect_integration, an_unknown_role_is_denied)
{
    auto to = by_tcp();
    to.user = "nobody_here";
    EXPECT_EQ(failure(to).code, condition::denied);
}

TEST(connect_integration, a_refused_port_is_unavailable)
{
    auto to = by_tcp();
    to.port = 1;
    const auto e = failure(to);
    EXPECT_EQ(e.code, condition::unavailable);
    EXPECT_NE(e.message.find("nothing listens at 127.0.0.1:1"), std::string::npos) << e.message;
}

TEST(connect_integration, a_missing_socket_is_unavailable)
{
    auto to = by_socket();
    to.host = "/nonexistent-directory";
    EXPECT_EQ(failure(to).code, condition::unavailable);
}

TEST(connect_integration, an_unknown_host_name_is_unavailable)
{
    auto to = by_tcp();
    to.host = "no-such-host.invalid";
    const auto e = failure(to);
    EXPECT_TRUE(e.code == condition::unavailable || e.code == condition::timeout) << describe(e);
    EXPECT_NE(e.message.find("resolved"), std::string::npos) << e.message;
}

TEST(connect_integration, tls_asked_of_a_server_without_it_says_so)
{
    auto to = by_tcp();
    to.tls = tls_mode::require;
    const auto e = failure(to);
    EXPECT_EQ(e.code, condition::invalid_argument);
    EXPECT_NE(e.hint.find("sslmode"), std::string::npos);
    to.tls = tls_mode::verify_full;
    EXPECT_EQ(failure(to).code, condition::invalid_argument);
    to.tls = tls_mode::prefer;
    EXPECT_EQ(failure(to).message, "it connected");
}

TEST(connect_integration, too_many_connections_is_unavailable)
{
    test::postgres_server small(
        {.settings = {"max_connections = 5", "superuser_reserved_connections = 0", "max_wal_senders = 0"}}
    );
    const auto to = parse_target(small.socket_url()).value();
    io::runtime on;
    const auto fill = [](io::runtime& r, target t) -> io::task<error> {
        std::vector<connection> held;
        for (int i = 0; i < 10; ++i) {
            auto got = co_await connection::open(r.executor(), r.pool(), t, soon());
            if (!got)
                co_return std::move(got).error();
            held.push_back(*std::move(got));
        }
        co_return error{};
    };
    const auto e = test::run_task(on, fill(on, to));
    EXPECT_EQ(e.code, condition::unavailable);
    EXPECT_EQ(e.sqlstate, "53300");
}

/// Listens and never answers, or answers what is not PostgreSQL.
struct strange_server
{
    strange_server()
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), length), 0);
        EXPECT_EQ(::listen(fd, 4), 0);
        EXPECT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length), 0);
        port = ntohs(address.sin_port);
    }

    ~strange_server() { ::close(fd); }

    int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    std::uint16_t port = 0;
};

TEST(connect_integration, a_silent_server_ends_with_timeout_at_the_deadline)
{
    const strange_server silent;
    auto to = by_tcp();
    to.port = silent.port;
    const auto started = std::chrono::steady_clock::now();
    EXPECT_EQ(failure(to, 200ms).code, condition::timeout);
    EXPECT_LT(std::chrono::steady_clock::now() - started, 3s);
}

} // namespace
} // namespace basekeeper::pg
