// What a host may consist of, and reading it together with its port.
#include "net/host_and_port.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>

namespace basekeeper::net {
namespace {

constexpr std::size_t longest_name = 253; // RFC 1035 section 3.1, as text

bool is_name_character(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
           c == '_';
}

} // namespace

std::string host_and_port::to_string() const
{
    return host.contains(':') ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

bool is_ip_address(const std::string& host)
{
    in_addr v4{};
    in6_addr v6{};
    return ::inet_pton(AF_INET, host.c_str(), &v4) == 1 || ::inet_pton(AF_INET6, host.c_str(), &v6) == 1;
}

bool is_host(std::string_view text)
{
    if (text.empty() || text.size() > longest_name)
        return false;
    if (text.contains(':'))
        return !text.contains('\0') && is_ip_address(std::string(text));
    return !text.starts_with('-') && !text.starts_with('.') && std::ranges::all_of(text, is_name_character);
}

bool is_loopback_host(const std::string& host)
{
    in_addr v4{};
    in6_addr v6{};
    if (::inet_pton(AF_INET, host.c_str(), &v4) == 1)
        return ntohl(v4.s_addr) >> 24U == 127;
    if (::inet_pton(AF_INET6, host.c_str(), &v6) == 1)
        return IN6_IS_ADDR_LOOPBACK(&v6);
    return host == "localhost" || host.ends_with(".localhost");
}

result<host_and_port> parse_host_and_port(std::string_view text)
{
    const auto colon = text.rfind(':');
    const auto unreadable = fail(
        condition::invalid_argument,
        "the address of a server is not HOST:PORT",
        "write it as 203.0.113.7:443, [2001:db8::7]:443 or server.example:443"
    );
    if (colon == std::string_view::npos)
        return unreadable;
    auto host = text.substr(0, colon);
    const auto digits = text.substr(colon + 1);
    const bool bracketed = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
    if (bracketed)
        host = host.substr(1, host.size() - 2);
    unsigned port = 0;
    const auto read = std::from_chars(digits.begin(), digits.end(), port);
    if (read.ec != std::errc() || read.ptr != digits.end() || port == 0 || port > 65'535 || !is_host(host) ||
        bracketed != host.contains(':'))
        return unreadable;
    return host_and_port{std::string(host), static_cast<std::uint16_t>(port)};
}

} // namespace basekeeper::net
