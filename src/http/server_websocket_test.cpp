// WebSockets: the handshake, messages in frames, keep-alive and every way to close.
#include "http/test_rig.hpp"
#include "http/websocket_frame.hpp"

#include <algorithm>

namespace basekeeper::http {
namespace {

using namespace test_rig;
using namespace std::string_literals;

/// A frame as a client sends it.
std::string frame(unsigned first, const std::string& payload)
{
    const std::string mask = "\x12\x34\x56\x78";
    auto out = frame_head(opcode::text, payload.size());
    out[0] = static_cast<char>(first);
    out[1] = static_cast<char>(static_cast<unsigned char>(out[1]) | 0x80U);
    out += mask;
    for (std::size_t i = 0; i < payload.size(); ++i)
        out += static_cast<char>(payload[i] ^ mask[i % 4]);
    return out;
}

std::string text(const std::string& payload)
{
    return frame(0x81, payload);
}

/// A frame as a server sends it.
std::string sent(opcode kind, const std::string& payload)
{
    return frame_head(kind, payload.size()) + payload;
}

std::string closing(unsigned code)
{
    return sent(opcode::close, close_payload(code, ""));
}

const std::string upgrade =
    get("/ws",
        "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: other, mcp\r\n");

/// Sends every message back; `bye` closes with 4000.
io::task<> echoes(request /*asked*/, exchange& with)
{
    auto opened = co_await with.accept_websocket({.longest_message = 1'000, .subprotocol = "mcp"});
    if (!opened) {
        EXPECT_EQ(opened.error().code, condition::invalid_argument);
        co_return;
    }
    auto& ws = **opened;
    while (auto message = co_await ws.receive()) {
        if (*message == "bye")
            ws.close(4000, "as you wish");
        else
            EXPECT_TRUE(ws.send("<" + *message + ">"));
    }
    EXPECT_FALSE(ws.send("late"));
}

/// Upgrades, sends `bytes`, and expects exactly `answer`, then the end in order.
void conversation(const std::string& bytes, const std::string& answer, server_settings limits = {})
{
    test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<> {
        rig r(on, echoes, limits);
        {
            auto c = r.client();
            co_await c.send(upgrade + bytes);
            EXPECT_EQ(status_of(co_await c.read_until("\r\n\r\n")), 101);
            EXPECT_EQ(co_await c.rest(), answer);
            EXPECT_TRUE(c.ended_in_order());
        }
        co_await r.stop();
    });
}

const std::string bye_answer = sent(opcode::close, close_payload(4000, "as you wish"));
const std::string bye = text("bye") + frame(0x88, close_payload(4000, ""));

TEST(server_websocket, the_handshake_is_that_of_the_rfc)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        rig r(on, echoes);
        auto c = r.client();
        co_await c.send(upgrade);
        const auto head = co_await c.read_until("\r\n\r\n");
        EXPECT_TRUE(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n")) << head;
        EXPECT_NE(head.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), std::string::npos);
        EXPECT_NE(head.find("Upgrade: websocket\r\nConnection: Upgrade\r\n"), std::string::npos);
        EXPECT_NE(head.find("Sec-WebSocket-Protocol: mcp\r\n"), std::string::npos);
        EXPECT_EQ(head.find("Content-Length"), std::string::npos);
        co_await c.send(text("a") + frame(0x88, ""));
        EXPECT_EQ(co_await c.rest(), sent(opcode::text, "<a>") + sent(opcode::close, ""));
        co_await r.stop();
    });
}

TEST(server_websocket, what_is_no_valid_upgrade_is_refused)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        rig r(on, echoes);
        EXPECT_EQ(status_of(co_await r.ask(get("/"))), 426);
        const auto old =
            co_await r.ask(get("/", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\n"));
        EXPECT_EQ(status_of(old), 426);
        EXPECT_NE(old.find("Sec-WebSocket-Version: 13\r\n"), std::string::npos);
        const std::string version = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
        const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        EXPECT_EQ(status_of(co_await r.ask(get("/", "Connection: Upgrade\r\n" + version))), 400) << "no key";
        EXPECT_EQ(status_of(co_await r.ask(get("/", version + key))), 400) << "no Connection: Upgrade";
        EXPECT_EQ(
            status_of(co_await r.ask(get("/", "Connection: Upgrade\r\nSec-WebSocket-Key: YQ==\r\n" + version))), 400
        );
        co_await r.stop();
    });
}

TEST(server_websocket, messages_come_in_pieces_with_controls_between)
{
    conversation(
        frame(0x01, "a") + frame(0x89, "ping") + frame(0x00, "b") + frame(0x8a, "unasked") + frame(0x80, "c") +
            text("") + bye,
        sent(opcode::pong, "ping") + sent(opcode::text, "<abc>") + sent(opcode::text, "<>") + bye_answer
    );
}

TEST(server_websocket, a_character_may_be_cut_by_frames)
{
    conversation(frame(0x01, "\xc3") + frame(0x80, "\xa9") + bye, sent(opcode::text, "<é>") + bye_answer);
}

TEST(server_websocket, what_breaks_the_protocol_closes_with_its_code)
{
    conversation(frame(0x82, "binary"), closing(1003));
    conversation(text("\xff"), closing(1007));
    conversation(text(std::string(1'001, 'x')), closing(1009));
    conversation(frame(0x01, std::string(600, 'x')) + frame(0x80, std::string(401, 'x')), closing(1009));
    conversation(frame(0x80, "nothing to continue"), closing(1002));
    conversation(frame(0x01, "a") + text("not continued"), closing(1002));
    conversation("\x81\x01x", closing(1002));
    conversation(frame(0x88, "x"), closing(1002));
}

TEST(server_websocket, a_close_is_answered_with_its_code)
{
    conversation(frame(0x88, close_payload(1001, "")), closing(1001));
}

TEST(server_websocket, a_client_that_does_not_answer_our_close_is_left)
{
    conversation(text("bye"), bye_answer, {.websocket_close_time = 1ms});
}

TEST(server_websocket, a_silent_client_is_pinged_and_then_dropped)
{
    conversation("", sent(opcode::ping, ""), {.websocket_ping_time = 5ms});
}

TEST(server_websocket, a_client_that_answers_pings_stays)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        rig r(on, echoes, {.websocket_ping_time = 50ms});
        auto c = r.client();
        co_await c.send(upgrade);
        co_await c.read_until("\r\n\r\n");
        for (int i = 0; i < 3; ++i) {
            EXPECT_EQ(co_await c.read(2), sent(opcode::ping, ""));
            co_await c.send(frame(0x8a, ""));
        }
        co_await c.send(bye);
        EXPECT_EQ(co_await c.rest(), bye_answer);
        co_await r.stop();
    });
}

TEST(server_websocket, one_that_does_not_read_is_closed_at_the_bound)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        io::event refused(on.executor());
        const auto floods = [&](request /*asked*/, exchange& with) -> io::task<> {
            auto ws = co_await with.accept_websocket({.most_queued_bytes = 200'000});
            while ((*ws)->send(std::string(50'000, 'x'))) {
                EXPECT_LE((*ws)->queued(), 200'000U);
                co_await io::yield();
            }
            refused.set();
        };
        rig r(on, floods, {.websocket_close_time = 10ms});
        auto c = r.client(10'000);
        co_await c.send(upgrade);
        EXPECT_TRUE(co_await refused.wait(io::deadline::after(10s)));
        const auto all = co_await c.rest();
        EXPECT_TRUE(all.ends_with(sent(opcode::close, close_payload(1013, "messages are not taken fast enough"))));
        co_await r.stop();
    });
}

TEST(server_websocket, pongs_do_not_pile_up_for_one_that_does_not_read)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        std::size_t most_queued = 0;
        const auto counts = [&](request /*asked*/, exchange& with) -> io::task<> {
            const auto ws = co_await with.accept_websocket({.most_queued_bytes = 100'000});
            while (co_await (*ws)->receive())
                most_queued = std::max(most_queued, (*ws)->queued());
        };
        rig r(on, counts, {.websocket_close_time = 10ms});
        {
            auto c = r.client(10'000);
            std::string pings;
            for (int i = 0; i < 1'000; ++i)
                pings += frame(0x89, std::string(125, 'p'));
            co_await c.send(upgrade);
            for (int i = 0; i < 60; ++i)
                co_await c.send(pings + text("look"));
        }
        co_await r.stop();
        EXPECT_GT(most_queued, 10'000U) << "some are answered";
        EXPECT_LE(most_queued, 100'000U);
    });
}

TEST(server_websocket, a_flood_lets_others_run)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        bool over = false;
        int turns = 0;
        int turns_in_flood = 0;
        io::event go_on(on.executor());
        const auto reads = [&](request /*asked*/, exchange& with) -> io::task<> {
            const auto ws = co_await with.accept_websocket({});
            EXPECT_TRUE(co_await go_on.wait(io::deadline::after(10s)));
            const int before = turns;
            EXPECT_TRUE(co_await (*ws)->receive());
            turns_in_flood = turns - before;
        };
        rig r(on, reads, {.websocket_close_time = 10ms});
        io::nursery jobs(on.executor(), [](std::exception_ptr) { ADD_FAILURE(); });
        const auto another = [&]() -> io::task<> {
            while (!over) {
                ++turns;
                co_await io::yield();
            }
        };
        jobs.spawn(another());
        auto c = r.client();
        co_await c.send(upgrade);
        co_await c.read_until("\r\n\r\n");
        std::string pings;
        for (int i = 0; i < 30'000; ++i)
            pings += frame(0x8a, "");
        co_await c.send(pings + text("at last"));
        go_on.set();
        co_await c.rest();
        over = true;
        EXPECT_TRUE(co_await jobs.join(io::deadline::after(10s)));
        EXPECT_GE(turns_in_flood, 30);
        co_await r.stop();
    });
}

TEST(server_websocket, one_that_sends_without_end_does_not_put_off_the_end)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        const auto leaves = [](request /*asked*/, exchange& with) -> io::task<> {
            static_cast<void>(co_await with.accept_websocket({}));
        };
        rig r(on, leaves, {.websocket_close_time = 50ms});
        auto c = r.client();
        co_await c.send(upgrade);
        co_await c.read_until("\r\n\r\n");
        std::string flood;
        while (flood.size() < 200'000)
            flood += frame(0x8a, std::string(125, 'p'));
        const auto enough = io::deadline::after(3s);
        bool connected = true;
        for (std::string_view unsent; connected && !enough.expired();) {
            if (unsent.empty())
                unsent = flood;
            const auto sent = ::send(c.fd(), unsent.data(), unsent.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            connected = sent >= 0 || errno == EAGAIN;
            unsent.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
            co_await io::yield();
        }
        EXPECT_FALSE(connected);
        co_await r.stop();
    });
}

TEST(server_websocket, a_handler_that_returns_says_goodbye)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        const auto leaves = [](request asked, exchange& with) -> io::task<> {
            const auto ws = co_await with.accept_websocket({});
            if (asked.path == "/fails")
                throw std::runtime_error("a bug");
        };
        rig r(on, leaves);
        for (const auto& [path, code] : {std::pair("/ws", 1000U), std::pair("/fails", 1011U)}) {
            auto c = r.client();
            auto bytes = upgrade;
            co_await c.send(bytes.replace(bytes.find("/ws"), 3, path));
            co_await c.read_until("\r\n\r\n");
            EXPECT_EQ(co_await c.read(4), closing(code));
            co_await c.send(frame(0x88, close_payload(code, "")));
            EXPECT_EQ(co_await c.rest(), "");
        }
        co_await r.stop();
    });
}

TEST(server_websocket, a_client_that_vanishes_ends_the_messages)
{
    test::run_on_fresh_runtime([](io::runtime& on) -> io::task<> {
        io::event ended(on.executor());
        const auto waits = [&](request /*asked*/, exchange& with) -> io::task<> {
            const auto ws = co_await with.accept_websocket({});
            EXPECT_FALSE(co_await (*ws)->receive());
            ended.set();
        };
        rig r(on, waits);
        {
            auto c = r.client();
            co_await c.send(upgrade);
            co_await c.read_until("\r\n\r\n");
        }
        EXPECT_TRUE(co_await ended.wait(io::deadline::after(5s)));
        co_await r.stop();
    });
}

} // namespace
} // namespace basekeeper::http
