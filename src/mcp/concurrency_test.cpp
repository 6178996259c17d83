// Requests run side by side: cancelling, asking, progress, limits, the end of a session.
#include "support/mcp_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::mcp {
namespace {

using testing::conversation_fixture;
using ::testing::HasSubstr;
using testing::modern;
using ::testing::Not;

std::string call(std::string_view id, std::string_view tool, std::string_view token = {})
{
    std::string meta;
    if (!token.empty())
        meta = R"(,"_meta":{"progressToken":)" + std::string(token) + "}";
    return R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"method":"tools/call","params":{"name":")" +
           std::string(tool) + "\"" + meta + "}}";
}

std::string cancel(std::string_view id)
{
    return R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" + std::string(id) + "}}";
}

TEST(concurrency, ping_and_other_calls_are_answered_while_a_tool_runs)
{
    conversation_fixture f;
    f.shake_hands("2025-06-18");
    EXPECT_EQ(f.say(call("1", "slow")), "");
    EXPECT_EQ(f.talk.running(), 1U);
    EXPECT_EQ(f.say(R"({"jsonrpc":"2.0","id":2,"method":"ping"})"), R"({"jsonrpc":"2.0","id":2,"result":{}})");
    EXPECT_THAT(f.say(call("3", "failing")), HasSubstr("isError"));
    f.box.gate.set();
    f.settle();
    EXPECT_THAT(f.heard(), HasSubstr(R"("id":1,"result")"));
}

TEST(concurrency, an_id_in_use_is_refused_and_free_again_afterwards)
{
    conversation_fixture f;
    f.shake_hands("2025-06-18");
    f.say(call("1", "slow"));
    EXPECT_THAT(f.say(call("1", "echo")), HasSubstr("-32600"));
    EXPECT_EQ(f.say(call("\"1\"", "slow")), "") << "a string is another id";
    f.box.gate.set();
    f.settle();
    f.heard();
    EXPECT_THAT(f.say(call("1", "slow")), HasSubstr("done"));
}

TEST(concurrency, a_cancelled_call_stops_and_is_not_answered)
{
    for (const bool stateless : {false, true}) {
        conversation_fixture f;
        f.shake_hands("2025-06-18");
        f.say(stateless ? modern("\"x\"", "tools/call", R"("name":"slow",)") : call("\"x\"", "slow"));
        EXPECT_EQ(f.talk.running(), 1U);
        EXPECT_EQ(f.say(cancel("\"x\"")), "");
        EXPECT_EQ(f.talk.running(), 0U);
        f.box.gate.set();
        f.settle();
        EXPECT_EQ(f.heard(), "");
        EXPECT_EQ(f.audit.entries.back().outcome, "cancelled");
    }
}

TEST(concurrency, cancelling_before_the_start_or_after_the_end_changes_nothing)
{
    conversation_fixture f;
    f.shake_hands("2025-06-18");
    f.box.gate.set();
    EXPECT_EQ(f.say(cancel("1")), "");
    EXPECT_THAT(f.say(call("1", "slow")), HasSubstr("done"));
    EXPECT_EQ(f.say(cancel("1")), "");
}

TEST(concurrency, too_many_calls_are_refused_and_ping_is_not)
{
    conversation_fixture f({}, 2);
    f.shake_hands("2025-06-18");
    f.say(call("1", "slow"));
    f.say(call("2", "slow"));
    EXPECT_THAT(f.say(call("3", "slow")), HasSubstr("Too many requests are running"));
    EXPECT_THAT(f.say(R"({"jsonrpc":"2.0","id":4,"method":"ping"})"), HasSubstr("result"));
    f.say(cancel("1"));
    EXPECT_EQ(f.say(call("5", "slow")), "");
}

TEST(concurrency, progress_keeps_the_token_and_increases)
{
    for (const auto* token : {"0", R"("")", R"("a")", "7", "-1"}) {
        conversation_fixture f;
        f.shake_hands("2025-06-18");
        const auto heard = f.say(call("1", "report", token));
        EXPECT_THAT(
            heard, HasSubstr(R"("params":{"progressToken":)" + std::string(token) + R"(,"progress":1,"message":"a"}})")
        );
        EXPECT_THAT(heard, HasSubstr(R"("progress":2,"message":"b")"));
        EXPECT_THAT(heard, HasSubstr(R"("progress":4,"total":4,"message":"last")"));
        for (const auto* dropped : {"same", "back", "too soon"})
            EXPECT_THAT(heard, Not(HasSubstr(dropped)));
    }
}

TEST(concurrency, progress_is_sent_only_where_it_was_asked_for)
{
    conversation_fixture f;
    f.shake_hands("2025-06-18");
    EXPECT_THAT(f.say(call("1", "report")), Not(HasSubstr("notifications/progress")));
    for (const auto* token : {"null", "1.5", "{}", "true"})
        EXPECT_THAT(f.say(call("1", "report", token)), Not(HasSubstr("notifications/progress")));
    conversation_fixture old;
    old.shake_hands("2024-11-05");
    EXPECT_THAT(old.say(call("1", "report", "1")), HasSubstr(R"({"progressToken":1,"progress":1}})"));
}

TEST(concurrency, a_client_that_reads_too_slowly_gets_answers_only)
{
    conversation_fixture f;
    f.shake_hands("2025-06-18");
    f.sent.full = true;
    const auto heard = f.say(call("1", "report", "1"));
    EXPECT_THAT(heard, Not(HasSubstr("notifications/")));
    EXPECT_THAT(heard, HasSubstr("reported"));
}

TEST(concurrency, nothing_is_said_of_a_call_after_it_was_cancelled)
{
    conversation_fixture f;
    f.shake_hands("2025-06-18");
    EXPECT_THAT(f.say(call("1", "slow", "1")), HasSubstr("waiting"));
    f.talk.receive(cancel("1"));
    f.box.gate.set();
    f.settle();
    EXPECT_EQ(f.heard(), "");
}

TEST(concurrency, a_question_is_a_request_to_the_client)
{
    conversation_fixture f;
    f.shake_hands("2025-06-18", R"({"elicitation":{}})");
    EXPECT_EQ(
        f.say(call("1", "ask")),
        R"({"jsonrpc":"2.0","id":"ask-1","method":"elicitation/create","params":{"message":"What is your name?",)"
        R"("requestedSchema":{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},)"
        R"("required":["name"]}}})"
    );
    EXPECT_EQ(f.say(R"({"jsonrpc":"2.0","id":"ask-9","result":{"action":"accept"}})"), "") << "nobody asked that";
    EXPECT_THAT(
        f.say(R"({"jsonrpc":"2.0","id":"ask-1","result":{"action":"accept","content":{"name":"Eve","x":1}}})"),
        HasSubstr("Hello, Eve")
    );
}

TEST(concurrency, declining_cancelling_and_failing_are_no_consent)
{
    conversation_fixture f;
    f.shake_hands("2025-11-25", R"({"elicitation":{"form":{}}})");
    EXPECT_THAT(f.say(call("1", "ask")), HasSubstr(R"("mode":"form")"));
    EXPECT_THAT(f.say(R"({"jsonrpc":"2.0","id":"ask-1","result":{"action":"decline"}})"), HasSubstr("declined"));
    f.say(call("2", "ask"));
    EXPECT_THAT(f.say(R"({"jsonrpc":"2.0","id":"ask-2","error":{"code":-1,"message":"no"}})"), HasSubstr("cancelled"));
    for (const auto* odd : {"7", "{}", R"({"action":"accept"})", R"({"action":"accept","content":{"name":1}})"}) {
        const auto id = std::string(json::read(f.say(call("3", "ask"))).value().at("id").as_string());
        EXPECT_THAT(
            f.say(R"({"jsonrpc":"2.0","id":")" + id + R"(","result":)" + odd + "}"), HasSubstr(R"("isError":true)")
        ) << odd;
    }
}

TEST(concurrency, a_client_that_cannot_be_asked_is_not)
{
    for (const auto* version : {"2025-03-26", "2025-06-18"}) {
        conversation_fixture f;
        f.shake_hands(version, version == std::string_view("2025-06-18") ? "{}" : R"({"elicitation":{}})");
        EXPECT_THAT(f.say(call("1", "ask")), HasSubstr(R"("isError":true)"));
        EXPECT_THAT(f.say(call("2", "drop")), HasSubstr("confirm")) << "a token takes the place of the question";
        EXPECT_EQ(f.box.runs, 1) << "only `ask` ran";
    }
}

TEST(concurrency, a_call_cancelled_while_it_asks_withdraws_its_question)
{
    conversation_fixture f;
    f.shake_hands("2025-06-18", R"({"elicitation":{}})");
    f.say(call("1", "ask"));
    EXPECT_EQ(
        f.say(cancel("1")),
        R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"ask-1","reason":"cancelled"}})"
    );
    EXPECT_EQ(f.say(R"({"jsonrpc":"2.0","id":"ask-1","result":{"action":"accept","content":{"name":"Eve"}}})"), "");
}

TEST(concurrency, a_question_that_is_not_answered_in_time_fails)
{
    conversation_fixture f({.longest_call = std::chrono::milliseconds{0}});
    f.shake_hands("2025-06-18", R"({"elicitation":{}})");
    const auto heard = f.say(call("1", "ask"));
    EXPECT_THAT(heard, HasSubstr(R"("requestId":"ask-1","reason":"timeout")"));
    EXPECT_THAT(heard, HasSubstr(R"("isError":true)"));
}

TEST(concurrency, closing_ends_what_runs_and_answers_nothing)
{
    conversation_fixture f;
    f.shake_hands("2025-06-18", R"({"elicitation":{}})");
    f.say(call("1", "slow"));
    f.say(call("2", "ask"));
    const auto close = [&]() -> io::task<int> {
        EXPECT_TRUE(co_await f.talk.close(io::deadline::after(std::chrono::seconds{5})));
        co_return 0;
    };
    f.loop.run_main(close());
    EXPECT_EQ(f.talk.running(), 0U);
    EXPECT_THAT(f.heard(), Not(HasSubstr("result")));
}

TEST(concurrency, a_client_that_left_answers_no_question)
{
    conversation_fixture f;
    f.shake_hands("2025-06-18", R"({"elicitation":{}})");
    f.say(call("1", "ask"));
    const auto drain = [&]() -> io::task<int> {
        co_await f.talk.drain(io::deadline::after(std::chrono::seconds{5}));
        co_return 0;
    };
    f.loop.run_main(drain());
    EXPECT_EQ(f.talk.running(), 0U);
    EXPECT_THAT(f.heard(), HasSubstr("the client closed its side"));
}

} // namespace
} // namespace basekeeper::mcp
