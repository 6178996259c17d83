// Transcripts of the stateless era: envelopes, discovery, result types, rounds of questions.
#include "support/mcp_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::mcp {
namespace {

using testing::conversation_fixture;
using ::testing::HasSubstr;
using testing::modern;
using ::testing::Not;

constexpr auto forms = R"({"elicitation":{}})";

std::string with_meta(std::string_view meta)
{
    return R"({"jsonrpc":"2.0","id":4,"method":"tools/list","params":{"_meta":{)" + std::string(meta) + "}}}";
}

TEST(modern_session, discovery_names_versions_capabilities_and_the_server)
{
    conversation_fixture f;
    EXPECT_EQ(
        f.say(modern("1", "server/discover")),
        R"({"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026-07-28"],"capabilities":{"tools":{"listChanged":true},)"
        R"("resources":{"subscribe":true,"listChanged":true},"prompts":{"listChanged":true},"completions":{},"logging":{}},"instructions":"Be careful.",)"
        R"("resultType":"complete","ttlMs":300000,"cacheScope":"private","_meta":{)"
        R"("io.modelcontextprotocol/serverInfo":{"name":"basekeeper","title":"Test","version":"0.1.0"}}}})"
    );
}

TEST(modern_session, missing_keys_of_the_envelope_are_named)
{
    conversation_fixture f;
    auto e = f.ask(with_meta(R"("io.modelcontextprotocol/protocolVersion":"2026-07-28")")).at("error");
    EXPECT_EQ(e.at("code"), -32602);
    EXPECT_EQ(e.at("data").at("envelope").at("missing").at(0), "io.modelcontextprotocol/clientCapabilities");
    e = f.ask(with_meta(R"("io.modelcontextprotocol/clientCapabilities":{})")).at("error");
    EXPECT_EQ(e.at("data").at("envelope").at("missing").at(0), "io.modelcontextprotocol/protocolVersion");
    e = f.ask(with_meta(R"("io.modelcontextprotocol/protocolVersion":7,"io.modelcontextprotocol/clientCapabilities":[])"
              ))
            .at("error");
    EXPECT_EQ(e.at("data").at("envelope").at("missing").as_array().size(), 2U);
}

TEST(modern_session, versions_that_are_not_spoken_are_refused_with_those_that_are)
{
    conversation_fixture f;
    for (const auto* version : {"v999.0.0", "2025-11-25", ""}) {
        const auto e =
            f.ask(with_meta(
                      R"("io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/protocolVersion":")" +
                      std::string(version) + "\""
                  ))
                .at("error");
        EXPECT_EQ(e.at("code"), -32022);
        EXPECT_EQ(e.at("data").at("requested"), version);
        EXPECT_EQ(json::to_text(e.at("data").at("supported")), R"(["2026-07-28"])");
    }
}

TEST(modern_session, methods_of_the_handshake_era_do_not_exist)
{
    conversation_fixture f;
    for (const auto* method :
         {"initialize",
          "ping",
          "logging/setLevel",
          "resources/subscribe",
          "resources/unsubscribe",
          "unknown/method",
          "tasks/get"})
        EXPECT_THAT(f.say(modern("1", method)), HasSubstr("-32601")) << method;
}

TEST(modern_session, needs_no_handshake_and_stamps_every_result)
{
    conversation_fixture f;
    f.box.gate.set();
    EXPECT_EQ(
        f.say(modern("\"a\"", "tools/call", R"("name":"slow","task":{"ttl":1},)")),
        R"({"jsonrpc":"2.0","id":"a","result":{"content":[{"type":"text","text":"{\"text\":\"done\"}"}],)"
        R"("structuredContent":{"text":"done"},"resultType":"complete","_meta":{)"
        R"("io.modelcontextprotocol/serverInfo":{"name":"basekeeper","title":"Test","version":"0.1.0"}}}})"
    );
    for (const auto* method : {"tools/list", "prompts/list", "resources/list", "resources/templates/list"}) {
        const auto result = f.ask(modern("1", method)).at("result");
        EXPECT_EQ(result.at("resultType"), "complete");
        EXPECT_TRUE(result.at("ttlMs").is_int64());
        EXPECT_EQ(result.at("cacheScope"), "private");
    }
    const auto read = f.ask(modern("1", "resources/read", R"("uri":"test://notes/a/text",)")).at("result");
    EXPECT_EQ(read.at("ttlMs"), 0);
    EXPECT_EQ(read.at("_meta").at("basekeeper/untrusted"), true);
}

TEST(modern_session, a_missing_resource_is_invalid_params)
{
    conversation_fixture f;
    const auto e = f.ask(modern("1", "resources/read", R"("uri":"test://nothing",)")).at("error");
    EXPECT_EQ(e.at("code"), -32602);
    EXPECT_EQ(e.at("data").at("uri"), "test://nothing");
}

TEST(modern_session, batches_do_not_exist)
{
    conversation_fixture f;
    EXPECT_THAT(f.say("[" + modern("1", "tools/list") + "]"), HasSubstr("-32600"));
}

TEST(modern_session, logs_only_where_the_request_asks_for_them)
{
    conversation_fixture f;
    EXPECT_THAT(f.say(modern("1", "tools/call", R"("name":"report",)")), Not(HasSubstr("notifications/message")));
    const auto with_level = [](std::string_view level) {
        return R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"report","_meta":{)"
               R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
               R"("io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/logLevel":)" +
               std::string(level) + "}}}";
    };
    const auto heard = f.say(with_level("\"info\""));
    EXPECT_THAT(heard, HasSubstr("loud"));
    EXPECT_THAT(heard, Not(HasSubstr("quiet")));
    EXPECT_THAT(f.say(with_level("\"chatty\"")), HasSubstr("-32602"));
    EXPECT_THAT(f.say(with_level("1")), HasSubstr("-32602"));
}

/// The state in an answer that asks for input.
std::string state_of(const boost::json::value& answer)
{
    EXPECT_EQ(answer.at("result").at("resultType"), "input_required");
    return std::string(answer.at("result").at("requestState").as_string());
}

std::string retry(std::string_view tool, std::string_view state, std::string_view responses)
{
    return modern(
        "2",
        "tools/call",
        R"("name":")" + std::string(tool) + R"(","inputResponses":)" + std::string(responses) + R"(,"requestState":")" +
            std::string(state) + "\",",
        forms
    );
}

std::string ask_call(std::string_view capabilities = forms)
{
    return modern("1", "tools/call", R"("name":"ask",)", capabilities);
}

TEST(modern_session, a_question_is_an_input_required_result_and_the_retry_answers_it)
{
    conversation_fixture f;
    const auto first = f.ask(ask_call());
    EXPECT_EQ(
        json::to_text(first.at("result").at("inputRequests")),
        R"({"user_name":{"method":"elicitation/create","params":{"mode":"form","message":"What is your name?",)"
        R"("requestedSchema":{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},)"
        R"("required":["name"]}}}})"
    );
    EXPECT_FALSE(first.at("result").as_object().contains("ttlMs"));
    EXPECT_THAT(
        f.say(retry("ask", state_of(first), R"({"user_name":{"action":"accept","content":{"name":"Eve"}},"more":1})")),
        HasSubstr(R"("structuredContent":{"text":"Hello, Eve"})")
    );
    EXPECT_THAT(
        f.say(retry("ask", state_of(f.ask(ask_call())), R"({"user_name":{"action":"decline"}})")), HasSubstr("declined")
    );
}

TEST(modern_session, answers_that_are_missing_or_do_not_fit_are_asked_for_again)
{
    conversation_fixture f;
    auto state = state_of(f.ask(ask_call()));
    for (const auto* responses :
         {R"({})",
          R"({"wrong":{"action":"accept","content":{"name":"Eve"}}})",
          R"({"user_name":12345})",
          "null",
          "7",
          R"({"user_name":{"action":"accept"}})",
          R"({"user_name":{"action":"accept","content":{"name":7}}})",
          R"({"user_name":{"action":"agree","content":{"name":"Eve"}}})",
          R"({"user_name":{"action":"accept","content":{"name":"Eve","age":"old"}}})"})
        state = state_of(f.ask(retry("ask", state, responses)));
}

TEST(modern_session, rounds_of_questions_end)
{
    conversation_fixture f;
    auto answer = f.ask(ask_call());
    int rounds = 1;
    for (; answer.as_object().contains("result") && rounds < 100; ++rounds)
        answer = f.ask(retry("ask", state_of(answer), "{}"));
    EXPECT_LT(rounds, 100);
    EXPECT_EQ(answer.at("error").at("code"), -32603);
}

TEST(modern_session, several_questions_are_asked_one_after_another_and_answers_are_kept)
{
    conversation_fixture f;
    const auto first = f.ask(modern("1", "tools/call", R"("name":"ask_twice",)", forms));
    const auto second = f.ask(retry("ask_twice", state_of(first), R"({"one":{"action":"accept","content":{}}})"));
    EXPECT_TRUE(second.at("result").at("inputRequests").as_object().contains("two"));
    EXPECT_NE(state_of(first), state_of(second));
    EXPECT_THAT(
        f.say(retry("ask_twice", state_of(second), R"({"two":{"action":"cancel"}})")),
        HasSubstr(R"({"text":"yes no "})")
    );
}

TEST(modern_session, responses_without_state_answer_nothing)
{
    conversation_fixture f;
    const auto answer = f.ask(modern(
        "1",
        "tools/call",
        R"("name":"ask","inputResponses":{"user_name":{"action":"accept","content":{"name":"Eve"}}},)",
        forms
    ));
    EXPECT_EQ(answer.at("result").at("resultType"), "input_required");
}

TEST(modern_session, a_state_that_is_changed_old_used_or_foreign_is_refused)
{
    conversation_fixture f;
    const auto yes = R"({"user_name":{"action":"accept","content":{"name":"Eve"}}})";
    const auto state = state_of(f.ask(ask_call()));
    const auto expect_refused = [&](std::string_view message) {
        const auto e = f.ask(message).at("error");
        EXPECT_EQ(e.at("code"), -32602);
        EXPECT_EQ(e.at("message"), "Invalid or expired requestState");
    };
    expect_refused(retry("ask", state + "-TAMPERED", yes));
    expect_refused(retry("ask", state.substr(0, state.size() / 2), yes));
    expect_refused(retry("ask", "", yes));
    expect_refused(retry("ask_twice", state, yes));
    expect_refused(modern("2", "tools/call", R"("name":"ask","requestState":7,)", forms));
    const auto in_another_session = [&](caller who) {
        testing::sent_messages heard;
        session other(f.home, std::move(who), heard, f.loop.executor());
        other.receive(retry("ask", state, yes));
        f.settle();
        return heard.all.empty() ? std::string("nothing") : heard.all.front();
    };
    EXPECT_THAT(in_another_session({{"stdio:other"}}), HasSubstr("-32602")) << "another principal";
    EXPECT_THAT(in_another_session({{"stdio:test"}, {.instance = "dev"}}), HasSubstr("-32602")) << "another view";
    EXPECT_THAT(f.say(retry("ask", state, yes)), HasSubstr("Hello"));
    expect_refused(retry("ask", state, yes));
    const auto old = state_of(f.ask(ask_call()));
    f.time.advance(std::chrono::seconds{601});
    expect_refused(retry("ask", old, yes));
}

TEST(modern_session, a_question_to_a_client_that_cannot_answer_names_the_capability)
{
    conversation_fixture f;
    for (const auto* capabilities : {"{}", R"({"sampling":{}})", R"({"elicitation":{"url":{}}})"}) {
        const auto e = f.ask(ask_call(capabilities)).at("error");
        EXPECT_EQ(e.at("code"), -32021);
        EXPECT_TRUE(e.at("data").at("requiredCapabilities").as_object().contains("elicitation"));
    }
}

TEST(modern_session, a_destructive_call_asks_first_and_runs_once_confirmed)
{
    conversation_fixture f;
    const auto first = f.ask(modern("1", "tools/call", R"("name":"drop",)", forms));
    EXPECT_EQ(f.box.runs, 0);
    const auto state = state_of(first);
    EXPECT_THAT(
        f.say(retry("drop", state, R"({"confirm":{"action":"accept","content":{"confirm":true}}})")),
        HasSubstr("dropped")
    );
    EXPECT_THAT(
        f.say(retry("drop", state, R"({"confirm":{"action":"accept","content":{"confirm":true}}})")),
        HasSubstr("-32602")
    );
    EXPECT_EQ(f.box.runs, 1);
}

} // namespace
} // namespace basekeeper::mcp
