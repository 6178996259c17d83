// A WebSocket on a connection: messages out of frames, keep-alive, closing handshake.
#pragma once

#include "http/exchange.hpp"
#include "http/websocket_frame.hpp"
#include "io/deadline.hpp"

#include <memory>
#include <optional>
#include <string>

namespace basekeeper::http {

class connection;

/// Owned by the exchange; the handler holds a handle to it.
class websocket_channel
{
public:
    websocket_channel(connection& on, websocket_settings limits);

    /// What the handler gets. Valid as long as the channel.
    std::unique_ptr<websocket> handle();

    io::task<std::optional<std::string>> receive();
    bool send(std::string text);
    std::size_t queued() const;
    void close(unsigned code, std::string_view reason);

    /// After the handler: says goodbye and waits a little for the answer.
    io::task<> conclude(unsigned code);

private:
    enum class after_frame
    {
        go_on,
        message_complete,
        closed
    };

    io::task<bool> wait_for_bytes();
    after_frame take(websocket_frame frame);
    after_frame take_data(websocket_frame frame);
    after_frame take_close(const websocket_frame& frame);
    after_frame violate(unsigned code);
    void send_control(opcode kind, std::string_view payload);

    connection& on_;
    websocket_settings limits_;
    std::string message_; ///< what has arrived of the current one
    std::size_t frames_ = 0;
    bool in_message_ = false;
    bool close_sent_ = false;
    bool over_ = false;     ///< nothing more is read: closed by the other side, gone, or in error
    bool violated_ = false; ///< the other side broke the protocol or a limit
    bool awaiting_pong_ = false;
    io::deadline close_until_ = io::deadline::never(); ///< set when our close is sent
};

} // namespace basekeeper::http
