// The handshake versions over HTTP: sessions, their streams, losing a connection and coming back.
#include "transports/http/test_endpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::transports {
namespace {

using testing::call;
using testing::endpoint_fixture;
using ::testing::HasSubstr;
using testing::last_id;
using ::testing::Not;
using ::testing::StartsWith;

class legacy_endpoint : public ::testing::Test, public endpoint_fixture
{};

TEST_F(legacy_endpoint, initialize_opens_a_session_with_a_usable_id)
{
    const auto id = open();
    EXPECT_GE(id.size(), 32U);
    for (const char c : id)
        EXPECT_TRUE(c >= 0x21 && c <= 0x7E);
    EXPECT_EQ(face.counts().sessions, 1U);
    EXPECT_EQ(post_in(id, R"({"jsonrpc":"2.0","method":"notifications/initialized"})")->status, 202U);
    const auto pong = post_in(id, R"({"jsonrpc":"2.0","id":1,"method":"ping"})");
    EXPECT_EQ(pong->status, 200U);
    EXPECT_EQ(pong->body, R"({"jsonrpc":"2.0","id":1,"result":{}})");
    EXPECT_NE(open(), id);
}

TEST_F(legacy_endpoint, a_handshake_that_fails_opens_nothing)
{
    const auto got = post(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{}})");
    EXPECT_THAT(got->body, HasSubstr("-32602"));
    EXPECT_EQ(face.counts().sessions, 0U);
}

TEST_F(legacy_endpoint, requests_need_their_session)
{
    const auto id = open();
    const std::string ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
    EXPECT_EQ(post(ping)->status, 400U);
    EXPECT_EQ(post_in("nobody", ping)->status, 404U);
    EXPECT_EQ(post(ping, {{"Mcp-Session-Id", id}, {"MCP-Protocol-Version", "2025-11-25"}})->status, 200U);
    EXPECT_EQ(post(ping, {{"Mcp-Session-Id", id}, {"MCP-Protocol-Version", "1999-01-01"}})->status, 400U);
    EXPECT_EQ(post(ping, {{"Mcp-Session-Id", id}, {"Mcp-Session-Id", id}})->status, 400U);
    const auto again = R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18"}})";
    EXPECT_EQ(post_in(id, again)->status, 400U);
}

TEST_F(legacy_endpoint, sessions_of_others_are_not_found)
{
    const auto id = open();
    const mcp::caller stranger{{"key:two"}};
    EXPECT_EQ(post_in(id, R"({"jsonrpc":"2.0","id":1,"method":"ping"})", stranger)->status, 404U);
    EXPECT_EQ(get(id, {}, stranger)->status, 404U);
    EXPECT_EQ(send("DELETE", {}, {{"Mcp-Session-Id", id}}, stranger)->status, 404U);
    EXPECT_EQ(face.counts().sessions, 1U);
}

TEST_F(legacy_endpoint, the_view_of_a_session_is_fixed)
{
    const auto id = open();
    const mcp::caller narrowed{{"key:one"}, {.features = {"test"}}};
    EXPECT_EQ(post_in(id, R"({"jsonrpc":"2.0","id":1,"method":"ping"})", narrowed)->status, 400U);
}

TEST_F(legacy_endpoint, delete_ends_the_session_and_what_runs_in_it)
{
    const auto id = open();
    const auto running = post_in(id, call("1", "slow"));
    const auto listening = get(id);
    EXPECT_FALSE(listening->finished);
    EXPECT_EQ(send("DELETE", {}, {{"Mcp-Session-Id", id}})->status, 204U);
    settle();
    EXPECT_TRUE(running->finished);
    EXPECT_THAT(running->body, Not(HasSubstr("\"result\"")));
    EXPECT_TRUE(listening->finished);
    EXPECT_EQ(audit.entries.back().outcome, "cancelled");
    EXPECT_EQ(post_in(id, R"({"jsonrpc":"2.0","id":1,"method":"ping"})")->status, 404U);
    EXPECT_EQ(face.counts().sessions, 0U);
    EXPECT_EQ(face.counts().streams, 0U);
}

TEST_F(legacy_endpoint, progress_turns_the_answer_into_events_with_ids)
{
    const auto id = open();
    const auto got = post_in(id, call("1", "slow"));
    EXPECT_EQ(got->header("content-type"), "text/event-stream");
    EXPECT_THAT(got->body, StartsWith("id: 2_0\ndata:\n\nevent: message\nid: 2_1\ndata: {"));
    box.gate.set();
    settle();
    EXPECT_TRUE(got->finished);
    EXPECT_THAT(got->body, HasSubstr(R"("id":1,"result")"));
}

TEST_F(legacy_endpoint, versions_before_polling_get_no_priming_event)
{
    const auto id = open("2025-06-18");
    const auto got = post_in(id, call("1", "slow"));
    EXPECT_THAT(got->body, StartsWith("event: message\nid: 2_0\ndata: {"));
    box.gate.set();
    settle();
}

TEST_F(legacy_endpoint, a_lost_connection_cancels_nothing_and_the_rest_can_be_fetched)
{
    const auto id = open();
    const auto got = post_in(id, call("1", "slow"));
    const auto seen = last_id(got->body);
    got->leave();
    box.gate.set();
    settle();
    const auto rest = get(id, seen);
    EXPECT_EQ(rest->status, 200U);
    EXPECT_TRUE(rest->finished);
    EXPECT_THAT(rest->body, HasSubstr(R"("id":1,"result")"));
    EXPECT_THAT(rest->body, Not(HasSubstr(R"("progress":1)")));
    EXPECT_EQ(audit.entries.back().outcome, "ok");
}

TEST_F(legacy_endpoint, a_client_that_comes_back_early_hears_the_rest_live)
{
    const auto id = open();
    const auto got = post_in(id, call("1", "slow"));
    got->leave();
    const auto rest = get(id, "2_0");
    EXPECT_THAT(rest->take(), HasSubstr(R"("progress":1)")); // replayed
    EXPECT_FALSE(rest->finished);
    EXPECT_EQ(face.counts().streams, 1U);
    box.gate.set();
    settle();
    EXPECT_TRUE(rest->finished);
    EXPECT_THAT(rest->body, HasSubstr(R"("id":1,"result")"));
    EXPECT_EQ(face.counts().streams, 0U);
}

TEST_F(legacy_endpoint, a_slow_call_can_be_resumed_though_it_said_nothing)
{
    const auto id = open();
    const auto got =
        post_in(id, R"({"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"slow","arguments":{}}})");
    EXPECT_EQ(got->answers, 0);
    time.advance(std::chrono::seconds{2});
    face.beat();
    EXPECT_EQ(got->body, "id: 2_0\ndata:\n\n");
    got->leave();
    box.gate.set();
    settle();
    EXPECT_THAT(get(id, "2_0")->body, HasSubstr(R"("id":9,"result")"));
}

TEST_F(legacy_endpoint, unknown_and_foreign_events_are_refused)
{
    const auto id = open();
    const auto other = open();
    const auto got = post_in(id, call("1", "slow"));
    for (const auto* event : {"2_9", "7_0", "2", "_", "2_x", "02_0", "-1_0", "2_0_0", "99999999999999999999_0"})
        EXPECT_EQ(get(id, event)->status, 400U) << event;
    EXPECT_EQ(get(other, "2_0")->status, 400U);
    box.gate.set();
    settle();
}

TEST_F(legacy_endpoint, the_standalone_stream_carries_news_and_keeps_what_came_before)
{
    const auto id = open();
    home.news().publish(mcp::list_kind::tools);
    const auto got = get(id);
    EXPECT_THAT(got->take(), HasSubstr("notifications/tools/list_changed"));
    EXPECT_EQ(get(id)->status, 409U);
    home.news().publish(mcp::list_kind::prompts);
    const auto live = got->take();
    EXPECT_THAT(live, HasSubstr("notifications/prompts/list_changed"));
    got->leave();
    settle();
    home.news().publish(mcp::list_kind::resources);
    const auto again = get(id, last_id(live));
    EXPECT_THAT(again->body, HasSubstr("notifications/resources/list_changed"));
    EXPECT_THAT(again->body, Not(HasSubstr("notifications/prompts/list_changed")));
}

TEST_F(legacy_endpoint, a_question_goes_out_on_the_stream_of_its_call)
{
    const auto id = open();
    const auto got =
        post_in(id, R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ask","arguments":{}}})");
    ASSERT_THAT(got->body, HasSubstr(R"("method":"elicitation/create")"));
    const auto at = got->body.find(R"("id":)");
    const auto asked = got->body.substr(at + 5, got->body.find(',', at) - at - 5);
    const auto reply =
        post_in(id, R"({"jsonrpc":"2.0","id":)" + asked + R"(,"result":{"action":"accept","content":{"name":"Eva"}}})");
    EXPECT_EQ(reply->status, 202U);
    settle();
    EXPECT_TRUE(got->finished);
    EXPECT_THAT(got->body, HasSubstr("Hello, Eva"));
    EXPECT_EQ(post_in(id, R"({"jsonrpc":"2.0","id":"none","result":{}})")->status, 202U);
}

TEST_F(legacy_endpoint, batches_belong_to_one_version)
{
    const std::string two = R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}])";
    const auto batching = open("2025-03-26");
    const auto got = post_in(batching, two);
    EXPECT_EQ(got->body, R"([{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","id":2,"result":{}}])");
    const auto quiet = post_in(batching, R"([{"jsonrpc":"2.0","method":"notifications/initialized"}])");
    EXPECT_EQ(quiet->status, 202U);
    const auto refused = post_in(open(), two);
    EXPECT_EQ(refused->status, 400U);
    EXPECT_THAT(refused->body, HasSubstr("-32600"));
}

TEST_F(legacy_endpoint, cancelling_closes_the_stream_without_an_answer)
{
    const auto id = open();
    const auto got = post_in(id, call("5", "slow"));
    const auto said = post_in(id, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}})");
    EXPECT_EQ(said->status, 202U);
    settle();
    EXPECT_TRUE(got->finished);
    EXPECT_THAT(got->body, Not(HasSubstr("\"id\":5")));
}

TEST_F(legacy_endpoint, idle_sessions_end_and_used_ones_stay)
{
    endpoint_fixture small({.sessions = {.idle_for = std::chrono::minutes{1}}});
    const auto idle = small.open();
    const auto connected = small.open();
    const auto stream = small.get(connected);
    for (int i = 0; i < 90; ++i) {
        small.time.advance(std::chrono::seconds{1});
        small.face.beat();
    }
    small.settle();
    EXPECT_EQ(small.face.counts().sessions, 1U);
    EXPECT_EQ(small.get(idle)->status, 404U);
    stream->leave();
    small.settle();
}

TEST_F(legacy_endpoint, a_full_table_makes_room_only_from_what_is_long_idle)
{
    endpoint_fixture small({.sessions = {.most_sessions = 2}});
    const auto first = small.open();
    small.time.advance(std::chrono::seconds{1});
    small.face.beat();
    const auto second = small.open();
    EXPECT_EQ(small.open(), "");
    small.time.advance(std::chrono::minutes{6});
    small.face.beat();
    EXPECT_NE(small.open(), "");
    EXPECT_EQ(small.get(first)->status, 404U);
    EXPECT_EQ(small.get(second)->status, 200U);
}

TEST_F(legacy_endpoint, a_get_needs_to_take_events)
{
    const auto id = open();
    EXPECT_EQ(send("GET", {}, {{"Mcp-Session-Id", id}})->status, 406U);
    EXPECT_EQ(send("GET", {}, {{"Mcp-Session-Id", id}, {"Accept", "application/json"}})->status, 406U);
    EXPECT_EQ(send("GET", {}, {{"Accept", "text/event-stream"}})->status, 400U);
}

TEST_F(legacy_endpoint, winding_up_lets_streams_go_and_opens_no_sessions)
{
    const auto id = open();
    const auto stream = get(id);
    const auto running = post_in(id, call("1", "slow"));
    face.wind_up();
    settle();
    EXPECT_TRUE(stream->finished);
    EXPECT_FALSE(running->finished);
    EXPECT_EQ(open(), "");
    box.gate.set();
    settle();
    EXPECT_THAT(running->body, HasSubstr(R"("id":1,"result")"));
}

TEST_F(legacy_endpoint, a_json_only_client_hears_the_answer_alone)
{
    const auto id = open();
    const auto got = send(
        "POST",
        call("1", "slow"),
        {{"content-type", "application/json"}, {"accept", "application/json"}, {"mcp-session-id", id}}
    );
    box.gate.set();
    settle();
    EXPECT_EQ(got->header("content-type"), "application/json");
    EXPECT_THAT(got->body, StartsWith(R"({"jsonrpc":"2.0","id":1,"result")"));
}

} // namespace
} // namespace basekeeper::transports
