// A client that only listens: messages in order, long ones in pieces, every way to be refused or left.
#include "http/test_rig.hpp"
#include "http/websocket_listener.hpp"

#include <gmock/gmock.h>

namespace basekeeper::http {
namespace {

using namespace test_rig;
using ::testing::HasSubstr;

/// Says what the path asks for, to those who bring the key.
io::task<> speaks(request asked, exchange& with)
{
    if (asked.path == "/missing") {
        with.respond({.status = 404});
        co_return;
    }
    const auto opened = co_await with.accept_websocket({});
    if (!opened)
        co_return;
    auto& ws = **opened;
    if (asked.headers.find("x-api-key") != "secret")
        ws.close(4003, "Not authorized");
    else if (asked.path == "/bad")
        ws.close(4000, "Invalid container ID");
    else {
        ws.send("one");
        ws.send(std::string(70'000, 'x'));
        if (asked.path == "/ends")
            ws.close(1000, "");
    }
    while (co_await ws.receive())
        continue;
}

struct listened
{
    std::vector<std::string> messages;
    std::optional<error> failed;
    bool ended = false;
};

io::task<> listen(rig& r, websocket_target to, listened& into)
{
    to.url = "http://" + r.at.to_string() + to.url;
    auto opened =
        co_await websocket_listener::open(r.on.executor(), r.on.pool(), std::move(to), io::deadline::after(5s));
    if (!opened) {
        into.failed = opened.error();
        co_return;
    }
    for (;;) {
        auto message = co_await opened->receive(io::deadline::after(300ms));
        if (!message) {
            into.failed = message.error();
            co_return;
        }
        if (!*message) {
            into.ended = true;
            co_return;
        }
        into.messages.push_back(**std::move(message));
    }
}

listened what_comes(std::string path, std::string key = "secret", std::size_t longest = 100'000)
{
    listened out;
    test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<> {
        rig r(on, speaks);
        websocket_target to{.url = path, .longest_message = longest};
        to.secrets.push_back({"x-api-key", crypto::secret<>(key)});
        co_await listen(r, std::move(to), out);
        co_await r.stop();
    });
    return out;
}

TEST(websocket_listener, gives_messages_in_order_until_the_other_side_ends_it)
{
    const auto seen = what_comes("/ends");
    ASSERT_EQ(seen.messages.size(), 2U);
    EXPECT_EQ(seen.messages[0], "one");
    EXPECT_EQ(seen.messages[1].size(), 70'000U);
    EXPECT_TRUE(seen.ended);
}

TEST(websocket_listener, a_silence_is_a_timeout)
{
    const auto seen = what_comes("/quiet");
    EXPECT_EQ(seen.messages.size(), 2U);
    ASSERT_TRUE(seen.failed);
    EXPECT_EQ(seen.failed->code, condition::timeout);
}

TEST(websocket_listener, codes_of_the_application_are_failures_with_their_reason)
{
    const auto refused = what_comes("/ends", "another");
    ASSERT_TRUE(refused.failed);
    EXPECT_EQ(refused.failed->code, condition::denied);
    EXPECT_EQ(refused.failed->server_text, "Not authorized");
    const auto bad = what_comes("/bad");
    ASSERT_TRUE(bad.failed);
    EXPECT_EQ(bad.failed->code, condition::invalid_argument);
    EXPECT_EQ(bad.failed->server_text, "Invalid container ID");
}

TEST(websocket_listener, refusals_before_the_handshake_are_told_by_their_status)
{
    const auto seen = what_comes("/missing");
    ASSERT_TRUE(seen.failed);
    EXPECT_EQ(seen.failed->code, condition::not_found);
    EXPECT_THAT(seen.failed->message, HasSubstr("404"));
}

TEST(websocket_listener, what_is_too_long_ends_it)
{
    const auto seen = what_comes("/ends", "secret", 1'000);
    EXPECT_EQ(seen.messages.size(), 1U);
    ASSERT_TRUE(seen.failed);
    EXPECT_EQ(seen.failed->code, condition::unavailable);
}

TEST(websocket_listener, refuses_what_would_end_a_line_of_its_request)
{
    const auto seen = what_comes("/ends", "secret\r\nX-Other: 1");
    ASSERT_TRUE(seen.failed);
    EXPECT_EQ(seen.failed->code, condition::invalid_argument);
}

} // namespace
} // namespace basekeeper::http
