// Both families as the sixteen bytes of IPv6.
#include "config/address_range.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace basekeeper::config {
namespace {

constexpr unsigned all_bits = 128;
constexpr unsigned mapped_bits = 96; // ::ffff:0:0/96 stands before an IPv4 address
constexpr std::size_t mapped_bytes = mapped_bits / 8;

std::optional<unsigned> read_bits(std::string_view text, unsigned most)
{
    unsigned bits = 0;
    const auto* const end = text.data() + text.size();
    const auto [stopped, failed] = std::from_chars(text.data(), end, bits);
    if (failed != std::errc{} || stopped != end || bits == 0 || bits > most || text.starts_with('0'))
        return std::nullopt;
    return bits;
}

} // namespace

std::optional<address_range::bytes> address_range::read_address(std::string_view text)
{
    if (text.contains('\0'))
        return std::nullopt;
    const std::string ended(text); // the C library wants an end
    bytes out{};
    if (in_addr v4{}; ::inet_pton(AF_INET, ended.c_str(), &v4) == 1) {
        std::fill_n(out.begin() + mapped_bytes - 2, 2, std::uint8_t{0xff});
        std::copy_n(reinterpret_cast<const std::uint8_t*>(&v4), sizeof v4, out.begin() + mapped_bytes);
        return out;
    }
    if (in6_addr v6{}; ::inet_pton(AF_INET6, ended.c_str(), &v6) == 1) {
        std::copy(std::begin(v6.s6_addr), std::end(v6.s6_addr), out.begin());
        return out;
    }
    return std::nullopt;
}

std::optional<address_range> address_range::read(std::string_view text)
{
    const auto slash = text.find('/');
    const auto first = read_address(text.substr(0, slash));
    if (!first)
        return std::nullopt;
    address_range out;
    out.first_ = *first;
    if (slash == std::string_view::npos)
        return out;
    const bool is_v4 = text.find(':') == std::string_view::npos;
    const auto bits = read_bits(text.substr(slash + 1), is_v4 ? all_bits - mapped_bits : all_bits);
    if (!bits)
        return std::nullopt;
    out.prefix_ = is_v4 ? mapped_bits + *bits : *bits;
    return out;
}

bool address_range::contains(std::string_view ip) const
{
    const auto asked = read_address(ip);
    if (!asked)
        return false;
    const std::size_t whole = prefix_ / 8;
    if (!std::equal(asked->begin(), asked->begin() + static_cast<std::ptrdiff_t>(whole), first_.begin()))
        return false;
    const unsigned rest = prefix_ % 8;
    return rest == 0 || ((asked->at(whole) ^ first_.at(whole)) >> (8U - rest)) == 0;
}

bool is_ip_address(std::string_view text)
{
    return !text.contains('/') && address_range::read(text).has_value();
}

} // namespace basekeeper::config
