// An HTTP/1.1 server: takes connections and has their requests answered, until it is drained.
#pragma once

#include "http/exchange.hpp"
#include "http/server_settings.hpp"
#include "io/deadline.hpp"
#include "log/logger.hpp"
#include "net/endpoint.hpp"
#include "net/tls_context.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace basekeeper::http {

/// What has happened since the start.
struct server_counts
{
    std::size_t connections = 0;   ///< open now
    std::uint64_t accepted = 0;    ///< connections taken
    std::uint64_t turned_away = 0; ///< answered 503: too many were open, or too much was on its way
    std::uint64_t too_large = 0;   ///< requests refused for the size of their head or body
};

/// Whom the connections of an address count for, such as its network; empty: nobody, there may be any number.
using address_group = std::function<std::string(std::string_view ip)>;

/// Lives on the I/O thread. `drain` must have returned before it is destroyed.
class server
{
public:
    /// `admit` may be empty. The log must outlive the server.
    server(io::executor where, server_settings limits, handler answer, gate admit, log::logger& log);
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// Without this, each address stands for itself. Before `listen`.
    void group_addresses(address_group how);

    /// Opens the place and begins to serve; may be called for several places. Returns where, with the port the kernel
    /// chose. Fails as `net::listener::open` does.
    result<net::endpoint> listen(const net::endpoint& at, std::shared_ptr<net::tls_context> tls = nullptr);

    /// Takes no more connections, closes idle ones, tells handlers (`exchange::on_drain`) and waits for them. Fails
    /// with timeout when some were still busy at the deadline; those are then cut off, and nothing runs any more.
    io::task<result<>> drain(io::deadline until);

    server_counts counts() const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace basekeeper::http
