// Non-blocking connects, one address after the other, each with its share of the time that is left.
#include "net/dial.hpp"

#include "io/descriptor.hpp"
#include "net/resolve.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace basekeeper::net {
namespace {

std::unexpected<error> cannot_connect(const host_and_port& to, int number)
{
    const auto what = fmt::format("cannot connect to {}: ", to.to_string());
    switch (number) {
    case ECONNREFUSED:
        return fail(
            condition::unavailable, what + "nothing listens there", "check host and port, and that the service runs"
        );
    case ETIMEDOUT:
        return fail(
            condition::timeout,
            what + "there is no answer",
            "check host and port; a firewall in between may swallow the packets"
        );
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EADDRNOTAVAIL:
        return fail(
            condition::unavailable,
            what + "no route leads there",
            "check network, VPN and firewall, and whether the address is IPv6 while this machine has IPv4 only"
        );
    default:
        return fail(condition::unavailable, what + ::strerrordesc_np(number), "check host, port and network");
    }
}

io::task<result<open_socket>>
connect_to(io::executor where, const host_and_port& to, const std::string& address, io::deadline until)
{
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    addrinfo* list = nullptr;
    const int known = ::getaddrinfo(address.c_str(), std::to_string(to.port).c_str(), &wanted, &list);
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
    if (known != 0)
        co_return cannot_connect(to, EADDRNOTAVAIL);
    open_socket s(::socket(list->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (s.get() < 0)
        co_return cannot_connect(to, errno);
    const int on = 1;
    ::setsockopt(s.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(s.get(), list->ai_addr, list->ai_addrlen) == 0)
        co_return std::move(s);
    if (errno != EINPROGRESS)
        co_return cannot_connect(to, errno);
    io::descriptor watched(std::move(where), s.get(), io::ownership::borrowed);
    const auto waited = co_await watched.wait(io::readiness::write, until);
    if (!waited && waited.error().code == condition::timeout)
        co_return cannot_connect(to, ETIMEDOUT);
    if (!waited)
        co_return fail(waited.error());
    int number = 0;
    socklen_t size = sizeof number;
    ::getsockopt(s.get(), SOL_SOCKET, SO_ERROR, &number, &size);
    if (number != 0)
        co_return cannot_connect(to, number);
    co_return std::move(s);
}

} // namespace

io::task<result<open_socket>> dial(io::executor where, io::offload_pool& threads, host_and_port to, io::deadline until)
{
    if (!is_host(to.host) || to.port == 0)
        co_return fail(
            condition::invalid_argument,
            "the server to connect to has no proper host name or port",
            "write a name of letters, digits, dots and hyphens (xn--… for others) or an address, and a port from 1 on"
        );
    auto found = co_await resolve(where, threads, to.host, until);
    if (!found && found.error().code == condition::timeout)
        co_return fail(
            condition::timeout,
            fmt::format("the host name {} was not resolved in time", to.host),
            "check the name server of this machine"
        );
    if (!found)
        co_return fail(std::move(found).error());
    result<open_socket> last = fail(
        condition::not_found,
        fmt::format("the host name {} could not be resolved: {}", to.host, found->reason),
        "check its spelling and the DNS of this machine"
    );
    const auto& addresses = found->addresses;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        // An address that swallows packets must leave time for the next ones.
        const auto share = until.remaining() / static_cast<int>(addresses.size() - i);
        last = co_await connect_to(where, to, addresses[i], until.capped(share));
        if (last || last.error().code == condition::cancelled || until.expired())
            break;
    }
    co_return last;
}

} // namespace basekeeper::net
