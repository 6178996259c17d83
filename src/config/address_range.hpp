// Addresses as they are configured: one, or a network of them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace basekeeper::config {

/// `10.1.2.3`, `10.0.0.0/8`, `2001:db8::/32`. IPv4 and the same mapped into IPv6 are one.
class address_range
{
public:
    /// Strict: nothing for names, ports, zones, brackets and networks that hold everything.
    static std::optional<address_range> read(std::string_view text);

    /// False for what is no address.
    bool contains(std::string_view ip) const;

private:
    using bytes = std::array<std::uint8_t, 16>;

    static std::optional<bytes> read_address(std::string_view text);

    bytes first_{};
    unsigned prefix_ = 128; ///< bits that are the same
};

/// True for the text of an IPv4 or IPv6 address and nothing around it.
bool is_ip_address(std::string_view text);

} // namespace basekeeper::config
