// A call shows in the metrics and in the log with its trace; readiness follows the state and the databases.
#include "app/services.hpp"
#include "io/event.hpp"
#include "io/nursery.hpp"

#include <boost/json/object.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

namespace basekeeper::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A client that can neither be told nor asked.
class silent_peer final : public mcp::peer
{
public:
    void progress(double, std::optional<double>, std::string_view) override {}

    void log(mcp::log_level, std::string_view, std::string_view) override {}

    bool can_ask() const override { return false; }

    io::task<result<mcp::answer>> ask(mcp::question, io::deadline) override
    {
        co_return fail(condition::internal, "nobody is there");
    }
};

class observed_program : public ::testing::Test
{
protected:
    void SetUp() override
    {
        std::string name = (std::filesystem::temp_directory_path() / "observability_test.XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        root = name;
        config::loaded settings;
        settings.values.state_dir.value = root / "state";
        settings.values.log.level.value = log::level::debug;
        settings.values.log.format.value = log::format::json;
        auto built = services::build(std::move(settings));
        ASSERT_TRUE(built) << describe(built.error());
        with = *std::move(built);
    }

    void TearDown() override
    {
        with.reset();
        std::filesystem::remove_all(root);
    }

    /// Runs `body` between start and stop.
    void run(const std::function<io::task<>()>& body)
    {
        const auto main = [&]() -> io::task<int> {
            with->start();
            co_await body();
            EXPECT_TRUE(co_await with->stop());
            co_return 0;
        };
        with->runtime().run_main(main());
    }

    io::task<> call_tool(std::string name, log::trace_context from)
    {
        silent_peer nobody;
        mcp::call c({{"stdio:test"}}, nobody, io::deadline::after(std::chrono::seconds{10}));
        c.set_trace(from);
        EXPECT_TRUE(co_await with->rules().run(*with->offers().find_tool(name), {}, c));
    }

    std::filesystem::path root;
    std::unique_ptr<services> with;
};

TEST_F(observed_program, a_call_is_counted_and_logged_with_the_trace_of_its_client)
{
    ::testing::internal::CaptureStderr();
    run([&]() -> io::task<> {
        const auto trace = log::parse_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        co_await call_tool("list_instances", *trace);
        const auto text = with->watch().metrics_text();
        EXPECT_THAT(text, HasSubstr(R"(basekeeper_call_duration_seconds_count{tool="list_instances"} 1)"));
        EXPECT_THAT(text, HasSubstr(R"(outcome="ok")"));
        EXPECT_THAT(text, HasSubstr("basekeeper_audit_queued_entries 1"));
        EXPECT_THAT(text, HasSubstr("process_resident_memory_bytes "));
        EXPECT_THAT(text, Not(HasSubstr("stdio:test"))) << "principals are no labels";
    });
    const auto logged = ::testing::internal::GetCapturedStderr();
    EXPECT_THAT(logged, HasSubstr(R"("message":"call ended","tool":"list_instances")"));
    EXPECT_THAT(logged, HasSubstr(R"("trace_id":"4bf92f3577b34da6a3ce929d0e0e4736")"));
    EXPECT_THAT(logged, HasSubstr(R"("outcome":"ok")"));
}

TEST_F(observed_program, is_ready_until_it_is_asked_to_stop)
{
    run([&]() -> io::task<> {
        const auto before = co_await with->watch().readiness(health::detail::full);
        EXPECT_TRUE(before.ready) << before.json;
        with->watch().begin_stop();
        const auto after = co_await with->watch().readiness(health::detail::full);
        EXPECT_FALSE(after.ready);
        EXPECT_THAT(after.json, HasSubstr("stopping"));
    });
}

TEST_F(observed_program, is_not_ready_when_its_state_is_gone)
{
    run([&]() -> io::task<> {
        std::filesystem::rename(root / "state" / "state.db", root / "elsewhere");
        const auto found = co_await with->watch().readiness(health::detail::full);
        EXPECT_FALSE(found.ready);
        EXPECT_THAT(found.json, HasSubstr("state.db is gone"));
        std::filesystem::rename(root / "elsewhere", root / "state" / "state.db");
    });
}

TEST_F(observed_program, signals_change_what_the_log_says)
{
    ::testing::internal::CaptureStderr();
    run([&]() -> io::task<> {
        auto& log = with->log();
        io::nursery owner(with->runtime().executor(), [](std::exception_ptr) { ADD_FAILURE(); });
        owner.spawn(adjust_log_level(with->runtime().executor(), log));
        const auto after = [&](int number, log::level expected) -> io::task<> {
            ::raise(number);
            for (int i = 0; i < 1'000 && log.lowest() != expected; ++i)
                EXPECT_TRUE(co_await io::sleep(std::chrono::milliseconds{1}));
            EXPECT_EQ(log.lowest(), expected);
        };
        co_await after(SIGUSR2, log::level::info);
        co_await after(SIGUSR2, log::level::warning);
        co_await after(SIGUSR1, log::level::info);
        owner.cancel_all();
        EXPECT_TRUE(co_await owner.join(io::deadline::after(std::chrono::seconds{1})));
    });
    EXPECT_THAT(
        ::testing::internal::GetCapturedStderr(),
        HasSubstr(R"("message":"the log level was changed","level":"warning")")
    );
}

} // namespace
} // namespace basekeeper::app
