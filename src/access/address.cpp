// Reading IP addresses by the C library.
#include "access/address.hpp"

#include "base/text.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace basekeeper::access {
namespace {

constexpr std::size_t prefix_bytes = 8;
constexpr std::string_view prefix_text = "/64";

std::string text_of(int family, const void* address)
{
    std::array<char, INET6_ADDRSTRLEN> out{};
    return ::inet_ntop(family, address, out.data(), out.size()) == nullptr ? std::string() : std::string(out.data());
}

std::optional<std::string> ipv4(const std::string& text)
{
    in_addr address{};
    if (::inet_pton(AF_INET, text.c_str(), &address) != 1)
        return std::nullopt;
    return text_of(AF_INET, &address);
}

std::optional<std::string> ipv6(const std::string& text)
{
    in6_addr address{};
    if (::inet_pton(AF_INET6, text.c_str(), &address) != 1)
        return std::nullopt;
    if (IN6_IS_ADDR_V4MAPPED(&address))
        return text_of(AF_INET, &address.s6_addr[12]);
    if (IN6_IS_ADDR_LOOPBACK(&address))
        return "::1";
    std::fill(std::begin(address.s6_addr) + prefix_bytes, std::end(address.s6_addr), std::uint8_t{0});
    return text_of(AF_INET6, &address) + std::string(prefix_text);
}

std::optional<std::string> read(std::string_view ip)
{
    const std::string text(ip.substr(0, ip.find('%')));
    auto found = ipv4(text);
    return found ? found : ipv6(text);
}

} // namespace

std::string address_of(std::string_view ip)
{
    auto found = read(ip);
    return found ? *std::move(found) : std::string(ip);
}

result<std::string> parse_address(std::string_view text)
{
    const auto ip = text.ends_with(prefix_text) ? text.substr(0, text.size() - prefix_text.size()) : text;
    auto found = read(ip);
    if (!found || (ip.size() != text.size() && !found->ends_with(prefix_text)))
        return fail(
            condition::invalid_argument,
            fmt::format("\"{}\" is not an address", utf8_prefix(text, 60)),
            "write an IPv4 address, or an IPv6 address, which stands for its /64"
        );
    return *std::move(found);
}

} // namespace basekeeper::access
