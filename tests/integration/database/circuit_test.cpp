// A database that is away is left alone after some failures, and found again once it is back.
#include "io/event.hpp"
#include "workplace.hpp"

#include <gmock/gmock.h>

namespace basekeeper::database {
namespace {

TEST(circuit, a_dead_database_fails_fast_and_recovers_by_itself)
{
    test::postgres_server own;
    const auto body = [&](workplace& w) -> io::task<> {
        EXPECT_EQ(first(co_await w.write("select 1")), "1");
        own.stop();
        for (int i = 0; i < 10 && w.open.states().at("shop").circuit == resilience::circuit_state::closed; ++i)
            EXPECT_FALSE(co_await w.write("select 1"));
        auto now = w.open.states().at("shop");
        EXPECT_EQ(now.circuit, resilience::circuit_state::open);
        EXPECT_EQ(now.times_opened, 1U);
        const auto began = std::chrono::steady_clock::now();
        const auto refused = co_await w.write("select 1");
        EXPECT_LT(std::chrono::steady_clock::now() - began, 100ms);
        EXPECT_EQ(refused.error().code, condition::unavailable);
        EXPECT_THAT(refused.error().message, testing::HasSubstr("circuit open"));
        EXPECT_FALSE(refused.error().hint.empty());
        own.start();
        bool back = false;
        for (int i = 0; i < 200 && !back; ++i) {
            EXPECT_TRUE(co_await io::sleep(50ms));
            back = (co_await w.write("select 1")).has_value();
        }
        EXPECT_TRUE(back);
        EXPECT_EQ(w.open.states().at("shop").circuit, resilience::circuit_state::closed);
    };
    at_work(body, {}, own.socket_url());
}

TEST(circuit, statements_are_observed_by_instance)
{
    const auto body = [](workplace& w) -> io::task<> {
        int good = 0;
        int bad = 0;
        w.open.observe([&](std::string_view instance, auto took, const error* failed) {
            EXPECT_EQ(instance, "shop");
            EXPECT_GT(took.count(), 0);
            ++(failed == nullptr ? good : bad);
        });
        EXPECT_EQ(first(co_await w.write("select 1")), "1");
        EXPECT_GT(good, 0);
        EXPECT_EQ(bad, 0);
        EXPECT_FALSE(co_await w.write("select nonsense"));
        EXPECT_EQ(bad, 1);
        w.open.observe({});
        co_await w.open.forget("shop");
    };
    at_work(body);
}

} // namespace
} // namespace basekeeper::database
