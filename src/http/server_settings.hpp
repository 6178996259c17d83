// The limits of an HTTP server: what it reads, keeps and waits for.
#pragma once

#include <chrono>
#include <cstddef>

namespace basekeeper::http {

/// Bounds per server, connection and stream. None of them is optional: what has no bound can be used against us.
struct server_settings
{
    std::size_t most_connections = 4'096;                      ///< more are answered 503 and closed
    std::size_t most_connections_per_address = 1'024;          ///< the same; a Unix socket has no address
    std::size_t most_head_bytes = std::size_t{32} << 10U;      ///< request line and header fields; more: 431
    std::size_t most_header_fields = 100;                      ///< more: 431
    std::size_t most_body_bytes = std::size_t{8} << 20U;       ///< more: 413
    std::size_t most_receiving_bytes = std::size_t{64} << 20U; ///< of all bodies that are not complete; more: 503
    std::size_t most_queued_bytes = std::size_t{8}
                                    << 20U; ///< of one stream; a client that lets more pile up is dropped
    std::size_t most_early_bytes = std::size_t{64} << 10U;   ///< read ahead while a request is being answered
    std::size_t most_drained_bytes = std::size_t{64} << 10U; ///< of a refused body, to keep the connection usable

    std::chrono::milliseconds handshake_time = std::chrono::seconds{10};
    std::chrono::milliseconds head_time = std::chrono::seconds{15};  ///< from its first byte; later: 408
    std::chrono::milliseconds body_time = std::chrono::seconds{60};  ///< for all of it; later: 408
    std::chrono::milliseconds idle_time = std::chrono::seconds{75};  ///< between two requests
    std::chrono::milliseconds write_time = std::chrono::seconds{30}; ///< without a byte taken: the client is dropped

    std::chrono::milliseconds websocket_ping_time =
        std::chrono::seconds{30}; ///< silence before a ping, and before giving up
    std::chrono::milliseconds websocket_close_time = std::chrono::seconds{5}; ///< for the answer to our close
};

} // namespace basekeeper::http
