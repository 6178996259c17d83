// Ways tried side by side, on real servers: which is taken, what stands between, and that nobody waits for long.
#include "integration/ways/refusing_pooler.hpp"
#include "support/pgbouncer.hpp"
#include "support/run_task.hpp"
#include "support/server_process.hpp"
#include "ways/attempts.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

namespace basekeeper::ways {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

std::vector<attempt> tried(std::string_view text, patience how)
{
    const auto info = read_connection(text);
    EXPECT_TRUE(info) << (info ? "" : describe(info.error()));
    return test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<std::vector<attempt>> {
        co_return co_await try_ways(on.executor(), on.pool(), candidates(*info), how, io::deadline::after(20s));
    });
}

std::string port_of(std::uint16_t port)
{
    return std::to_string(port);
}

TEST(attempts, from_parts_direct_and_transaction_pooler_are_found_and_told_apart)
{
    const auto& server = test::shared_server();
    const test::pgbouncer pooler(server);
    const auto all = tried(
        "POSTGRES_HOST=127.0.0.1\nPOSTGRES_PASSWORD=" + server.superuser_password() +
            "\nPOSTGRES_PORT=" + port_of(server.port()) + "\nPOOLER_PROXY_PORT_TRANSACTION=" + port_of(pooler.port()),
        patience::try_all
    );
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].way.to.port, server.port());
    EXPECT_FALSE(all[0].failure);
    EXPECT_EQ(all[0].pooling, pooling::none);
    EXPECT_EQ(all[1].way.route, route::transaction_pooler);
    EXPECT_FALSE(all[1].failure) << describe(*all[1].failure) << pooler.log();
    EXPECT_EQ(all[1].pooling, pooling::transaction);
}

TEST(attempts, a_pooler_in_session_mode_is_recognised)
{
    const test::pgbouncer pooler(test::shared_server(), {.mode = test::pool_mode::session});
    const auto all = tried(pooler.url(), patience::try_all);
    ASSERT_FALSE(all.front().failure) << describe(*all.front().failure) << pooler.log();
    EXPECT_EQ(all.front().pooling, pooling::session);
}

TEST(attempts, a_transaction_pooler_that_is_gone_falls_back_to_the_session_port)
{
    const auto& server = test::shared_server();
    const auto all = tried(
        "DATABASE_URL=postgres://postgres:x@127.0.0.1:" + port_of(test::free_port()) +
            "/postgres?sslmode=disable\nPOSTGRES_PORT=" + port_of(server.port()) +
            "\nPOOLER_PROXY_PORT_TRANSACTION=" + port_of(test::free_port()),
        patience::take_first
    );
    const auto* best = best_of(all);
    ASSERT_NE(best, nullptr);
    EXPECT_EQ(best->way.to.port, server.port());
    EXPECT_THAT(all.front().failure->message, HasSubstr("nothing listens"));
}

/// Takes connections and never answers.
struct silent_server
{
    silent_server()
    {
        sockaddr address{.sa_family = AF_INET, .sa_data = {0, 0, 127, 0, 0, 1}};
        EXPECT_EQ(::bind(fd, &address, 16), 0);
        EXPECT_EQ(::listen(fd, 8), 0);
        socklen_t length = 16;
        EXPECT_EQ(::getsockname(fd, &address, &length), 0);
        port = static_cast<std::uint16_t>(
            (static_cast<unsigned char>(address.sa_data[0]) << 8U) | static_cast<unsigned char>(address.sa_data[1])
        );
    }

    silent_server(const silent_server&) = delete;
    silent_server& operator=(const silent_server&) = delete;

    ~silent_server() { ::close(fd); }

    int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    std::uint16_t port = 0;
};

TEST(attempts, a_way_that_swallows_everything_does_not_hold_the_others_up)
{
    const auto& server = test::shared_server();
    const silent_server silent;
    const auto began = std::chrono::steady_clock::now();
    const auto all = tried(
        "DATABASE_URL=postgres://postgres:x@127.0.0.1:" + port_of(silent.port) +
            "/postgres?sslmode=disable\nDIRECT_URL=" + server.tcp_url(),
        patience::take_first
    );
    EXPECT_LT(std::chrono::steady_clock::now() - began, 8s) << "far before its timeout of 10 s";
    const auto* best = best_of(all);
    ASSERT_NE(best, nullptr);
    EXPECT_EQ(best->way.to.port, server.port());
}

TEST(attempts, when_none_works_the_error_tells_of_all_of_them_and_of_no_password)
{
    const refusing_pooler supavisor("XX000", "Tenant or user not found");
    const auto all = tried(
        "DATABASE_URL=postgres://postgres:hunter2@127.0.0.1:" + port_of(supavisor.port()) +
            "/postgres\nDIRECT_URL=postgres://postgres:hunter2@127.0.0.1:" + port_of(test::free_port()) + "/postgres",
        patience::take_first
    );
    ASSERT_EQ(best_of(all), nullptr);
    const auto e = none_works(all);
    EXPECT_EQ(e.code, condition::not_found);
    EXPECT_THAT(e.message, HasSubstr("no such tenant or user; nor does any other way: as given 127.0.0.1:"));
    EXPECT_THAT(e.message, HasSubstr("nothing listens at"));
    EXPECT_THAT(describe(e) + e.server_text, Not(HasSubstr("hunter2")));
}

TEST(attempts, a_caller_who_gives_up_waits_for_nothing)
{
    const silent_server silent;
    const auto info = read_connection("postgres://u:p@127.0.0.1:" + port_of(silent.port) + "/d");
    ASSERT_TRUE(info);
    const auto began = std::chrono::steady_clock::now();
    const auto all = test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<std::vector<attempt>> {
        co_return co_await try_ways(
            on.executor(), on.pool(), candidates(*info), patience::try_all, io::deadline::after(200ms)
        );
    });
    EXPECT_LT(std::chrono::steady_clock::now() - began, 4s);
    EXPECT_EQ(all.front().failure->code, condition::timeout);
}

} // namespace
} // namespace basekeeper::ways
