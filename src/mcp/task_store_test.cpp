// Bounds and lives of tasks: how many, how long, what shutdown does.
#include "mcp/test_tasks.hpp"

namespace basekeeper::mcp {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using ::testing::HasSubstr;

TEST(task_store, results_are_kept_until_the_time_to_live_is_over_and_not_longer)
{
    task_bench b;
    auto& c = b.connect();
    c.shake_hands();
    const auto made = c.result_of(legacy_task("1", "quick", R"({"ttl":60000})"));
    const auto id = text_at(made.at("task"), "taskId");
    b.time.advance(59s);
    EXPECT_EQ(text_at(c.result_of(legacy("2", "tasks/get", about(id))), "status"), "completed");
    b.time.advance(2s);
    EXPECT_THAT(c.say(legacy("3", "tasks/get", about(id))), HasSubstr("-32602"));
}

TEST(task_store, a_task_that_still_works_when_its_time_is_over_is_stopped)
{
    task_bench b;
    auto& c = b.connect();
    c.shake_hands();
    c.say(legacy_task("1", "slow", R"({"ttl":60000})"));
    b.time.advance(61s);
    c.say(legacy("2", "tasks/list"));
    EXPECT_EQ(b.box.stopped, 1);
    EXPECT_EQ(b.home.tasks().working(), 0U);
}

TEST(task_store, a_time_to_live_is_brought_within_the_limits)
{
    task_bench b({.shortest_ttl = 5s, .longest_ttl = 100s});
    auto& c = b.connect();
    c.shake_hands();
    EXPECT_EQ(c.result_of(legacy_task("1", "quick", R"({"ttl":0})")).at("task").at("ttl"), 5'000);
    EXPECT_EQ(c.result_of(legacy_task("2", "quick", R"({"ttl":9007199254740991})")).at("task").at("ttl"), 100'000);
    EXPECT_EQ(c.result_of(legacy_task("3", "quick")).at("task").at("ttl"), 100'000) << "the default is longer";
}

TEST(task_store, a_principal_has_a_bounded_number_and_others_are_not_concerned)
{
    task_bench b({.most_per_principal = 2, .most = 3});
    auto& anna = b.connect("key:anna");
    auto& bela = b.connect("key:bela");
    anna.shake_hands();
    bela.shake_hands();
    for (const auto* id : {"1", "2"})
        EXPECT_TRUE(anna.result_of(legacy_task(id, "quick")).as_object().contains("task"));
    EXPECT_THAT(anna.say(legacy_task("3", "quick")), HasSubstr("Too many tasks"));
    EXPECT_TRUE(bela.result_of(legacy_task("1", "quick")).as_object().contains("task"));
    EXPECT_THAT(bela.say(legacy_task("2", "quick")), HasSubstr("Too many tasks")) << "all together";
    // Where it need not be a task it is an ordinary call, where it must it is refused and recorded.
    EXPECT_THAT(bela.say(modern_call("4", "quick")), HasSubstr("structuredContent"));
    EXPECT_THAT(bela.say(modern_call("5", "failing")), HasSubstr("Too many tasks"));
    EXPECT_EQ(b.audit.entries.back().tool, "failing");
    EXPECT_EQ(b.audit.entries.back().outcome, "unavailable");
    b.time.advance(2h);
    EXPECT_TRUE(anna.result_of(legacy_task("6", "quick")).as_object().contains("task"));
}

TEST(task_store, shutdown_cancels_what_works_and_starts_nothing_more)
{
    task_bench b;
    auto& c = b.connect();
    const auto id = text_at(c.result_of(modern_call("1", "job")), "taskId");
    const auto end = [&]() -> io::task<int> {
        EXPECT_TRUE(co_await b.home.close(io::deadline::after(5s)));
        co_return 0;
    };
    b.loop.run_main(end());
    EXPECT_EQ(b.box.stopped, 1);
    EXPECT_EQ(text_at(c.result_of(modern_about("2", "tasks/get", id)), "status"), "cancelled");
    EXPECT_THAT(c.say(modern_call("3", "failing")), HasSubstr("Too many tasks"));
}

TEST(task_store, a_task_cancelled_before_it_began_is_recorded_and_did_nothing)
{
    task_bench b;
    auto& c = b.connect();
    const auto call_and_cancel = [&]() -> io::task<int> {
        c.talk.receive(modern_call("1", "job"));
        for (const auto& one : b.home.tasks().of("stdio:anna"))
            b.home.tasks().cancel(*one, "too early");
        co_return 0;
    };
    b.loop.run_main(call_and_cancel());
    b.settle();
    EXPECT_EQ(b.box.started, 0);
    ASSERT_EQ(b.audit.entries.size(), 1U);
    EXPECT_EQ(b.audit.entries[0].outcome, "cancelled");
}

} // namespace
} // namespace basekeeper::mcp
