// The conversation over a WebSocket: like standard input and output, with frames in place of lines.
#include "transports/http/endpoint.hpp"

#include <utility>

namespace basekeeper::transports {
namespace {

constexpr unsigned going_away = 1'001;

/// Sends each message as one frame. The connection closes itself when the client reads too slowly, and once the server
/// stops and everything that ran is answered.
class frame_outbox final : public mcp::outbox
{
public:
    frame_outbox(http::websocket& to, std::size_t most_queued) : to_(to), most_queued_(most_queued) {}

    void send(std::string message, mcp::message_traits) override
    {
        to_.send(std::move(message));
        close_when_done();
    }

    void withdrawn() override { close_when_done(); }

    /// The server stops: `talk`, whose messages go here, is closed with its last answer.
    void end_with(const mcp::session& talk)
    {
        ending_ = &talk;
        close_when_done();
    }

    bool is_full() const override { return to_.queued() > most_queued_; }

private:
    void close_when_done()
    {
        if (ending_ != nullptr && ending_->running() == 0)
            to_.close(going_away, "the server is stopping");
    }

    http::websocket& to_;
    std::size_t most_queued_;
    const mcp::session* ending_ = nullptr;
};

} // namespace

io::task<> endpoint::serve_websocket(http::exchange& with, mcp::caller who)
{
    auto accepted = co_await with.accept_websocket(settings_.websocket);
    if (!accepted)
        co_return; // answered already
    const auto connection = *std::move(accepted);
    const running_count counted(websockets_);
    frame_outbox out(*connection, settings_.answers.most_queued_bytes);
    mcp::session talk(server_, std::move(who), out, where_);
    with.on_drain([&] {
        talk.wind_up();
        out.end_with(talk);
    });
    while (const auto message = co_await connection->receive())
        talk.receive(*message);
    static_cast<void>(co_await talk.close(io::deadline::never()));
}

} // namespace basekeeper::transports
