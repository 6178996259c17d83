// Tasks of the extension: the server decides, a call in time is answered as ever, questions wait in the task.
#include "mcp/test_tasks.hpp"

namespace basekeeper::mcp {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A bench whose optional tools become tasks as soon as they wait.
struct impatient_bench : task_bench
{
    impatient_bench() : task_bench({.patience = 0ms}) {}
};

boost::json::value get(task_bench::client& c, std::string_view id)
{
    return c.result_of(modern_about("77", "tasks/get", id));
}

TEST(modern_tasks, are_declared_as_an_extension)
{
    task_bench b;
    auto& c = b.connect();
    const auto found = c.result_of(modern("1", "server/discover"));
    EXPECT_TRUE(found.at("capabilities").at("extensions").as_object().contains("io.modelcontextprotocol/tasks"));
    EXPECT_FALSE(found.at("capabilities").as_object().contains("tasks"));
    EXPECT_THAT(c.say(modern("2", "tools/list")), Not(HasSubstr("execution")));
}

TEST(modern_tasks, a_call_is_answered_with_a_flat_task_that_can_be_got_at_once)
{
    task_bench b;
    auto& c = b.connect();
    const auto made = c.result_of(modern_call("1", "job"));
    EXPECT_EQ(text_at(made, "resultType"), "task");
    EXPECT_EQ(text_at(made, "status"), "working");
    EXPECT_TRUE(made.at("ttlMs").is_int64());
    EXPECT_TRUE(made.at("pollIntervalMs").is_int64());
    for (const auto* foreign : {"task", "ttl", "pollInterval", "result", "error", "inputRequests", "requestState"})
        EXPECT_FALSE(made.as_object().contains(foreign)) << foreign;
    const auto id = text_at(made, "taskId");
    const auto now = get(c, id);
    EXPECT_EQ(text_at(now, "resultType"), "complete");
    EXPECT_EQ(text_at(now, "status"), "working");
    EXPECT_EQ(text_at(now, "statusMessage"), "half way");
    b.box.gate.set();
    b.settle();
    const auto done = get(c, id);
    EXPECT_EQ(text_at(done, "status"), "completed");
    EXPECT_EQ(text_at(done.at("result").at("structuredContent"), "text"), "done");
    EXPECT_EQ(text_at(done.at("result"), "resultType"), "complete");
    EXPECT_EQ(b.audit.entries.size(), 1U);
}

TEST(modern_tasks, who_did_not_declare_the_extension_gets_none)
{
    task_bench b;
    auto& c = b.connect();
    EXPECT_THAT(c.say(modern_call("1", "job", "", "{}")), IsEmpty()) << "it runs and the client waits";
    b.box.gate.set();
    EXPECT_THAT(c.heard(), HasSubstr(R"("structuredContent":{"text":"done"})"));
    const auto refused = c.say(modern_call("2", "failing", "", "{}"));
    EXPECT_THAT(refused, HasSubstr(R"("code":-32021)"));
    EXPECT_THAT(refused, HasSubstr(R"("requiredCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}})"));
    EXPECT_THAT(c.say(modern_call("3", "quick", R"("task":{"ttl":5},)", "{}")), HasSubstr("structuredContent"));
}

TEST(modern_tasks, methods_are_checked_before_the_extension_and_that_before_the_id)
{
    task_bench b;
    auto& c = b.connect();
    for (const auto* removed : {"tasks/result", "tasks/list"})
        EXPECT_THAT(c.say(modern("1", removed, R"("taskId":"x",)")), HasSubstr("-32601")) << removed;
    for (const auto* method : {"tasks/get", "tasks/update", "tasks/cancel"}) {
        EXPECT_THAT(c.say(modern("1", method, R"("taskId":"x",)")), HasSubstr("-32021")) << method;
        EXPECT_THAT(c.say(modern_about("1", method, "x")), HasSubstr("-32602")) << method;
        EXPECT_THAT(c.say(modern("1", method, "", with_tasks)), HasSubstr("-32602")) << method;
    }
}

TEST(modern_tasks, a_failing_tool_completes_and_a_protocol_error_fails)
{
    task_bench b;
    auto& c = b.connect();
    const auto failing = text_at(c.result_of(modern_call("1", "failing")), "taskId");
    const auto completed = get(c, failing);
    EXPECT_EQ(text_at(completed, "status"), "completed");
    EXPECT_EQ(completed.at("result").at("isError"), true);
    const auto bug = text_at(c.result_of(modern_call("2", "bug")), "taskId");
    const auto failed = get(c, bug);
    EXPECT_EQ(text_at(failed, "status"), "failed");
    EXPECT_EQ(failed.at("error").at("code"), -32603);
    EXPECT_FALSE(failed.as_object().contains("result"));
}

TEST(modern_tasks, an_optional_tool_that_answers_in_time_is_no_task)
{
    task_bench b;
    auto& c = b.connect();
    const auto answer = c.result_of(modern_call("1", "quick"));
    EXPECT_EQ(text_at(answer, "resultType"), "complete");
    EXPECT_EQ(text_at(answer.at("structuredContent"), "text"), "quick");
    EXPECT_EQ(b.home.tasks().of("stdio:anna").size(), 0U);
}

TEST(modern_tasks, an_optional_tool_that_takes_long_becomes_one)
{
    impatient_bench b;
    auto& c = b.connect();
    const auto made = c.result_of(modern_call("1", "slow"));
    EXPECT_EQ(text_at(made, "resultType"), "task");
    b.box.gate.set();
    b.settle();
    EXPECT_EQ(text_at(get(c, text_at(made, "taskId")), "status"), "completed");
}

TEST(modern_tasks, an_optional_tool_reports_progress_as_long_as_the_client_waits)
{
    task_bench b;
    auto& c = b.connect();
    const auto call = modern("1", "tools/call", R"("name":"slow",)", with_tasks);
    const auto at = call.find(R"("_meta":{)") + 9;
    const auto heard = c.say(std::string(call).insert(at, R"("progressToken":"p",)"));
    EXPECT_THAT(heard, HasSubstr(R"("progressToken":"p","progress":1,"total":2)"));
    b.box.gate.set();
    EXPECT_THAT(c.heard(), HasSubstr("done"));
}

TEST(modern_tasks, a_call_withdrawn_while_the_client_waits_stops_its_work)
{
    task_bench b;
    auto& c = b.connect();
    EXPECT_THAT(c.say(modern_call("1", "slow")), IsEmpty());
    EXPECT_THAT(c.say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})"), IsEmpty());
    EXPECT_EQ(b.box.stopped, 1);
    EXPECT_EQ(c.talk.running(), 0U);
    EXPECT_EQ(b.home.tasks().working(), 0U);
    ASSERT_EQ(b.audit.entries.size(), 1U);
    EXPECT_EQ(b.audit.entries[0].outcome, "cancelled");
}

TEST(modern_tasks, questions_wait_in_the_task_and_are_answered_by_update)
{
    task_bench b;
    auto& c = b.connect();
    const auto made = c.result_of(modern_call("1", "ask_both"));
    EXPECT_EQ(text_at(made, "status"), "working");
    const auto id = text_at(made, "taskId");
    const auto asked = get(c, id);
    EXPECT_EQ(text_at(asked, "status"), "input_required");
    EXPECT_EQ(text_at(asked.at("inputRequests").at("one"), "method"), "elicitation/create");
    EXPECT_EQ(asked.at("inputRequests").as_object().size(), 2U);

    const auto ack = c.result_of(
        modern_about("2", "tasks/update", id, R"("inputResponses":{"two":{"action":"accept"},"unknown":{"x":1}},)")
    );
    EXPECT_EQ(text_at(ack, "resultType"), "complete");
    EXPECT_FALSE(ack.as_object().contains("taskId"));
    const auto left = get(c, id);
    EXPECT_EQ(text_at(left, "status"), "input_required");
    EXPECT_FALSE(left.at("inputRequests").as_object().contains("two"));
    // An answered key is ignored, and the rest completes.
    c.say(modern_about(
        "3", "tasks/update", id, R"("inputResponses":{"two":{"action":"cancel"},"one":{"action":"decline"}},)"
    ));
    const auto done = get(c, id);
    EXPECT_EQ(text_at(done, "status"), "completed");
    EXPECT_EQ(text_at(done.at("result").at("structuredContent"), "text"), R"({"action":"decline"}{"action":"accept"})");
    EXPECT_THAT(c.say(modern_about("4", "tasks/update", id, R"("inputResponses":null,)")), HasSubstr("-32602"));
}

TEST(modern_tasks, an_answer_that_does_not_fit_is_asked_for_under_a_new_key)
{
    task_bench b;
    auto& c = b.connect();
    const auto made = c.result_of(modern_call("1", "ask"));
    EXPECT_EQ(text_at(made, "resultType"), "task") << "a question makes it one";
    const auto id = text_at(made, "taskId");
    EXPECT_EQ(text_at(get(c, id), "status"), "input_required");
    c.say(modern_about("2", "tasks/update", id, R"("inputResponses":{"name":12345},)"));
    const auto again = get(c, id);
    EXPECT_EQ(text_at(again, "status"), "input_required");
    EXPECT_TRUE(again.at("inputRequests").as_object().contains("name-2"));
    c.say(modern_about(
        "3", "tasks/update", id, R"("inputResponses":{"name-2":{"action":"accept","content":{"v":"blue"}}},)"
    ));
    EXPECT_EQ(text_at(get(c, id).at("result").at("structuredContent"), "text"), "blue");
}

TEST(modern_tasks, what_a_tool_wants_to_know_first_is_asked_before_there_is_a_task)
{
    task_bench b;
    auto& c = b.connect();
    const auto asked = c.result_of(modern_call("1", "greet"));
    EXPECT_EQ(text_at(asked, "resultType"), "input_required");
    EXPECT_EQ(b.home.tasks().of("stdio:anna").size(), 0U);
    const auto made = c.result_of(modern_call(
        "2",
        "greet",
        R"("inputResponses":{"who":{"action":"accept","content":{"v":"Anna"}}},"requestState":")" +
            text_at(asked, "requestState") + "\","
    ));
    EXPECT_EQ(text_at(made, "resultType"), "task");
    EXPECT_THAT(json::to_text(get(c, text_at(made, "taskId"))), HasSubstr("Hello, Anna"));
}

TEST(modern_tasks, what_destroys_is_confirmed_before_there_is_a_task)
{
    task_bench b;
    auto& c = b.connect();
    const auto asked = c.result_of(modern_call("1", "drop"));
    EXPECT_EQ(text_at(asked, "resultType"), "input_required");
    const auto state = R"("requestState":")" + text_at(asked, "requestState") + "\",";
    const auto no =
        c.result_of(modern_call("2", "drop", state + R"("inputResponses":{"confirm":{"action":"decline"}},)"));
    EXPECT_EQ(no.at("isError"), true);
    EXPECT_EQ(b.box.started, 0);
    const auto again = R"("requestState":")" + text_at(c.result_of(modern_call("3", "drop")), "requestState") + "\",";
    const auto made = c.result_of(modern_call(
        "4", "drop", again + R"("inputResponses":{"confirm":{"action":"accept","content":{"confirm":true}}},)"
    ));
    EXPECT_EQ(text_at(made, "resultType"), "task");
    EXPECT_THAT(json::to_text(get(c, text_at(made, "taskId"))), HasSubstr("dropped"));
    EXPECT_EQ(b.audit.entries.back().decision, "confirmed");
}

TEST(modern_tasks, a_capability_that_is_missing_is_named_as_in_any_call)
{
    task_bench b;
    auto& c = b.connect();
    const auto refused = c.say(modern_call("1", "sample"));
    EXPECT_THAT(refused, HasSubstr("-32021"));
    EXPECT_THAT(refused, HasSubstr(R"({"requiredCapabilities":{"sampling":{}}})"));
}

TEST(modern_tasks, cancelling_settles_the_task_and_may_be_repeated)
{
    task_bench b;
    auto& c = b.connect();
    const auto id = text_at(c.result_of(modern_call("1", "job")), "taskId");
    for (int i = 0; i < 2; ++i) {
        const auto ack = c.result_of(modern_about("2", "tasks/cancel", id));
        EXPECT_EQ(text_at(ack, "resultType"), "complete");
        EXPECT_FALSE(ack.as_object().contains("status"));
        EXPECT_EQ(text_at(get(c, id), "status"), "cancelled");
    }
    EXPECT_EQ(b.box.stopped, 1);
}

TEST(modern_tasks, another_principal_learns_nothing)
{
    task_bench b;
    auto& anna = b.connect("key:anna");
    auto& bela = b.connect("key:bela");
    const auto id = text_at(anna.result_of(modern_call("1", "job")), "taskId");
    for (const auto* method : {"tasks/get", "tasks/cancel", "tasks/update"})
        EXPECT_EQ(
            bela.say(modern_about("1", method, id, R"("inputResponses":{},)")),
            bela.say(modern_about("1", method, "no-such", R"("inputResponses":{},)"))
        ) << method;
    EXPECT_EQ(text_at(get(anna, id), "status"), "working");
    const auto listening =
        bela.say(modern("5", "subscriptions/listen", R"("notifications":{"taskIds":[")" + id + R"("]},)", with_tasks));
    EXPECT_THAT(listening, Not(HasSubstr(id))) << "it is not even acknowledged";
    b.box.gate.set();
    EXPECT_THAT(bela.heard(), IsEmpty());
}

TEST(modern_tasks, a_listening_client_hears_of_its_tasks_in_full)
{
    task_bench b;
    auto& c = b.connect();
    const auto id = text_at(c.result_of(modern_call("1", "job")), "taskId");
    const auto ack =
        c.say(modern("9", "subscriptions/listen", R"("notifications":{"taskIds":[")" + id + R"("]},)", with_tasks));
    EXPECT_THAT(ack, HasSubstr(R"("taskIds":[")" + id + "\"]"));
    b.box.gate.set();
    const auto heard = c.heard();
    EXPECT_THAT(heard, HasSubstr(R"("method":"notifications/tasks","params":{"taskId":")" + id));
    EXPECT_THAT(heard, HasSubstr(R"("status":"completed")"));
    EXPECT_THAT(heard, HasSubstr(R"("structuredContent":{"text":"done"})"));
    EXPECT_THAT(heard, HasSubstr(R"("_meta":{"io.modelcontextprotocol/subscriptionId":9}}})"));
    EXPECT_TRUE(json::read(heard));
}

} // namespace
} // namespace basekeeper::mcp
