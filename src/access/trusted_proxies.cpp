// From the last hop to the first: each is what the one after it saw, so it is believed as long as that one is.
#include "access/trusted_proxies.hpp"

#include <algorithm>

namespace basekeeper::access {
namespace {

constexpr std::string_view unix_socket = "unix";

std::string_view trimmed(std::string_view s)
{
    const auto first = s.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return s.substr(first, s.find_last_not_of(" \t") - first + 1);
}

} // namespace

trusted_proxies::trusted_proxies(const std::vector<std::string>& listed)
    : unix_sockets_(std::ranges::find(listed, unix_socket) != listed.end())
{
    for (const auto& text : listed)
        if (const auto range = config::address_range::read(text))
            ranges_.push_back(*range);
}

bool trusted_proxies::trusts(std::string_view ip) const
{
    return std::ranges::any_of(ranges_, [ip](const auto& range) { return range.contains(ip); });
}

std::string trusted_proxies::client_of(std::string_view peer, std::string_view forwarded_for) const
{
    if (!(peer.empty() ? unix_sockets_ : trusts(peer)))
        return std::string(peer);
    while (!forwarded_for.empty()) {
        const auto comma = forwarded_for.rfind(',');
        const auto hop = trimmed(comma == std::string_view::npos ? forwarded_for : forwarded_for.substr(comma + 1));
        if (!config::is_ip_address(hop))
            return {};
        if (!trusts(hop))
            return std::string(hop);
        forwarded_for = forwarded_for.substr(0, comma == std::string_view::npos ? 0 : comma);
    }
    return {};
}

} // namespace basekeeper::access
