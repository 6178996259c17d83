// The conversation over a WebSocket: like standard input and output, with frames in place of lines.
#include "transports/http/endpoint.hpp"

#include <utility>

namespace basekeeper::transports {
namespace {

constexpr unsigned going_away = 1'001;

/// Sends each message as one frame. The connection closes itself when the client reads too slowly.
class frame_outbox final : public mcp::outbox
{
public:
    frame_outbox(http::websocket& to, std::size_t most_queued) : to_(to), most_queued_(most_queued) {}

    void send(std::string message, mcp::message_traits) override { to_.send(std::move(message)); }

    bool is_full() const override { return to_.queued() > most_queued_; }

private:
    http::websocket& to_;
    std::size_t most_queued_;
};

} // namespace

io::task<> endpoint::serve_websocket(http::exchange& with, mcp::caller who)
{
    auto accepted = co_await with.accept_websocket(settings_.websocket);
    if (!accepted)
        co_return; // answered already
    const auto connection = *std::move(accepted);
    ++websockets_;
    frame_outbox out(*connection, settings_.answers.most_queued_bytes);
    mcp::session talk(server_, std::move(who), out, where_);
    with.on_drain([&] {
        talk.wind_up();
        connection->close(going_away, "the server is stopping");
    });
    while (const auto message = co_await connection->receive())
        talk.receive(*message);
    static_cast<void>(co_await talk.close(io::deadline::never()));
    --websockets_;
}

} // namespace basekeeper::transports
