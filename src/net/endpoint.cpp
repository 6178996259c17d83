// Reads and writes endpoints; addresses are judged by the operating system's own parser.
#include "net/endpoint.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/un.h>

#include <charconv>

namespace basekeeper::net {

namespace {

constexpr std::string_view unix_prefix = "unix:";

enum class family
{
    none,
    v4,
    v6
};

family family_of(const std::string& host)
{
    in6_addr ignored{};
    if (::inet_pton(AF_INET, host.c_str(), &ignored) == 1)
        return family::v4;
    return ::inet_pton(AF_INET6, host.c_str(), &ignored) == 1 ? family::v6 : family::none;
}

std::unexpected<error> refuse(std::string_view text, std::string_view why)
{
    return fail(
        condition::invalid_argument,
        fmt::format("cannot listen on '{}': {}", text, why),
        "write address:port as in 127.0.0.1:8420 or [::1]:8420, or unix:/path/of/a.sock"
    );
}

result<endpoint> parse_unix(std::string_view text)
{
    const auto path = text.substr(unix_prefix.size());
    if (!path.starts_with('/'))
        return refuse(text, "the path of the socket is not absolute");
    if (path.size() >= sizeof(sockaddr_un::sun_path))
        return refuse(text, "the path of the socket is longer than 107 bytes");
    if (path.contains('\0'))
        return refuse(text, "the path of the socket holds a zero byte");
    return endpoint{.host = {}, .port = 0, .path = std::string(path)};
}

} // namespace

bool endpoint::is_loopback() const
{
    if (is_unix_socket() || host == "localhost")
        return true;
    in_addr v4{};
    if (::inet_pton(AF_INET, host.c_str(), &v4) == 1)
        return ntohl(v4.s_addr) >> 24U == 127;
    in6_addr v6{};
    return ::inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6) != 0;
}

std::string endpoint::to_string() const
{
    if (is_unix_socket())
        return std::string(unix_prefix) + path;
    return host.contains(':') ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

result<endpoint> parse_endpoint(std::string_view text)
{
    if (text.starts_with(unix_prefix))
        return parse_unix(text);
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return refuse(text, "it has no port");
    const auto digits = text.substr(colon + 1);
    endpoint out;
    const auto [stopped, failed] = std::from_chars(digits.begin(), digits.end(), out.port);
    if (failed != std::errc() || stopped != digits.end())
        return refuse(text, "the port is not a number from 0 to 65535");
    auto host = text.substr(0, colon);
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    if (bracketed)
        host = host.substr(1, host.size() - 2);
    out.host = std::string(host);
    if (!bracketed && out.host == "localhost")
        return out;
    if (out.host.contains('\0') || family_of(out.host) != (bracketed ? family::v6 : family::v4))
        return refuse(text, "the host is not an address (IPv6 in brackets) or localhost");
    return out;
}

} // namespace basekeeper::net
