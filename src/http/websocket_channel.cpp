// Receiving, sending and closing on a WebSocket.
#include "http/websocket_channel.hpp"

#include "base/text.hpp"
#include "http/connection.hpp"

namespace basekeeper::http {

namespace {

constexpr std::size_t frames_per_turn = 256; // then others run, however many have come at once

class channel_handle final : public websocket
{
public:
    explicit channel_handle(websocket_channel& of) : of_(of) {}

    io::task<std::optional<std::string>> receive() override { return of_.receive(); }

    bool send(std::string text) override { return of_.send(std::move(text)); }

    std::size_t queued() const override { return of_.queued(); }

    void close(unsigned code, std::string_view reason) override { of_.close(code, reason); }

private:
    websocket_channel& of_;
};

} // namespace

websocket_channel::websocket_channel(connection& on, websocket_settings limits) : on_(on), limits_(std::move(limits)) {}

std::unique_ptr<websocket> websocket_channel::handle()
{
    return std::make_unique<channel_handle>(*this);
}

io::task<std::optional<std::string>> websocket_channel::receive()
{
    while (!over_) {
        auto frame = read_frame(on_.in().view(), limits_.longest_message - message_.size());
        if (!frame) {
            violate(frame.error());
            break;
        }
        if (!*frame) {
            if (!co_await wait_for_bytes())
                break;
            continue;
        }
        on_.in().consume((*frame)->size);
        if (++frames_ % frames_per_turn == 0) {
            co_await io::yield();
            if (co_await io::was_cancelled())
                break;
        }
        const auto then = take(**std::move(frame));
        if (then == after_frame::closed)
            break;
        if (then == after_frame::message_complete) {
            on_.watch();
            co_return std::exchange(message_, {});
        }
    }
    co_return std::nullopt;
}

io::task<bool> websocket_channel::wait_for_bytes()
{
    const auto silence = on_.all().limits.websocket_ping_time;
    const auto got = co_await on_.fill(close_sent_ ? close_until_ : io::deadline::after(silence));
    if (got == filled::more) {
        awaiting_pong_ = false;
        co_return true;
    }
    if (got == filled::cancelled)
        co_return false;
    if (got == filled::ended || close_sent_ || awaiting_pong_) {
        over_ = true;
        if (got == filled::timeout)
            on_.drop(); // a client that does not even answer a ping is not there
        co_return false;
    }
    awaiting_pong_ = true;
    send_control(opcode::ping, {});
    co_return true;
}

websocket_channel::after_frame websocket_channel::take(websocket_frame frame)
{
    switch (frame.kind) {
    case opcode::ping:
        // Who lets so much pile up gets no more pongs: RFC 6455 section 5.5.3 does not ask for one each.
        if (!close_sent_ && queued() + frame.size <= limits_.most_queued_bytes)
            send_control(opcode::pong, frame.payload);
        return after_frame::go_on;
    case opcode::pong:
        return after_frame::go_on;
    case opcode::close:
        return take_close(frame);
    case opcode::binary:
        return violate(in_message_ ? close_code::protocol_error : close_code::unsupported_data);
    case opcode::text:
    case opcode::continuation:
        return take_data(std::move(frame));
    }
    return violate(close_code::protocol_error);
}

websocket_channel::after_frame websocket_channel::take_data(websocket_frame frame)
{
    if (in_message_ != (frame.kind == opcode::continuation))
        return violate(close_code::protocol_error);
    if (close_sent_)
        frame.payload.clear(); // nobody waits for it
    if (message_.empty())
        message_ = std::move(frame.payload);
    else
        message_ += frame.payload;
    in_message_ = !frame.final;
    if (!frame.final || close_sent_)
        return after_frame::go_on;
    if (!is_utf8(message_))
        return violate(close_code::invalid_payload);
    return after_frame::message_complete;
}

websocket_channel::after_frame websocket_channel::take_close(const websocket_frame& frame)
{
    over_ = true;
    const auto code = read_close(frame.payload);
    if (!close_sent_)
        close(code.has_value() ? *code : code.error(), {});
    return after_frame::closed;
}

websocket_channel::after_frame websocket_channel::violate(unsigned code)
{
    close(code, {});
    over_ = true;
    violated_ = true;
    return after_frame::closed;
}

bool websocket_channel::send(std::string text)
{
    if (close_sent_ || over_ || on_.gone())
        return false;
    auto& out = on_.out();
    if (out.queued() + text.size() > limits_.most_queued_bytes) {
        close(close_code::try_again_later, "messages are not taken fast enough");
        return false;
    }
    out.append(frame_head(opcode::text, text.size()));
    out.append(std::move(text));
    out.flush_soon();
    return true;
}

std::size_t websocket_channel::queued() const
{
    return on_.out().queued();
}

void websocket_channel::send_control(opcode kind, std::string_view payload)
{
    on_.out().append(frame_head(kind, payload.size()) + std::string(payload));
    on_.out().flush_soon();
}

void websocket_channel::close(unsigned code, std::string_view reason)
{
    if (std::exchange(close_sent_, true))
        return;
    close_until_ = io::deadline::after(on_.all().limits.websocket_close_time);
    send_control(opcode::close, code == close_code::no_code ? std::string() : close_payload(code, reason));
}

io::task<> websocket_channel::conclude(unsigned code)
{
    close(on_.draining() && code == close_code::normal ? close_code::going_away : code, {});
    co_await on_.out().emptied();
    while (!over_ && !on_.out().broken())
        static_cast<void>(co_await receive());
    if (violated_)
        co_await on_.linger(); // a client in error may still be sending
}

} // namespace basekeeper::http
