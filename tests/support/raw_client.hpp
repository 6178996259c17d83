// A client that sends bytes and reads bytes, so that tests decide what a server sees.
#pragma once

#include "io/descriptor.hpp"
#include "io/runtime.hpp"
#include "net/endpoint.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>

namespace basekeeper::test {

/// One connection to a loopback address or a Unix socket. Failures are test failures; reads end after 10 s.
class raw_client
{
public:
    raw_client(io::runtime& on, const net::endpoint& to, int receive_buffer_bytes = 0)
        : socket_(on.executor(), connect(to, receive_buffer_bytes), io::ownership::owned)
    {}

    int fd() const { return socket_.fd(); }

    io::descriptor& descriptor() { return socket_; }

    io::task<> send(std::string bytes)
    {
        EXPECT_TRUE(co_await socket_.write_all(bytes, patience())) << "while sending";
    }

    /// True when at least one more byte has come; false at the end of the connection.
    io::task<bool> more()
    {
        std::array<char, 65'536> buffer;
        const auto got = co_await socket_.read_some(buffer, patience());
        if (!got)
            ended_by_ = got.error();
        EXPECT_TRUE(got || got.error().code != condition::timeout) << "nothing came, after: " << pending_;
        if (!got || *got == 0)
            co_return false;
        pending_.append(buffer.data(), *got);
        co_return true;
    }

    /// What comes up to and including `mark`; what came so far when the connection ends first.
    io::task<std::string> read_until(std::string mark)
    {
        while (!pending_.contains(mark))
            if (!co_await more())
                co_return std::exchange(pending_, {});
        co_return take(pending_.find(mark) + mark.size());
    }

    io::task<std::string> read(std::size_t count)
    {
        while (pending_.size() < count)
            if (!co_await more())
                break;
        co_return take(std::min(count, pending_.size()));
    }

    /// One response with a Content-Length, or without a body.
    io::task<std::string> response()
    {
        auto head = co_await read_until("\r\n\r\n");
        const auto field = head.find("Content-Length: ");
        const auto length = field == std::string::npos ? 0 : std::strtoul(head.c_str() + field + 16, nullptr, 10);
        co_return head + co_await read(length);
    }

    /// Everything until the server closes.
    io::task<std::string> rest()
    {
        while (co_await more()) {
        }
        co_return std::exchange(pending_, {});
    }

    /// True when the server closed in order, not by a reset.
    bool ended_in_order() const { return ended_by_.message.empty(); }

private:
    static io::deadline patience() { return io::deadline::after(std::chrono::seconds{10}); }

    std::string take(std::size_t count)
    {
        auto out = pending_.substr(0, count);
        pending_.erase(0, count);
        return out;
    }

    static int connect(const net::endpoint& to, int receive_buffer_bytes)
    {
        const int fd = ::socket(to.is_unix_socket() ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0)
            throw std::system_error(errno, std::generic_category(), "socket");
        if (receive_buffer_bytes > 0)
            ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
        int connected = -1;
        if (to.is_unix_socket()) {
            sockaddr_un address{};
            address.sun_family = AF_UNIX;
            std::ranges::copy(to.path, address.sun_path);
            connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        } else {
            sockaddr_in address{};
            address.sin_family = AF_INET;
            address.sin_port = htons(to.port);
            address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
            const int on = 1;
            ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        }
        EXPECT_EQ(connected, 0) << std::strerror(errno);
        return fd;
    }

    io::descriptor socket_;
    std::string pending_;
    error ended_by_{condition::internal, ""};
};

} // namespace basekeeper::test
