// Tasks as 2025-11-25 has them: made on request, polled, awaited, listed, cancelled, each by its principal only.
#include "mcp/test_tasks.hpp"

namespace basekeeper::mcp {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string make_task(task_bench::client& c, std::string_view tool, std::string_view task = "{}")
{
    const auto made = c.result_of(legacy_task("10", tool, task));
    return made.as_object().contains("task") ? text_at(made.at("task"), "taskId") : "";
}

TEST(legacy_tasks, are_declared_to_the_version_that_knows_them_only)
{
    task_bench b;
    auto& c = b.connect();
    const auto hello = [](std::string_view version) {
        return legacy("0", "initialize", R"({"protocolVersion":")" + std::string(version) + R"(","capabilities":{}})");
    };
    EXPECT_THAT(
        c.say(hello("2025-11-25")), HasSubstr(R"("tasks":{"list":{},"cancel":{},"requests":{"tools":{"call":{}}}})")
    );
    const auto list = c.say(legacy("1", "tools/list"));
    EXPECT_THAT(list, HasSubstr(R"("execution":{"taskSupport":"optional"})"));
    EXPECT_THAT(list, HasSubstr(R"("execution":{"taskSupport":"required"})"));
    auto& old = b.connect();
    EXPECT_THAT(old.say(hello("2025-06-18")), Not(HasSubstr("tasks")));
    EXPECT_THAT(old.say(legacy("1", "tools/list")), Not(HasSubstr("execution")));
    EXPECT_THAT(old.say(legacy("2", "tasks/list")), HasSubstr("-32601"));
    EXPECT_THAT(old.say(legacy("3", "tasks/result", about("x"))), HasSubstr("-32601"));
    EXPECT_THAT(old.say(legacy_task("4", "quick")), HasSubstr(R"("text":"{\"text\":\"quick\"}")"))
        << "the parameter is not known there";
}

TEST(legacy_tasks, a_call_is_answered_at_once_and_its_work_goes_on)
{
    task_bench b;
    auto& c = b.connect();
    c.shake_hands();
    const auto task = c.result_of(legacy_task("1", "slow", R"({"ttl":60000})")).at("task");
    EXPECT_EQ(text_at(task, "status"), "working");
    EXPECT_EQ(task.at("ttl"), 60'000);
    EXPECT_TRUE(task.at("pollInterval").is_int64());
    EXPECT_THAT(text_at(task, "createdAt"), HasSubstr("2027-01-15T08:00:00"));
    EXPECT_EQ(b.box.started, 1);
    const auto id = text_at(task, "taskId");
    EXPECT_GE(id.size(), 32U);
    const auto now = c.result_of(legacy("2", "tasks/get", about(id)));
    EXPECT_EQ(text_at(now, "status"), "working");
    EXPECT_EQ(text_at(now, "statusMessage"), "half way");

    EXPECT_THAT(c.say(legacy("3", "tasks/result", about(id))), IsEmpty()) << "it waits";
    b.box.gate.set();
    const auto heard = c.heard();
    EXPECT_THAT(heard, HasSubstr(R"("method":"notifications/tasks/status","params":{"taskId":")" + id + "\""));
    EXPECT_THAT(heard, HasSubstr(R"({"jsonrpc":"2.0","id":3,"result":{"content":[{"type":"text","text":)"));
    EXPECT_THAT(heard, HasSubstr(R"("_meta":{"io.modelcontextprotocol/related-task":{"taskId":")" + id + "\"}}"));
    EXPECT_EQ(text_at(c.result_of(legacy("4", "tasks/get", about(id))), "status"), "completed");
    EXPECT_THAT(c.say(legacy("5", "tasks/result", about(id))), HasSubstr(R"("structuredContent":{"text":"done"})"));
    ASSERT_EQ(b.audit.entries.size(), 1U);
    EXPECT_EQ(b.audit.entries[0].tool, "slow");
    EXPECT_EQ(b.audit.entries[0].outcome, "ok");
}

TEST(legacy_tasks, tools_say_whether_they_can)
{
    task_bench b;
    auto& c = b.connect();
    c.shake_hands();
    EXPECT_THAT(c.say(legacy_task("1", "plain")), HasSubstr("-32601"));
    EXPECT_THAT(c.say(legacy("2", "tools/call", R"({"name":"failing"})")), HasSubstr("-32601"));
    EXPECT_THAT(c.say(legacy("3", "tools/call", R"({"name":"quick"})")), HasSubstr("structuredContent"));
    for (const auto* task : {"5", R"({"ttl":-1})", R"({"ttl":"x"})", "[]"})
        EXPECT_THAT(c.say(legacy_task("4", "quick", task)), HasSubstr("-32602")) << task;
    EXPECT_EQ(b.box.started, 1);
}

TEST(legacy_tasks, a_tool_that_fails_fails_its_task_and_the_result_tells)
{
    task_bench b;
    auto& c = b.connect();
    c.shake_hands();
    const auto id = make_task(c, "failing");
    c.heard();
    const auto now = c.result_of(legacy("2", "tasks/get", about(id)));
    EXPECT_EQ(text_at(now, "status"), "failed");
    EXPECT_EQ(text_at(now, "statusMessage"), "it is taken");
    EXPECT_THAT(c.say(legacy("3", "tasks/result", about(id))), HasSubstr(R"("isError":true)"));
    const auto bug = make_task(c, "bug");
    c.heard();
    EXPECT_THAT(
        c.say(legacy("4", "tasks/result", about(bug))),
        HasSubstr(R"("error":{"code":-32603,"message":"Internal error"})")
    );
    EXPECT_THAT(b.bugs, ::testing::ElementsAre("a bug"));
}

TEST(legacy_tasks, another_principal_is_told_that_there_is_no_such_task)
{
    task_bench b;
    auto& anna = b.connect("key:anna");
    auto& bela = b.connect("key:bela");
    anna.shake_hands();
    bela.shake_hands();
    const auto id = make_task(anna, "slow");
    bela.heard();
    const auto foreign = bela.say(legacy("1", "tasks/get", about(id)));
    EXPECT_EQ(foreign, bela.say(legacy("1", "tasks/get", about("no-such-id"))));
    EXPECT_THAT(foreign, HasSubstr("-32602"));
    EXPECT_THAT(bela.say(legacy("2", "tasks/result", about(id))), HasSubstr("-32602"));
    EXPECT_THAT(bela.say(legacy("3", "tasks/cancel", about(id))), HasSubstr("-32602"));
    EXPECT_EQ(bela.say(legacy("4", "tasks/list")), R"({"jsonrpc":"2.0","id":4,"result":{"tasks":[]}})");
    b.box.gate.set();
    EXPECT_THAT(bela.heard(), IsEmpty()) << "notices are for the owner";
    EXPECT_THAT(anna.heard(), HasSubstr("completed"));
}

TEST(legacy_tasks, a_connection_that_could_not_make_the_call_is_told_that_there_is_no_such_task)
{
    task_bench b;
    auto& whole = b.connect("key:anna");
    auto& narrow = b.connect("key:anna", {.features = {"other"}});
    auto& reading = b.connect("key:anna", {.mode = access::read_only});
    for (auto* one : {&whole, &narrow, &reading})
        one->shake_hands();
    const auto id = make_task(whole, "slow");
    EXPECT_THAT(narrow.say(legacy("1", "tasks/get", about(id))), HasSubstr("-32602"));
    EXPECT_THAT(narrow.say(legacy("2", "tasks/result", about(id))), HasSubstr("-32602"));
    EXPECT_EQ(narrow.say(legacy("3", "tasks/list")), R"({"jsonrpc":"2.0","id":3,"result":{"tasks":[]}})");
    EXPECT_THAT(reading.say(legacy("1", "tasks/get", about(id))), HasSubstr("working")) << "it only reads";
    const auto other = make_task(whole, "drop");
    EXPECT_THAT(reading.say(legacy("2", "tasks/get", about(other))), HasSubstr("-32602"));
    narrow.heard();
    b.box.gate.set();
    EXPECT_THAT(narrow.heard(), IsEmpty()) << "and hears nothing of it";
}

TEST(legacy_tasks, a_task_outlives_the_connection_it_came_from)
{
    task_bench b;
    auto& first = b.connect();
    first.shake_hands();
    const auto id = make_task(first, "slow");
    b.disconnect(first);
    EXPECT_EQ(b.box.stopped, 0);
    auto& second = b.connect();
    second.shake_hands();
    b.box.gate.set();
    b.settle();
    second.heard();
    EXPECT_THAT(
        second.say(legacy("1", "tasks/result", about(id))), HasSubstr(R"("structuredContent":{"text":"done"})")
    );
}

TEST(legacy_tasks, a_cancelled_task_stops_and_stays_cancelled)
{
    task_bench b;
    auto& c = b.connect();
    c.shake_hands();
    const auto id = make_task(c, "slow");
    EXPECT_THAT(c.say(legacy("2", "tasks/result", about(id))), IsEmpty());
    const auto heard = c.say(legacy("3", "tasks/cancel", about(id)));
    EXPECT_THAT(heard, HasSubstr(R"("id":3,"result":{"taskId":")" + id + R"(","status":"cancelled")"));
    EXPECT_THAT(heard, HasSubstr(R"("id":2,"error")")) << "who waited is told";
    EXPECT_EQ(b.box.stopped, 1);
    EXPECT_EQ(b.home.tasks().working(), 0U);
    b.box.gate.set();
    EXPECT_EQ(text_at(c.result_of(legacy("4", "tasks/get", about(id))), "status"), "cancelled");
    EXPECT_THAT(c.say(legacy("5", "tasks/cancel", about(id))), HasSubstr("-32602")) << "it has ended";
    ASSERT_EQ(b.audit.entries.size(), 1U);
    EXPECT_EQ(b.audit.entries[0].outcome, "cancelled");
}

TEST(legacy_tasks, questions_are_put_to_who_waits_for_the_result)
{
    task_bench b;
    auto& c = b.connect();
    c.shake_hands(R"({"elicitation":{}})");
    const auto id = make_task(c, "ask");
    EXPECT_THAT(c.heard(), Not(HasSubstr("elicitation/create")));
    EXPECT_EQ(text_at(c.result_of(legacy("2", "tasks/get", about(id))), "status"), "input_required");
    const auto asked = c.say(legacy("3", "tasks/result", about(id)));
    EXPECT_THAT(asked, HasSubstr(R"("method":"elicitation/create")"));
    EXPECT_THAT(asked, HasSubstr(R"("_meta":{"io.modelcontextprotocol/related-task":{"taskId":")" + id + "\"}}"));
    const auto done = c.say(R"({"jsonrpc":"2.0","id":"ask-1","result":{"action":"accept","content":{"v":"blue"}}})");
    EXPECT_THAT(done, HasSubstr(R"("structuredContent":{"text":"blue"})"));
}

TEST(legacy_tasks, a_question_left_by_one_connection_is_put_to_the_next)
{
    task_bench b;
    auto& first = b.connect();
    first.shake_hands(R"({"elicitation":{}})");
    const auto id = make_task(first, "ask");
    EXPECT_THAT(first.say(legacy("3", "tasks/result", about(id))), HasSubstr("elicitation/create"));
    auto& second = b.connect();
    second.shake_hands(R"({"elicitation":{}})");
    EXPECT_THAT(second.say(legacy("3", "tasks/result", about(id))), IsEmpty()) << "it is being asked already";
    b.disconnect(first);
    EXPECT_THAT(second.heard(), HasSubstr("elicitation/create"));
    EXPECT_THAT(
        second.say(R"({"jsonrpc":"2.0","id":"ask-1","error":{"code":-1,"message":"no window"}})"),
        HasSubstr("no answer")
    );
}

TEST(legacy_tasks, a_question_of_a_cancelled_task_is_withdrawn)
{
    task_bench b;
    auto& c = b.connect();
    c.shake_hands(R"({"elicitation":{}})");
    const auto id = make_task(c, "ask");
    c.say(legacy("3", "tasks/result", about(id)));
    const auto heard = c.say(legacy("4", "tasks/cancel", about(id)));
    EXPECT_THAT(heard, HasSubstr(R"("method":"notifications/cancelled","params":{"requestId":"ask-1")"));
    EXPECT_LT(heard.find("notifications/cancelled"), heard.find(R"("id":3,"error")")) << "before the answer";
    EXPECT_EQ(c.talk.running(), 0U);
}

TEST(legacy_tasks, who_cancels_the_waiting_does_not_cancel_the_task)
{
    task_bench b;
    auto& c = b.connect();
    c.shake_hands();
    const auto id = make_task(c, "slow");
    c.say(legacy("3", "tasks/result", about(id)));
    EXPECT_THAT(c.say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":3}})"), IsEmpty());
    EXPECT_EQ(c.talk.running(), 0U);
    EXPECT_EQ(text_at(c.result_of(legacy("4", "tasks/get", about(id))), "status"), "working");
}

TEST(legacy_tasks, what_destroys_is_confirmed_in_the_task)
{
    task_bench b;
    auto& c = b.connect();
    c.shake_hands(R"({"elicitation":{}})");
    const auto id = make_task(c, "drop");
    EXPECT_EQ(b.box.started, 0);
    c.heard();
    EXPECT_THAT(c.say(legacy("3", "tasks/result", about(id))), HasSubstr("This may lose data"));
    EXPECT_THAT(
        c.say(R"({"jsonrpc":"2.0","id":"ask-1","result":{"action":"accept","content":{"confirm":true}}})"),
        HasSubstr("dropped")
    );
    EXPECT_EQ(b.audit.entries.back().decision, "confirmed");
    const auto other = make_task(c, "drop");
    c.heard();
    c.say(legacy("4", "tasks/result", about(other)));
    EXPECT_THAT(
        c.say(R"({"jsonrpc":"2.0","id":"ask-2","result":{"action":"decline"}})"), HasSubstr("was not confirmed")
    );
    EXPECT_EQ(b.box.started, 1);
}

TEST(legacy_tasks, a_client_that_cannot_ask_confirms_with_a_token)
{
    task_bench b;
    auto& c = b.connect();
    c.shake_hands();
    const auto id = make_task(c, "drop");
    c.heard();
    const auto told = c.say(legacy("3", "tasks/result", about(id)));
    const auto from = told.find(R"(confirm=\")") + 10;
    const auto token = told.substr(from, told.find('\\', from) - from);
    const auto made =
        c.result_of(legacy("4", "tools/call", R"({"name":"drop","arguments":{"confirm":")" + token + R"("},"task":{}})")
        );
    c.heard();
    EXPECT_THAT(c.say(legacy("5", "tasks/result", about(text_at(made.at("task"), "taskId")))), HasSubstr("dropped"));
}

TEST(legacy_tasks, lists_go_in_pages_oldest_first)
{
    task_bench b;
    auto& c = b.connect();
    c.shake_hands();
    const auto one = make_task(c, "slow");
    const auto two = make_task(c, "slow");
    const auto list = c.result_of(legacy("3", "tasks/list")).at("tasks").as_array();
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(text_at(list[0], "taskId"), one);
    EXPECT_EQ(text_at(list[1], "taskId"), two);
    EXPECT_THAT(c.say(legacy("4", "tasks/list", R"({"cursor":"garbage"})")), HasSubstr("-32602"));
}

} // namespace
} // namespace basekeeper::mcp
