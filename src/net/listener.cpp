// Opens listening sockets and takes what arrives there.
#include "net/listener.hpp"

#include "io/event.hpp"
#include "net/unix_socket_file.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

namespace basekeeper::net {

struct listener::state
{
    endpoint local;
    io::descriptor socket;
    unix_socket_file file;
    bool closed = false;
    std::function<void(const error&)> on_trouble{};
};

namespace {

using namespace std::chrono_literals;

constexpr int waiting_connections = 1'024;

std::unexpected<error> fail_to_listen(const endpoint& at, int number)
{
    const auto what = fmt::format("cannot listen on {}: ", at.to_string());
    switch (number) {
    case EADDRINUSE:
        return fail(
            condition::conflict,
            fmt::format("cannot listen: {} is in use", at.to_string()),
            at.is_unix_socket() ? "stop the process that listens there, or choose another path"
                                : "stop the process that listens there, or choose another port (0 takes a free one)"
        );
    case EADDRNOTAVAIL:
        return fail(
            condition::invalid_argument,
            what + "this machine has no such address",
            "choose an address that `ip address` shows, or 127.0.0.1"
        );
    case EACCES:
    case EPERM:
        return fail(
            condition::denied,
            what + "permission denied",
            at.is_unix_socket() ? "choose a folder that this user may write" : "choose a port from 1024 on"
        );
    default:
        return fail(condition::unavailable, what + ::strerrordesc_np(number), "choose another place to listen on");
    }
}

/// A socket address of any family, for the calls that take one.
union any_address {
    sockaddr generic;
    sockaddr_in v4;
    sockaddr_in6 v6;
};

struct tcp_address
{
    any_address value{};
    socklen_t size = 0;
};

tcp_address address_of(const endpoint& at)
{
    tcp_address out;
    const auto host = at.host == "localhost" ? std::string("127.0.0.1") : at.host;
    if (::inet_pton(AF_INET, host.c_str(), &out.value.v4.sin_addr) == 1) {
        out.value.v4.sin_family = AF_INET;
        out.value.v4.sin_port = htons(at.port);
        out.size = sizeof(out.value.v4);
    } else {
        out.value.v6 = {};
        ::inet_pton(AF_INET6, host.c_str(), &out.value.v6.sin6_addr);
        out.value.v6.sin6_family = AF_INET6;
        out.value.v6.sin6_port = htons(at.port);
        out.size = sizeof(out.value.v6);
    }
    return out;
}

result<open_socket> open_tcp(endpoint& at)
{
    auto address = address_of(at);
    open_socket s(::socket(address.value.generic.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int on = 1;
    const int off = 0;
    ::setsockopt(s.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address.value.generic.sa_family == AF_INET6)
        ::setsockopt(s.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off); // [::] takes IPv4 too
    if (s.get() < 0 || ::bind(s.get(), &address.value.generic, address.size) != 0 ||
        ::listen(s.get(), waiting_connections) != 0 ||
        ::getsockname(s.get(), &address.value.generic, &address.size) != 0)
        return fail_to_listen(at, errno);
    at.port =
        ntohs(address.value.generic.sa_family == AF_INET6 ? address.value.v6.sin6_port : address.value.v4.sin_port);
    return s;
}

std::string ip_of(const sockaddr_storage& from)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (from.ss_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &from, sizeof v4);
        ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    } else if (from.ss_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &from, sizeof v6);
        if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
            ::inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text.data(), text.size());
        else
            ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    }
    return text.data();
}

/// What accept4 left in errno, by what is to be done about it.
enum class setback
{
    nothing_there,
    client_left,
    out_of_resources,
    broken
};

setback kind_of(int number)
{
    switch (number) {
    case EAGAIN:
        return setback::nothing_there;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        return setback::out_of_resources;
    case EBADF:
    case EINVAL:
    case ENOTSOCK:
    case EOPNOTSUPP:
        return setback::broken;
    default: // the network errors of accept(2), EINTR, ECONNABORTED, a firewall's EPERM
        return setback::client_left;
    }
}

} // namespace

listener::listener(std::unique_ptr<state> opened) : state_(std::move(opened)) {}

listener::~listener() = default;
listener::listener(listener&&) noexcept = default;
listener& listener::operator=(listener&&) noexcept = default;

result<listener> listener::open(io::executor where, const endpoint& at)
{
    auto local = at;
    unix_socket_file file;
    open_socket socket;
    if (at.is_unix_socket()) {
        auto opened = open_unix_socket(at.path, waiting_connections);
        if (!opened)
            return fail_to_listen(at, opened.error());
        socket = std::move(opened->socket);
        file = std::move(opened->file);
    } else {
        socket = TRY(open_tcp(local));
    }
    io::descriptor watched(std::move(where), socket.release(), io::ownership::owned);
    return listener(std::make_unique<state>(std::move(local), std::move(watched), std::move(file)));
}

const endpoint& listener::local() const
{
    return state_->local;
}

void listener::on_trouble(std::function<void(const error&)> tell)
{
    state_->on_trouble = std::move(tell);
}

io::task<result<arrival>> listener::accept()
{
    auto& s = *state_;
    auto pause = 50ms;
    while (!s.closed) {
        sockaddr_storage from{};
        socklen_t size = sizeof from;
        // accept4 takes any address behind the generic type.
        auto* const generic = reinterpret_cast<sockaddr*>(&from);
        open_socket taken(::accept4(s.socket.fd(), generic, &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (taken.get() >= 0) {
            const int on = 1;
            if (!s.local.is_unix_socket())
                ::setsockopt(taken.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            co_return arrival{.socket = std::move(taken), .ip = ip_of(from)};
        }
        const int number = errno;
        error trouble(condition::unavailable, std::string("cannot take a connection: ") + ::strerrordesc_np(number));
        switch (kind_of(number)) {
        case setback::nothing_there:
            CO_TRY(co_await s.socket.wait(io::readiness::read, io::deadline::never()));
            break;
        case setback::client_left:
            break;
        case setback::out_of_resources:
            if (s.on_trouble)
                s.on_trouble(trouble);
            CO_TRY(co_await io::sleep(pause));
            pause = std::min(pause * 2, 1'000ms);
            break;
        case setback::broken:
            co_return fail(std::move(trouble));
        }
    }
    co_return fail(condition::cancelled, "no more connections are taken");
}

void listener::close()
{
    state_->closed = true;
    state_->socket.cancel();
    ::shutdown(state_->socket.fd(), SHUT_RDWR); // or the kernel goes on to connect clients that nobody takes
    state_->file = {};
}

} // namespace basekeeper::net
