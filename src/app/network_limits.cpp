// Limits that follow from others.
#include "app/network_limits.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace basekeeper::app {
namespace {

constexpr std::size_t connections_besides_streams = 1'024; // each stream keeps one; these are for requests
constexpr std::size_t reserved_descriptors = 256;          // for databases, the state folder, other servers
constexpr std::size_t smallest_share = 16;                 // of one address, however few connections there are
constexpr std::size_t bodies_at_once = 4;                  // of the longest ones; of usual ones there is room for many

/// An answer holds its content as JSON and, for older clients, as text of that JSON, in which every quote is escaped.
std::size_t longest_answer(std::size_t longest_result)
{
    constexpr std::size_t envelope = std::size_t{64} << 10U;
    return 3 * longest_result + envelope;
}

} // namespace

network_limits network_limits_from(const config::http_settings& s, std::size_t longest_result, std::size_t descriptors)
{
    network_limits out;
    out.wanted_connections = *s.max_streams + connections_besides_streams;
    auto& server = out.server;
    server.most_connections =
        std::min(out.wanted_connections, descriptors - std::min(reserved_descriptors, descriptors / 2));
    server.most_connections_per_address = std::max(server.most_connections / 4, smallest_share);
    server.most_body_bytes = *s.max_body_bytes;
    server.most_receiving_bytes = std::max(server.most_receiving_bytes, bodies_at_once * server.most_body_bytes);
    // What may wait anyway, and one answer more.
    server.most_queued_bytes += longest_answer(longest_result);
    out.websocket.most_queued_bytes += longest_answer(longest_result);
    out.websocket.longest_message = *s.max_body_bytes;
    return out;
}

std::size_t raise_descriptor_limit()
{
    rlimit now{};
    if (::getrlimit(RLIMIT_NOFILE, &now) != 0)
        return connections_besides_streams;
    const rlimit raised{now.rlim_max, now.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0)
        now = raised;
    return now.rlim_cur;
}

} // namespace basekeeper::app
