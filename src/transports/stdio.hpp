// MCP over standard input and output, or any other pair of descriptors: one JSON object per line.
#pragma once

#include "io/nursery.hpp"
#include "mcp/server.hpp"
#include "mcp/session.hpp"
#include "transports/line_framer.hpp"
#include "transports/line_outbox.hpp"

#include <chrono>
#include <cstddef>

namespace basekeeper::transports {

struct stdio_settings
{
    int input = 0;                                         ///< read, not closed
    int output = 1;                                        ///< written, not closed; nothing else may write to it
    std::size_t longest_line = std::size_t{4} << 20U;      ///< longer ones are skipped and answered with a parse error
    std::size_t most_queued_bytes = std::size_t{8} << 20U; ///< no request is read while more waits to be written
    std::chrono::milliseconds grace{5'000};                ///< for running requests after the end of the input
    std::chrono::milliseconds winding_up{2'000}; ///< for what was cancelled to end, and for the last answers to be read
};

/// Serves one client. Pipes and sockets are made non-blocking meanwhile and put back afterwards. SIGPIPE is ignored
/// from then on: a client that went away is an error value.
class stdio_server
{
public:
    /// `server` must outlive this.
    stdio_server(mcp::server& of, mcp::principal who, io::executor where, stdio_settings settings = {});
    ~stdio_server();

    /// Reads until the end of the input, `stop()`, or the loss of the client; finishes what runs, within the grace;
    /// writes everything that is answered. Returns the exit code: 0.
    io::task<int> serve();

    /// Ends the reading as if the input had ended, with no grace for what runs. For signals.
    void stop();

private:
    class nonblocking;

    io::task<> read_requests();
    io::task<bool> take_lines();
    void take(const line& one);

    stdio_settings settings_;
    line_framer framer_;
    io::descriptor input_;
    line_outbox outbox_;
    mcp::session session_;
    io::nursery writers_;
    bool stopped_ = false;
};

/// Serves one client over standard input and output until its end.
io::task<int> serve_stdio(mcp::server& of, mcp::principal who, stdio_settings settings = {});

} // namespace basekeeper::transports
