// The stateless era over HTTP: header rules, statuses, streams that start late, cancelling by leaving.
#include "transports/http/test_endpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::transports {
namespace {

using testing::endpoint_fixture;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class modern_endpoint : public ::testing::Test, public endpoint_fixture
{};

TEST_F(modern_endpoint, answers_a_quick_call_with_one_json_object)
{
    const auto got = call_modern("echo", R"({"text":"hi"})");
    EXPECT_EQ(got->status, 200U);
    EXPECT_EQ(got->header("content-type"), "application/json");
    EXPECT_THAT(got->body, HasSubstr(R"("resultType":"complete")"));
    EXPECT_EQ(got->header("mcp-session-id"), "");
    EXPECT_EQ(got->answers, 1);
}

TEST_F(modern_endpoint, streams_once_there_is_something_to_say_before_the_answer)
{
    const auto got = ask_modern("tools/call", R"("name":"slow","arguments":{},)", "slow");
    EXPECT_EQ(got->status, 0U); // no progress token: nothing to say yet
    box.gate.set();
    settle();
    EXPECT_EQ(got->status, 200U);
    EXPECT_EQ(got->header("content-type"), "application/json");

    box.gate.reset();
    const auto told = post(
        R"({"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"slow","arguments":{},"_meta":{)"
        R"("progressToken":7,"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
        R"("io.modelcontextprotocol/clientCapabilities":{}}}})",
        {{"mcp-protocol-version", "2026-07-28"}, {"MCP-METHOD", "tools/call"}, {"mcp-name", "=?base64?c2xvdw==?="}}
    );
    EXPECT_EQ(told->header("content-type"), "text/event-stream");
    EXPECT_EQ(told->header("cache-control"), "no-cache, no-transform");
    EXPECT_THAT(told->body, StartsWith("event: message\ndata: {"));
    EXPECT_THAT(told->body, HasSubstr("notifications/progress"));
    EXPECT_THAT(told->body, Not(HasSubstr("id: "))); // this era resumes nothing
    EXPECT_FALSE(told->finished);
    box.gate.set();
    settle();
    EXPECT_TRUE(told->finished);
    EXPECT_THAT(told->body, HasSubstr(R"("id":"x","result")"));
}

TEST_F(modern_endpoint, keeps_a_silent_call_alive_with_a_stream)
{
    const auto got = call_modern("slow");
    time.advance(std::chrono::seconds{11});
    face.beat();
    EXPECT_EQ(got->header("content-type"), "text/event-stream");
    EXPECT_EQ(got->body, ":\n\n");
    time.advance(std::chrono::seconds{14});
    face.beat();
    EXPECT_EQ(got->body, ":\n\n");
    time.advance(std::chrono::seconds{2});
    face.beat();
    EXPECT_EQ(got->body, ":\n\n:\n\n");
    box.gate.set();
    settle();
    EXPECT_TRUE(got->finished);
}

TEST_F(modern_endpoint, a_client_that_leaves_cancels_its_call)
{
    const auto got = call_modern("slow");
    EXPECT_EQ(face.counts().requests, 1U);
    got->leave();
    settle();
    EXPECT_EQ(face.counts().requests, 0U);
    EXPECT_EQ(got->answers, 0);
    ASSERT_FALSE(audit.entries.empty());
    EXPECT_EQ(audit.entries.back().outcome, "cancelled");
}

TEST_F(modern_endpoint, waits_for_a_call_that_goes_on_even_when_it_is_told_to_stop_itself)
{
    bool ended = false;
    const auto goes_on = [&](mcp::call&) -> io::task<result<mcp::testing::text_result>> {
        while (!co_await box.gate.wait(io::deadline::never())) { // as work on a thread: it cannot be interrupted
        }
        ended = true;
        co_return mcp::testing::text_result{"at last"};
    };
    mcp::registry offers;
    offers.add(mcp::testing::make_plain("stubborn", mcp::effect::reads, goes_on));
    mcp::policy rules({}, catalog, audit, {crypto::secret<std::string>(std::string(32, 'k')), time}, time);
    mcp::server of(offers, rules, catalog, time, home.settings());
    endpoint other(of, loop.executor());
    http::testing::memory_exchange on;
    const auto body = [&]() -> io::task<int> {
        http::request asked{.method = "POST", .path = "/mcp"};
        asked.body = mcp::testing::modern("1", "tools/call", R"("name":"stubborn","arguments":{},)");
        for (const auto& [name, value] : testing::field_list{
                 {"Content-Type", "application/json"},
                 {"Accept", std::string(testing::both)},
                 {"MCP-Protocol-Version", "2026-07-28"},
                 {"Mcp-Method", "tools/call"},
                 {"Mcp-Name", "stubborn"}
             })
            asked.headers.add(name, value);
        io::nursery serving(loop.executor(), [](const std::exception_ptr&) { ADD_FAILURE(); });
        serving.spawn(other.serve(std::move(asked), on, {{"key:one"}}));
        co_await mcp::testing::turn_round(10);
        EXPECT_EQ(other.counts().requests, 1U);
        on.leave(); // the call is cancelled, and its session waits for it
        co_await mcp::testing::turn_round(10);
        serving.cancel_all(); // as at the end of a drain
        co_await mcp::testing::turn_round(10);
        EXPECT_EQ(serving.size(), 1U) << "what runs refers to the session";
        box.gate.set();
        EXPECT_TRUE(co_await serving.join(io::deadline::after(std::chrono::seconds{5})));
        EXPECT_TRUE(ended);
        co_await mcp::testing::turn_round(10);
        co_await other.close();
        co_return 0;
    };
    loop.run_main(body());
}

TEST_F(modern_endpoint, headers_win_over_versions_and_versions_over_methods)
{
    const auto body = [](std::string_view version, std::string_view method) {
        return R"({"jsonrpc":"2.0","id":3,"method":")" + std::string(method) +
               R"(","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":")" + std::string(version) +
               R"(","io.modelcontextprotocol/clientCapabilities":{}}}})";
    };
    const auto mismatch =
        post(body("v999.0.0", "no/such"), {{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "no/such"}});
    EXPECT_EQ(mismatch->status, 400U);
    EXPECT_THAT(mismatch->body, HasSubstr(R"("id":3)"));
    EXPECT_THAT(mismatch->body, HasSubstr("-32020"));
    const auto version =
        post(body("v999.0.0", "no/such"), {{"MCP-Protocol-Version", "v999.0.0"}, {"Mcp-Method", "no/such"}});
    EXPECT_EQ(version->status, 400U);
    EXPECT_THAT(version->body, HasSubstr("-32022"));
    EXPECT_THAT(version->body, HasSubstr(R"("requested":"v999.0.0")"));
    const auto method =
        post(body("2026-07-28", "no/such"), {{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "no/such"}});
    EXPECT_EQ(method->status, 404U);
    EXPECT_THAT(method->body, HasSubstr("-32601"));
    const auto bad_level = mcp::testing::modern("3", "tools/list");
    const auto at = bad_level.find(R"("_meta":{)") + 9;
    const auto levelled =
        bad_level.substr(0, at) + R"("io.modelcontextprotocol/logLevel":"loud",)" + bad_level.substr(at);
    EXPECT_THAT(
        post(levelled, {{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "other"}})->body, HasSubstr("-32020")
    );
    EXPECT_THAT(
        post(levelled, {{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/list"}})->body,
        HasSubstr("-32602")
    );
}

TEST_F(modern_endpoint, each_standard_header_must_be_there_once_and_agree)
{
    const auto body = mcp::testing::modern("1", "tools/call", R"("name":"echo","arguments":{"text":"x"},)");
    const testing::field_list good{
        {"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/call"}, {"Mcp-Name", "echo"}
    };
    EXPECT_EQ(post(body, good)->status, 200U);
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto missing = good;
        missing.erase(missing.begin() + static_cast<std::ptrdiff_t>(i));
        EXPECT_EQ(post(body, missing)->status, 400U) << good[i].first;
        auto other = good;
        other[i].second += "x";
        EXPECT_THAT(post(body, other)->body, HasSubstr("-32020")) << good[i].first;
        auto twice = good;
        twice.push_back(good[i]);
        EXPECT_THAT(post(body, twice)->body, HasSubstr("-32020")) << good[i].first;
    }
    auto spaced = good;
    spaced[2].second = " \techo ";
    EXPECT_EQ(post(body, spaced)->status, 200U);
    auto broken = good;
    broken[2].second = "=?base64?!!?=";
    EXPECT_EQ(post(body, broken)->status, 400U);
    EXPECT_EQ(box.runs, 2);
}

TEST_F(modern_endpoint, names_beyond_ascii_are_compared_as_text)
{
    const auto body = mcp::testing::modern("1", "tools/call", R"("name":"grüße","arguments":{},)");
    const auto named = [&](std::string header) {
        return post(
            body,
            {{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/call"}, {"Mcp-Name", std::move(header)}}
        );
    };
    EXPECT_THAT(named("=?base64?Z3LDvMOfZQ==?=")->body, HasSubstr("-32602")) << "they agree; there is no such tool";
    EXPECT_THAT(named("=?base64?Z3LDvMOfYQ==?=")->body, HasSubstr("-32020"));
    EXPECT_THAT(named("gruesse")->body, HasSubstr("-32020"));
}

TEST_F(modern_endpoint, discovery_without_envelope_and_header_is_of_the_handshake_era)
{
    const auto got = post(R"({"jsonrpc":"2.0","id":1,"method":"server/discover"})");
    EXPECT_EQ(got->status, 400U);
    EXPECT_THAT(got->body, HasSubstr("send initialize first"));
    const auto session = open("2025-11-25");
    EXPECT_THAT(post_in(session, R"({"jsonrpc":"2.0","id":1,"method":"server/discover"})")->body, HasSubstr("-32601"));
}

TEST_F(modern_endpoint, the_envelope_is_required_when_the_header_names_the_era)
{
    const auto got = post(
        R"({"jsonrpc":"2.0","id":4,"method":"tools/list","params":{}})",
        {{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/list"}}
    );
    EXPECT_EQ(got->status, 400U);
    EXPECT_THAT(got->body, HasSubstr("-32602"));
    const auto handshake = post(
        R"({"jsonrpc":"2.0","id":4,"method":"initialize","params":{"protocolVersion":"2026-07-28"}})",
        {{"MCP-Protocol-Version", "2026-07-28"}}
    );
    EXPECT_EQ(handshake->status, 400U);
    EXPECT_THAT(handshake->body, HasSubstr("-32020"));
}

TEST_F(modern_endpoint, methods_of_the_handshake_era_are_not_found)
{
    for (const auto* method :
         {"initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"})
    {
        const auto got = ask_modern(method);
        EXPECT_EQ(got->status, 404U) << method;
        EXPECT_THAT(got->body, HasSubstr("-32601")) << method;
    }
    EXPECT_EQ(face.counts().sessions, 0U);
}

TEST_F(modern_endpoint, errors_of_handlers_are_answers)
{
    EXPECT_EQ(call_modern("nope")->status, 200U);
    EXPECT_EQ(ask_modern("resources/read", R"("uri":"test://none",)", "test://none")->status, 200U);
}

TEST_F(modern_endpoint, a_capability_that_the_client_lacks_is_a_bad_request)
{
    const auto got = call_modern("gather");
    EXPECT_EQ(got->status, 400U);
    EXPECT_THAT(got->body, HasSubstr("-32021"));
    EXPECT_THAT(got->body, HasSubstr(R"("requiredCapabilities":{"sampling":{}})"));
}

TEST_F(modern_endpoint, batches_responses_and_rubbish_are_refused)
{
    const auto one = mcp::testing::modern("1", "tools/list");
    EXPECT_EQ(post("[" + one + "]")->status, 400U);
    EXPECT_THAT(post("[]")->body, HasSubstr("-32600"));
    EXPECT_THAT(post("{bad")->body, HasSubstr("-32700"));
    EXPECT_EQ(post("{bad")->status, 400U);
    EXPECT_EQ(post("7")->status, 400U);
    EXPECT_EQ(post(R"({"jsonrpc":"2.0","id":1,"result":{}})", {{"MCP-Protocol-Version", "2026-07-28"}})->status, 400U);
}

TEST_F(modern_endpoint, notifications_are_accepted_without_a_body)
{
    const auto got = post(
        R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})",
        {{"MCP-Protocol-Version", "2026-07-28"}}
    );
    EXPECT_EQ(got->status, 202U);
    EXPECT_EQ(got->body, "");
}

TEST_F(modern_endpoint, media_types_are_checked_leniently)
{
    const auto body = mcp::testing::modern("1", "tools/list");
    testing::field_list headers{{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/list"}};
    const auto with = [&](std::string type, std::string accept) {
        auto all = headers;
        if (!type.empty())
            all.emplace_back("content-type", type);
        if (!accept.empty())
            all.emplace_back("accept", accept);
        return send("POST", body, all)->status;
    };
    EXPECT_EQ(with("application/json; charset=utf-8", "*/*"), 200U);
    EXPECT_EQ(with("APPLICATION/JSON", ""), 200U);
    EXPECT_EQ(with("application/json", "application/json"), 200U);
    EXPECT_EQ(with("application/json", "text/html"), 406U);
    EXPECT_EQ(with("application/json", "application/json;q=0"), 406U);
    EXPECT_EQ(with("text/plain", "*/*"), 415U);
    EXPECT_EQ(with("", "*/*"), 415U);
    EXPECT_EQ(send("PUT", body, headers)->status, 405U);
    EXPECT_EQ(send("PUT", body, headers)->header("allow"), "POST, GET, DELETE");
}

TEST_F(modern_endpoint, a_client_that_takes_only_events_gets_them)
{
    const auto got = send(
        "POST",
        mcp::testing::modern("1", "tools/list"),
        {{"content-type", "application/json"},
         {"accept", "text/event-stream"},
         {"MCP-Protocol-Version", "2026-07-28"},
         {"Mcp-Method", "tools/list"}}
    );
    EXPECT_EQ(got->header("content-type"), "text/event-stream");
    EXPECT_THAT(got->body, StartsWith("event: message\ndata: {"));
    EXPECT_TRUE(got->finished);
}

TEST_F(modern_endpoint, a_listen_stays_open_and_ends_with_a_result)
{
    const auto got = ask_modern("subscriptions/listen", R"("notifications":{"toolsListChanged":true},)");
    EXPECT_THAT(got->take(), HasSubstr("notifications/subscriptions/acknowledged"));
    home.news().publish(mcp::list_kind::tools);
    EXPECT_THAT(got->take(), HasSubstr("notifications/tools/list_changed"));
    home.news().publish(mcp::list_kind::prompts);
    EXPECT_EQ(got->take(), "");
    EXPECT_FALSE(got->finished);
    got->drain();
    settle();
    EXPECT_TRUE(got->finished);
    EXPECT_THAT(got->body, HasSubstr(R"("resultType":"complete")"));
}

TEST_F(modern_endpoint, the_trace_of_a_header_reaches_the_record_unless_the_request_names_its_own)
{
    constexpr auto trace = "0af7651916cd43dd8448eb211c80319c";
    const auto parent = std::string("00-") + trace + "-b7ad6b7169203331-01";
    const auto call = [&](std::string_view id, std::string_view meta) {
        post(
            R"({"jsonrpc":"2.0","id":)" + std::string(id) +
                R"(,"method":"tools/call","params":{"name":"echo","arguments":{"text":"x"},"_meta":{)" +
                std::string(meta) +
                R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                R"("io.modelcontextprotocol/clientCapabilities":{}}}})",
            {{"MCP-Protocol-Version", "2026-07-28"},
             {"Mcp-Method", "tools/call"},
             {"Mcp-Name", "echo"},
             {"traceparent", parent}}
        );
        return audit.entries.back().trace.trace_id();
    };
    EXPECT_EQ(call("1", ""), trace);
    EXPECT_EQ(
        call("2", R"("traceparent":"00-11111111111111111111111111111111-2222222222222222-01",)"),
        "11111111111111111111111111111111"
    );
}

TEST_F(modern_endpoint, too_many_requests_are_told_to_come_back)
{
    endpoint_fixture small({.most_requests = 1});
    const auto first = small.call_modern("slow");
    const auto second = small.call_modern("echo", R"({"text":"x"})");
    EXPECT_EQ(second->status, 503U);
    EXPECT_EQ(second->header("retry-after"), "1");
    EXPECT_EQ(small.face.counts().turned_away, 1U);
    small.box.gate.set();
    small.settle();
    EXPECT_EQ(first->status, 200U);
}

TEST_F(modern_endpoint, streams_and_requests_have_room_of_their_own)
{
    endpoint_fixture small({.most_requests = 1, .most_streams = 1});
    const auto listen = [&](const std::string& id) {
        return small.post(
            mcp::testing::modern(id, "subscriptions/listen", R"("notifications":{"toolsListChanged":true},)"),
            {{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "subscriptions/listen"}}
        );
    };
    const auto first = listen("1");
    EXPECT_EQ(first->status, 200U);
    EXPECT_EQ(listen("2")->status, 503U);
    EXPECT_EQ(small.call_modern("echo", R"({"text":"x"})")->status, 200U) << "listening takes no room of calls";
    first->leave();
    small.settle();
    const auto third = listen("3");
    EXPECT_EQ(third->status, 200U);
    third->leave();
    small.settle();
}

class everything final : public mcp::authority
{
public:
    bool allows(std::string_view, mcp::effect, std::string_view) const override { return true; }

    std::string_view key() const override { return "everything"; }
};

TEST_F(modern_endpoint, one_credential_gets_a_quarter_of_the_room)
{
    endpoint_fixture small({.most_requests = 8});
    const auto call = [&](const std::string& who) {
        return small.post(
            mcp::testing::modern("1", "tools/call", R"("name":"slow",)"),
            {{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/call"}, {"Mcp-Name", "slow"}},
            {{who, std::make_shared<everything>()}}
        );
    };
    const auto first = call("key:one");
    const auto second = call("key:one");
    EXPECT_EQ(call("key:one")->status, 429U);
    const auto other = call("key:two");
    small.box.gate.set();
    small.settle();
    for (const auto& one : {first, second, other})
        EXPECT_EQ(one->status, 200U);
}

TEST_F(modern_endpoint, old_session_headers_mean_nothing)
{
    const auto got = post(
        mcp::testing::modern("1", "tools/list"),
        {{"MCP-Protocol-Version", "2026-07-28"},
         {"Mcp-Method", "tools/list"},
         {"Mcp-Session-Id", "nobody"},
         {"Last-Event-ID", "1_1"}}
    );
    EXPECT_EQ(got->status, 200U);
}

} // namespace
} // namespace basekeeper::transports
