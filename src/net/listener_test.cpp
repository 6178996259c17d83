// Listeners take connections, say what is in use, and treat the files of Unix sockets with care.
#include "io/event.hpp"
#include "io/nursery.hpp"
#include "net/listener.hpp"
#include "support/raw_client.hpp"
#include "support/run_task.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <optional>

namespace basekeeper::net {
namespace {

using namespace std::chrono_literals;

/// A fresh folder, removed at the end.
struct folder
{
    folder()
    {
        std::string name = std::filesystem::temp_directory_path() / "basekeeper-net-XXXXXX";
        path = ::mkdtemp(name.data());
    }

    ~folder() { std::filesystem::remove_all(path); }

    std::string file(const std::string& name) const { return path / name; }

    std::filesystem::path path;
};

const endpoint any_port{.host = "127.0.0.1", .port = 0};

TEST(listener, takes_what_connects_and_knows_from_where)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        auto l = listener::open(on.executor(), any_port);
        EXPECT_NE(l->local().port, 0);
        const test::raw_client client(on, l->local());
        const auto who = co_await l->accept();
        EXPECT_EQ(who->ip, "127.0.0.1");
        EXPECT_GE(who->socket.get(), 0);
    });
}

TEST(listener, takes_ipv4_on_the_ipv6_wildcard_as_ipv4)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        auto l = listener::open(on.executor(), {.host = "::", .port = 0});
        if (!l)
            co_return; // a machine without IPv6
        const test::raw_client client(on, l->local());
        EXPECT_EQ((co_await l->accept())->ip, "127.0.0.1");
    });
}

TEST(listener, a_port_in_use_is_a_conflict_that_says_so)
{
    io::runtime on;
    const auto first = listener::open(on.executor(), any_port);
    const auto second = listener::open(on.executor(), first->local());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, condition::conflict);
    EXPECT_EQ(second.error().message, "cannot listen: " + first->local().to_string() + " is in use");
    EXPECT_NE(second.error().hint.find("another port"), std::string::npos);
}

TEST(listener, an_address_of_another_machine_is_an_invalid_argument)
{
    io::runtime on;
    const auto l = listener::open(on.executor(), {.host = "192.0.2.1", .port = 0});
    ASSERT_FALSE(l);
    EXPECT_EQ(l.error().code, condition::invalid_argument);
}

TEST(listener, closing_wakes_who_waits)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        auto l = listener::open(on.executor(), any_port);
        io::nursery jobs(on.executor(), [](std::exception_ptr) { ADD_FAILURE(); });
        std::optional<error> ended;
        const auto waiting = [&]() -> io::task<> { ended = (co_await l->accept()).error(); };
        jobs.spawn(waiting());
        l->close();
        EXPECT_TRUE(co_await jobs.join(io::deadline::after(10s)));
        EXPECT_EQ(ended->code, condition::cancelled);
    });
}

TEST(listener, after_closing_clients_are_refused_and_another_may_listen_there)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        auto l = listener::open(on.executor(), any_port);
        const auto at = l->local();
        l->close();
        const open_socket late(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(at.port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_NE(::connect(late.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
        auto next = listener::open(on.executor(), at);
        EXPECT_TRUE(next);
        const test::raw_client client(on, at);
        EXPECT_TRUE(co_await next->accept());
        EXPECT_EQ((co_await l->accept()).error().code, condition::cancelled);
    });
}

TEST(listener, a_wire_that_cannot_be_watched_closes_its_socket)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        auto l = listener::open(on.executor(), any_port);
        const test::raw_client client(on, l->local());
        auto who = co_await l->accept();
        const int fd = who->socket.get();
        const io::descriptor rival(on.executor(), fd, io::ownership::borrowed); // the reactor takes each but once
        EXPECT_ANY_THROW(make_plain_wire(on.executor(), std::move(who->socket)));
        EXPECT_EQ(::fcntl(fd, F_GETFD), -1);
    });
}

TEST(listener, a_unix_socket_is_for_its_owner_and_gone_at_the_end)
{
    const folder where;
    const auto path = where.file("a.sock");
    test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<> {
        auto l = listener::open(on.executor(), {.path = path});
        struct stat found{};
        EXPECT_EQ(::stat(path.c_str(), &found), 0);
        EXPECT_EQ(found.st_mode & 0777U, 0600U);
        const test::raw_client client(on, l->local());
        EXPECT_EQ((co_await l->accept())->ip, "");
    });
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(listener, a_unix_socket_that_somebody_answers_is_in_use)
{
    const folder where;
    io::runtime on;
    const endpoint at{.path = where.file("a.sock")};
    {
        const auto first = listener::open(on.executor(), at);
        const auto second = listener::open(on.executor(), at);
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().code, condition::conflict);
        EXPECT_TRUE(std::filesystem::exists(at.path)) << "the first one still has it";
    }
    EXPECT_TRUE(listener::open(on.executor(), at));
}

TEST(listener, a_unix_socket_nobody_answers_is_replaced)
{
    const folder where;
    const endpoint at{.path = where.file("a.sock")};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(at.path, address.sun_path);
    const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
    ASSERT_GE(dead, 0);
    ASSERT_EQ(::bind(dead, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::close(dead);
    ASSERT_TRUE(std::filesystem::exists(at.path));
    io::runtime on;
    EXPECT_TRUE(listener::open(on.executor(), at));
}

TEST(listener, a_file_that_is_no_socket_is_left_alone)
{
    const folder where;
    const endpoint at{.path = where.file("precious")};
    std::ofstream(at.path) << "data";
    io::runtime on;
    const auto l = listener::open(on.executor(), at);
    ASSERT_FALSE(l);
    EXPECT_EQ(l.error().code, condition::conflict);
    EXPECT_EQ(std::filesystem::file_size(at.path), 4U);
}

TEST(listener, a_file_that_took_its_place_is_not_removed)
{
    const folder where;
    const endpoint at{.path = where.file("a.sock")};
    io::runtime on;
    {
        const auto l = listener::open(on.executor(), at);
        std::filesystem::remove(at.path);
        std::ofstream(at.path) << "somebody else's";
    }
    EXPECT_TRUE(std::filesystem::exists(at.path));
}

#if __has_feature(undefined_behavior_sanitizer) || __has_feature(address_sanitizer)
constexpr bool sanitized = true; // its checks of objects open a pipe
#else
constexpr bool sanitized = false;
#endif

TEST(listener, out_of_descriptors_it_waits_and_goes_on)
{
    if (sanitized)
        GTEST_SKIP() << "the sanitizer needs descriptors of its own";
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        auto l = listener::open(on.executor(), any_port);
        const test::raw_client client(on, l->local());
        rlimit before{};
        ::getrlimit(RLIMIT_NOFILE, &before);
        const rlimit none{.rlim_cur = 3, .rlim_max = before.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &none);
        int troubles = 0;
        l->on_trouble([&](const error& why) {
            EXPECT_EQ(why.code, condition::unavailable);
            if (++troubles == 2)
                ::setrlimit(RLIMIT_NOFILE, &before);
        });
        const auto who = co_await l->accept();
        ::setrlimit(RLIMIT_NOFILE, &before);
        EXPECT_TRUE(who);
        EXPECT_EQ(troubles, 2);
    });
}

} // namespace
} // namespace basekeeper::net
