// The conversation over a WebSocket: like standard input and output, with frames in place of lines.
#include "transports/http/endpoint.hpp"

#include <utility>

namespace basekeeper::transports {
namespace {

constexpr unsigned going_away = 1'001;
constexpr unsigned policy_violation = 1'008;
constexpr unsigned try_again_later = 1'013;

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

/// The id of the request that a message is, as JSON text; empty when there is nothing to answer.
std::string request_id(std::string_view message, json::read_limits limits)
{
    const auto document = mcp::read_document(message, limits);
    const auto* object = document ? document->if_object() : nullptr;
    const auto* id = object != nullptr && object->contains("method") ? object->if_contains("id") : nullptr;
    return id == nullptr ? std::string() : mcp::id_text(*id);
}

/// Tells the client that this message was not heard, by an answer where it can have one.
void turn_down(http::websocket& to, const std::string& id, const std::string& why)
{
    if (id.empty())
        to.close(try_again_later, why);
    else
        to.send(mcp::error_response(id, {mcp::rpc_code::invalid_request, why}));
}

} // namespace

io::task<> endpoint::serve_websocket(http::exchange& with, mcp::caller who, speaker_check still)
{
    const auto mine = streams_.take(who.who);
    if (winding_up_ || !mine)
        co_return turn_away(with, mine ? places::lack::room : mine.error(), "streams");
    auto accepted = co_await with.accept_websocket(settings_.websocket);
    if (!accepted)
        co_return; // answered already
    const auto connection = *std::move(accepted);
    ++websockets_;
    frame_outbox out(*connection, settings_.answers.most_queued_bytes);
    mcp::session talk(server_, std::move(who), out, where_);
    with.on_drain([&] {
        talk.wind_up();
        out.end_with(talk);
    });
    while (const auto message = co_await connection->receive()) {
        auto speaker = co_await still();
        if (!speaker && speaker.error().what == objection::then::leave) {
            connection->close(policy_violation, speaker.error().message);
            break;
        }
        if (!speaker) {
            turn_down(*connection, request_id(*message, server_.settings().message_limits), speaker.error().message);
            continue;
        }
        if (speaker->rights != talk.who().rights)
            talk.renew(*std::move(speaker));
        talk.receive(*message);
    }
    --websockets_;
    static_cast<void>(co_await talk.close(io::deadline::never()));
}

} // namespace basekeeper::transports
