// Transcripts of the handshake versions: what is asked, and exactly what comes back.
#include "support/mcp_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace basekeeper::mcp {
namespace {

using testing::conversation_fixture;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(legacy_session, initialize_echoes_every_version_that_is_known)
{
    for (const auto* version : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
        conversation_fixture f;
        EXPECT_THAT(f.shake_hands(version), HasSubstr(R"("protocolVersion":")" + std::string(version)));
    }
}

TEST(legacy_session, initialize_answers_others_with_the_newest_handshake_version)
{
    for (const auto* version : {"2026-07-28", "1999-01-01", "", "2024-10-07"}) {
        conversation_fixture f;
        EXPECT_THAT(f.shake_hands(version), HasSubstr(R"("protocolVersion":"2025-11-25")"));
    }
}

TEST(legacy_session, initialize_says_who_we_are_and_what_we_can)
{
    conversation_fixture f;
    EXPECT_EQ(
        f.shake_hands("2025-06-18"),
        R"({"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{"listChanged":true},)"
        R"("resources":{"subscribe":true,"listChanged":true},"prompts":{"listChanged":true},"completions":{},"logging":{}},"serverInfo":{"name":"basekeeper","title":"Test",)"
        R"("version":"0.1.0"},"instructions":"Be careful."}})"
    );
    conversation_fixture old;
    EXPECT_THAT(old.shake_hands("2024-11-05"), Not(HasSubstr("completions")));
}

TEST(legacy_session, initialize_twice_is_refused)
{
    conversation_fixture f;
    f.shake_hands("2025-06-18");
    EXPECT_THAT(f.shake_hands("2025-06-18"), HasSubstr("-32600"));
    EXPECT_THAT(f.say(R"({"jsonrpc":"2.0","id":1,"method":"ping"})"), HasSubstr("\"result\":{}"));
}

TEST(legacy_session, initialize_without_a_version_is_refused_and_may_be_tried_again)
{
    conversation_fixture f;
    EXPECT_THAT(f.say(R"({"jsonrpc":"2.0","id":1,"method":"initialize"})"), HasSubstr("-32602"));
    EXPECT_THAT(
        f.say(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":7}})"), HasSubstr("-32602")
    );
    EXPECT_THAT(f.shake_hands("2025-06-18"), HasSubstr("result"));
}

TEST(legacy_session, before_initialize_only_ping_is_served)
{
    conversation_fixture f;
    EXPECT_EQ(f.say(R"({"jsonrpc":"2.0","id":"p","method":"ping"})"), R"({"jsonrpc":"2.0","id":"p","result":{}})");
    EXPECT_THAT(f.say(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})"), HasSubstr("send initialize before"));
    EXPECT_THAT(f.say(R"({"jsonrpc":"2.0","id":1,"method":"server/discover","params":{}})"), HasSubstr("-32601"));
}

TEST(legacy_session, requests_are_served_although_initialized_was_lost)
{
    conversation_fixture f;
    f.talk.receive(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18"}})");
    f.heard();
    EXPECT_THAT(f.say(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})"), HasSubstr("\"tools\":["));
}

TEST(legacy_session, unknown_methods_are_not_found_and_unknown_notifications_are_silence)
{
    conversation_fixture f;
    f.shake_hands("2025-06-18");
    EXPECT_THAT(f.say(R"({"jsonrpc":"2.0","id":1,"method":"x/y"})"), HasSubstr("-32601"));
    for (const auto* method : {"notifications/x", "x", "tools/list", "initialize", "ping", "notifications/cancelled"})
        EXPECT_EQ(f.say(R"({"jsonrpc":"2.0","method":")" + std::string(method) + "\"}"), "") << method;
    EXPECT_EQ(f.say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{}}})"), "");
    EXPECT_EQ(f.say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":99}})"), "");
}

TEST(legacy_session, tool_results_carry_what_the_version_knows)
{
    const auto call = R"({"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"slow"}})";
    conversation_fixture f;
    f.box.gate.set();
    f.shake_hands("2025-06-18");
    EXPECT_EQ(
        f.say(call),
        R"({"jsonrpc":"2.0","id":5,"result":{"content":[{"type":"text","text":"{\"text\":\"done\"}"}],)"
        R"("structuredContent":{"text":"done"}}})"
    );
    conversation_fixture old;
    old.box.gate.set();
    old.shake_hands("2025-03-26");
    EXPECT_EQ(
        old.say(call), R"({"jsonrpc":"2.0","id":5,"result":{"content":[{"type":"text","text":"{\"text\":\"done\"}"}]}})"
    );
}

TEST(legacy_session, foreign_words_are_marked_and_wrapped)
{
    conversation_fixture f;
    f.shake_hands("2025-06-18");
    const auto answer =
        f.say(R"({"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"echo","arguments":{"text":"hi"}}})");
    EXPECT_THAT(answer, HasSubstr(R"("structuredContent":{"text":"hi"},"_meta":{"basekeeper/untrusted":true}}})"));
}

TEST(legacy_session, a_failing_tool_is_a_result_with_is_error)
{
    conversation_fixture f;
    f.shake_hands("2025-06-18");
    const auto answer = f.say(R"({"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"failing"}})");
    EXPECT_THAT(answer, HasSubstr(R"("isError":true)"));
    EXPECT_THAT(answer, HasSubstr("reading the table failed"));
    EXPECT_THAT(answer, Not(HasSubstr("structuredContent")));
    EXPECT_THAT(
        f.say(R"({"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"echo","arguments":{"txt":"hi"}}})"),
        HasSubstr(R"("isError":true)")
    );
}

TEST(legacy_session, malformed_calls_are_invalid_params)
{
    conversation_fixture f;
    f.shake_hands("2025-06-18");
    for (const auto* params :
         {R"({})",
          R"({"name":7})",
          R"({"name":"echo","arguments":null})",
          R"({"name":"echo","arguments":[]})",
          R"({"name":"ecko","arguments":{}})"})
    {
        const auto answer =
            f.say(R"({"jsonrpc":"2.0","id":5,"method":"tools/call","params":)" + std::string(params) + "}");
        EXPECT_THAT(answer, HasSubstr("-32602")) << params;
    }
    EXPECT_THAT(f.say(R"({"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"ecko"}})"), HasSubstr("echo"));
    EXPECT_EQ(f.box.runs, 0);
}

TEST(legacy_session, an_exception_of_a_handler_is_an_internal_error_and_reported)
{
    conversation_fixture f;
    f.shake_hands("2025-06-18");
    EXPECT_EQ(
        f.say(R"({"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"throwing"}})"),
        R"({"jsonrpc":"2.0","id":5,"error":{"code":-32603,"message":"Internal error"}})"
    );
    EXPECT_THAT(f.bugs, ::testing::ElementsAre("a bug"));
}

TEST(legacy_session, batches_exist_in_one_version)
{
    const auto batch = R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/x"},7,)"
                       R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"slow"}}])";
    for (const auto* version : {"2024-11-05", "2025-06-18", "2025-11-25"}) {
        conversation_fixture f;
        f.shake_hands(version);
        EXPECT_THAT(f.say(batch), HasSubstr("-32600")) << version;
    }
    conversation_fixture f;
    EXPECT_THAT(f.say(batch), HasSubstr("-32600")) << "before initialize";
    f.shake_hands("2025-03-26");
    EXPECT_EQ(f.say(batch), "") << "the answers wait for the last one";
    f.box.gate.set();
    f.settle();
    const auto answers = json::read(f.heard()).value();
    ASSERT_EQ(answers.as_array().size(), 3U);
    EXPECT_EQ(json::to_text(answers.at(0)), R"({"jsonrpc":"2.0","id":1,"result":{}})");
    EXPECT_EQ(answers.at(1).at("error").at("code"), -32600);
    EXPECT_EQ(answers.at(2).at("id"), 2);
}

TEST(legacy_session, a_batch_holds_at_most_64_messages)
{
    conversation_fixture f;
    f.shake_hands("2025-03-26");
    const auto batch_of = [](int count) {
        std::string out;
        for (int i = 0; i < count; ++i)
            out += (i == 0 ? "[" : ",") + (R"({"jsonrpc":"2.0","method":"ping","id":)" + std::to_string(i) + "}");
        return out + "]";
    };
    EXPECT_EQ(f.ask(batch_of(64)).as_array().size(), 64U);
    EXPECT_THAT(f.say(batch_of(65)), HasSubstr("a batch holds at most 64 messages"));
}

TEST(legacy_session, odd_batches_are_answered_as_the_standard_says)
{
    conversation_fixture f;
    f.shake_hands("2025-03-26");
    EXPECT_THAT(f.say("[]"), HasSubstr("-32600"));
    EXPECT_EQ(f.say(R"([{"jsonrpc":"2.0","method":"notifications/x"}])"), "");
    EXPECT_EQ(f.say(R"([{"jsonrpc":"2.0","id":9,"result":{}}])"), "");
    conversation_fixture g;
    g.shake_hands("2025-03-26");
    EXPECT_THAT(
        g.say(R"([{"jsonrpc":"2.0","id":3,"method":"initialize","params":{"protocolVersion":"2025-03-26"}}])"),
        HasSubstr("-32600")
    );
}

TEST(legacy_session, a_batch_whose_calls_are_all_cancelled_is_not_answered)
{
    conversation_fixture f;
    f.shake_hands("2025-03-26");
    f.say(R"([{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"slow"}}])");
    EXPECT_EQ(f.say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})"), "");
    EXPECT_EQ(f.talk.running(), 0U);
}

TEST(legacy_session, log_level_is_kept_for_the_session)
{
    conversation_fixture f;
    f.shake_hands("2025-06-18");
    const auto report = R"({"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"report"}})";
    EXPECT_THAT(f.say(report), Not(HasSubstr("quiet")));
    EXPECT_EQ(
        f.say(R"({"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"debug"}})"),
        R"({"jsonrpc":"2.0","id":1,"result":{}})"
    );
    EXPECT_THAT(f.say(report), HasSubstr(R"({"level":"debug","logger":"test","data":"quiet"})"));
    f.say(R"({"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"error"}})");
    EXPECT_THAT(f.say(report), Not(HasSubstr("loud")));
    for (const auto* level : {R"("loud")", "7", "null"})
        EXPECT_THAT(
            f.say(
                R"({"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":)" + std::string(level) + "}}"
            ),
            HasSubstr("-32602")
        );
}

TEST(legacy_session, resources_are_listed_and_read)
{
    conversation_fixture f;
    f.shake_hands("2025-06-18");
    EXPECT_EQ(
        f.say(R"({"jsonrpc":"2.0","id":1,"method":"resources/list"})"),
        R"({"jsonrpc":"2.0","id":1,"result":{"resources":[{"uri":"test://static","name":"static","title":"Static",)"
        R"("description":"Always the same.","mimeType":"text/plain"}]}})"
    );
    EXPECT_THAT(
        f.say(R"({"jsonrpc":"2.0","id":1,"method":"resources/templates/list"})"),
        HasSubstr(R"("resourceTemplates":[{"uriTemplate":"test://notes/{name}/text")")
    );
    EXPECT_EQ(
        f.say(R"({"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"test://static"}})"),
        R"({"jsonrpc":"2.0","id":1,"result":{"contents":[{"uri":"test://static","mimeType":"text/plain",)"
        R"("text":"note static"}]}})"
    );
    const auto note =
        f.say(R"({"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"test://notes/a%20b/text"}})");
    EXPECT_THAT(note, HasSubstr("note a b"));
    EXPECT_THAT(note, HasSubstr("basekeeper/untrusted"));
    EXPECT_THAT(note, HasSubstr("<untrusted-data-"));
    ASSERT_EQ(f.audit.entries.size(), 2U) << "reading is audited like a call";
    EXPECT_EQ(f.audit.entries[1].tool, "resources/read note");
}

TEST(legacy_session, a_missing_resource_has_the_code_of_its_era_and_names_its_address)
{
    conversation_fixture f;
    f.shake_hands("2025-06-18");
    for (const auto* uri : {"test://nothing", "test://notes/../text", "test://notes/gone/text", ""}) {
        const auto e =
            f.ask(R"({"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":")" + std::string(uri) + "\"}}")
                .at("error");
        EXPECT_EQ(e.at("code"), -32002) << uri;
        EXPECT_EQ(e.at("data").at("uri"), uri);
    }
    EXPECT_THAT(f.say(R"({"jsonrpc":"2.0","id":1,"method":"resources/read"})"), HasSubstr("-32602"));
}

TEST(legacy_session, prompts_are_listed_and_filled_in)
{
    conversation_fixture f;
    f.shake_hands("2025-06-18");
    EXPECT_THAT(
        f.say(R"({"jsonrpc":"2.0","id":1,"method":"prompts/list"})"),
        HasSubstr(R"("arguments":[{"name":"who","description":"Whom.","required":true},{"name":"how"}])")
    );
    EXPECT_EQ(
        f.say(R"({"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"greet","arguments":{"who":"Eve"}}})"),
        R"({"jsonrpc":"2.0","id":1,"result":{"description":"Greets somebody.","messages":[{"role":"user",)"
        R"("content":{"type":"text","text":"Greet Eve."}}]}})"
    );
    for (const auto* params :
         {R"({})",
          R"({"name":"greet"})",
          R"({"name":"greet","arguments":{"who":7}})",
          R"({"name":"greeet"})",
          R"({"name":"greet","arguments":{"who":"a","x":"b"}})",
          R"({"name":"greet","arguments":[]})"})
        EXPECT_THAT(
            f.say(R"({"jsonrpc":"2.0","id":1,"method":"prompts/get","params":)" + std::string(params) + "}"),
            HasSubstr("-32602")
        ) << params;
}

TEST(legacy_session, completion_knows_prompts_and_templates)
{
    conversation_fixture f;
    f.shake_hands("2025-06-18");
    const auto complete = [&](std::string_view ref, std::string_view argument) {
        return f.say(
            R"({"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"ref":)" + std::string(ref) +
            R"(,"argument":)" + std::string(argument) + "}}"
        );
    };
    const auto prompt = R"({"type":"ref/prompt","name":"greet"})";
    EXPECT_THAT(
        complete(prompt, R"({"name":"who","value":"a"})"),
        HasSubstr(R"("completion":{"values":["anna","bela"],"total":2,"hasMore":false})")
    );
    EXPECT_THAT(complete(prompt, R"({"name":"other","value":"a"})"), HasSubstr(R"("values":[])"));
    const auto many =
        json::read(
            complete(R"({"type":"ref/resource","uri":"test://notes/{name}/text"})", R"({"name":"name","value":"a"})")
        )
            .value();
    EXPECT_EQ(many.at("result").at("completion").at("values").as_array().size(), 100U);
    EXPECT_EQ(many.at("result").at("completion").at("total"), 250);
    EXPECT_EQ(many.at("result").at("completion").at("hasMore"), true);
    EXPECT_THAT(complete(R"({"type":"ref/prompt","name":"x"})", R"({"name":"who","value":"a"})"), HasSubstr("-32602"));
    EXPECT_THAT(complete(R"({"type":"ref/resource","uri":"x"})", R"({"name":"who","value":"a"})"), HasSubstr("-32602"));
    EXPECT_THAT(complete("7", R"({"name":"who","value":"a"})"), HasSubstr("-32602"));
    EXPECT_THAT(complete(prompt, R"({"name":"who"})"), HasSubstr("-32602"));
}

TEST(legacy_session, the_stateless_era_is_served_beside_it)
{
    conversation_fixture f;
    f.shake_hands("2025-06-18");
    EXPECT_THAT(f.say(testing::modern("1", "tools/list")), HasSubstr("resultType"));
    EXPECT_THAT(f.say(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})"), Not(HasSubstr("resultType")));
}

/// Tool, decision and outcome of every entry that the client's requests left.
std::string recorded(const conversation_fixture& f)
{
    std::string out;
    for (const auto& e : f.audit.entries)
        out += e.tool + " " + e.decision + " " + e.outcome + "\n";
    return out;
}

TEST(legacy_session, prompts_resources_and_completions_are_audited)
{
    conversation_fixture f;
    f.shake_hands("2025-11-25");
    f.say(R"({"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"greet","arguments":{"who":"Eve"}}})");
    f.say(R"({"jsonrpc":"2.0","id":2,"method":"prompts/get","params":{"name":"greet","arguments":{"no":"x"}}})");
    f.say(R"({"jsonrpc":"2.0","id":3,"method":"resources/read","params":{"uri":"test://notes/a/text"}})");
    f.say(
        R"({"jsonrpc":"2.0","id":4,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"greet"},)"
        R"("argument":{"name":"who","value":"a"}}})"
    );
    f.say(R"({"jsonrpc":"2.0","id":5,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"no"},)"
          R"("argument":{"name":"who","value":"a"}}})");
    EXPECT_EQ(
        recorded(f),
        "prompts/get greet allowed ok\nprompts/get greet invalid invalid_argument\nresources/read note allowed ok\n"
        "completion/complete allowed ok\ncompletion/complete invalid invalid_argument\n"
    );
    ASSERT_EQ(f.audit.entries.size(), 5U);
    EXPECT_NE(f.audit.entries[0].argument_digest, f.audit.entries[1].argument_digest);
    for (const auto& e : f.audit.entries)
        EXPECT_FALSE(e.principal.empty()) << e.tool;
}

} // namespace
} // namespace basekeeper::mcp
