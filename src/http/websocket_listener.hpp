// A WebSocket as a client that only listens: opened with fields of its own, messages out, pings answered.
#pragma once

#include "http/client.hpp"
#include "io/runtime.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace basekeeper::http {

struct websocket_target
{
    std::string url; ///< http or https, as of other requests to the same server
    std::vector<secret_header> secrets{};
    std::filesystem::path certificates{};                ///< as client_settings::certificates
    std::string pin{};                                   ///< as client_request::pin
    std::size_t longest_message = std::size_t{1} << 20U; ///< longer ones end it
};

/// Lives on the I/O thread; one coroutine at a time. Closed with the object.
class websocket_listener
{
public:
    /// Opens it (RFC 6455 section 4.1). Fails with invalid_argument (URL), denied (certificate, 401 and 403), not_found
    /// (404, name), unavailable, timeout, cancelled.
    static io::task<result<websocket_listener>>
    open(io::executor where, io::offload_pool& threads, websocket_target to, io::deadline until);

    ~websocket_listener();
    websocket_listener(websocket_listener&&) noexcept;
    websocket_listener& operator=(websocket_listener&&) noexcept;

    /// The next text message; nothing when the other side has closed it in order. Fails with denied when it was closed
    /// with 4003 and with invalid_argument for other codes from 4000 on, the reason in `server_text`; with timeout,
    /// which leaves it usable, unavailable or cancelled.
    io::task<result<std::optional<std::string>>> receive(io::deadline until);

private:
    struct state;
    explicit websocket_listener(std::unique_ptr<state> opened);
    std::unique_ptr<state> state_;
};

} // namespace basekeeper::http
