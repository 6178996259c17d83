// Input that only the client has: completions of its model, its folders, several at once, in both eras.
#include "support/mcp_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::mcp {
namespace {

using testing::conversation_fixture;
using ::testing::HasSubstr;
using testing::modern;

constexpr auto gives_all = R"({"sampling":{},"roots":{"listChanged":true}})";

std::string gather(std::string_view capabilities, std::string_view rest = "")
{
    return modern("7", "tools/call", R"("name":"gather",)" + std::string(rest), capabilities);
}

TEST(client_input, a_stateless_client_is_asked_for_all_of_it_in_one_round)
{
    conversation_fixture f;
    const auto first = f.ask(gather(gives_all)).at("result");
    EXPECT_EQ(first.at("resultType"), "input_required");
    EXPECT_EQ(
        json::to_text(first.at("inputRequests")),
        R"({"sum":{"method":"sampling/createMessage","params":{"maxTokens":10}},)"
        R"("where":{"method":"roots/list","params":{}}})"
    );
    const auto state = json::to_text(first.at("requestState"));
    const auto last = f.say(gather(
        gives_all, R"("requestState":)" + state + R"(,"inputResponses":{"sum":{"a":1},"where":{"roots":[]},"x":{}},)"
    ));
    EXPECT_THAT(last, HasSubstr(R"({\"a\":1} {\"roots\":[]})"));
}

TEST(client_input, what_is_missing_from_the_responses_is_asked_for_again)
{
    conversation_fixture f;
    auto state = json::to_text(f.ask(gather(gives_all)).at("result").at("requestState"));
    const auto second =
        f.ask(gather(gives_all, R"("requestState":)" + state + R"(,"inputResponses":{"sum":{"a":1},"where":5},)"))
            .at("result");
    EXPECT_EQ(json::to_text(second.at("inputRequests")), R"({"where":{"method":"roots/list","params":{}}})");
    state = json::to_text(second.at("requestState"));
    EXPECT_THAT(
        f.say(gather(gives_all, R"("requestState":)" + state + R"(,"inputResponses":{"where":{}},)")),
        HasSubstr(R"({\"a\":1} {})")
    );
}

TEST(client_input, what_a_stateless_client_did_not_declare_is_named)
{
    conversation_fixture f;
    auto e = f.ask(gather("{}")).at("error");
    EXPECT_EQ(e.at("code"), -32021);
    EXPECT_EQ(json::to_text(e.at("data")), R"({"requiredCapabilities":{"sampling":{}}})");
    e = f.ask(gather(R"({"sampling":{}})")).at("error");
    EXPECT_EQ(json::to_text(e.at("data")), R"({"requiredCapabilities":{"roots":{}}})");
    EXPECT_EQ(f.sent.traits.back().found_by, fault::handler);
    EXPECT_EQ(f.sent.traits.back().code, rpc_code::missing_client_capability);
}

TEST(client_input, a_session_client_gets_requests_one_after_the_other)
{
    conversation_fixture f;
    f.shake_hands("2025-11-25", gives_all);
    EXPECT_EQ(
        f.say(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"gather"}})"),
        R"({"jsonrpc":"2.0","id":"ask-1","method":"sampling/createMessage","params":{"maxTokens":10}})"
    );
    EXPECT_EQ(f.sent.traits.back().kind, message_kind::question);
    EXPECT_EQ(
        f.say(R"({"jsonrpc":"2.0","id":"ask-1","result":{"role":"assistant"}})"),
        R"({"jsonrpc":"2.0","id":"ask-2","method":"roots/list","params":{}})"
    );
    EXPECT_THAT(f.say(R"({"jsonrpc":"2.0","id":"ask-2","result":{"roots":[]}})"), HasSubstr("assistant"));
}

TEST(client_input, a_refusal_of_a_session_client_fails_the_call)
{
    conversation_fixture f;
    f.shake_hands("2024-11-05", gives_all);
    f.say(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"gather"}})");
    EXPECT_THAT(
        f.say(R"({"jsonrpc":"2.0","id":"ask-1","error":{"code":-1,"message":"user rejected"}})"),
        HasSubstr("the client refused sampling/createMessage")
    );
    conversation_fixture poor;
    poor.shake_hands("2024-11-05");
    EXPECT_THAT(
        poor.say(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"gather"}})"),
        HasSubstr("did not declare")
    );
}

} // namespace
} // namespace basekeeper::mcp
