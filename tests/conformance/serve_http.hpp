// The fixtures over Streamable HTTP.
#pragma once

#include "io/task.hpp"
#include "mcp/server.hpp"

#include <string>

namespace basekeeper::conformance {

/// Serves clients on `address` (`127.0.0.1:0`: any free port) until SIGTERM or SIGINT. Prints the URL of the endpoint
/// as the first line of standard output. Returns the exit code.
io::task<int> serve_http(mcp::server& of, std::string address);

} // namespace basekeeper::conformance
