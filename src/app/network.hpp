// Serving over the network: the way in, built from the configuration and wired once.
#pragma once

#include "app/services.hpp"
#include "mcp/server.hpp"
#include "net/endpoint.hpp"

#include <memory>
#include <string>

namespace basekeeper::app {

/// Everything between the sockets and the protocol. Lives on the I/O thread; `stop` must return before it is destroyed.
class network
{
public:
    /// Checks the configuration and opens what it names, but listens to nothing yet. Denied when others could connect
    /// and nobody would ask who they are; otherwise the errors of certificates, key sets and the store.
    /// @param at  where it will listen
    static result<std::unique_ptr<network>> build(services& with, mcp::server& of, net::endpoint at);

    ~network();
    network(const network&) = delete;
    network& operator=(const network&) = delete;

    /// Begins to serve. Returns the URL of the MCP endpoint, or why the place cannot be used or the list of blocked
    /// addresses not be read.
    io::task<result<std::string>> start();

    /// Reads the certificate again; without TLS there is nothing to do.
    result<> reload();

    /// Takes no new connections, lets what runs finish until then, and ends.
    io::task<> stop(io::deadline until);

private:
    struct parts;
    explicit network(std::unique_ptr<parts> built);
    std::unique_ptr<parts> parts_;
};

} // namespace basekeeper::app
