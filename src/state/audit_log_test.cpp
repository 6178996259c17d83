// The queue: nothing waits, nothing is lost in silence, everything is durable when it says so.
#include "state/audit_log.hpp"
#include "state/test_folder.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <memory>

namespace basekeeper::state {
namespace {

using ::testing::HasSubstr;

audit_entry call(std::string tool = "execute_sql")
{
    return {
        .time = system_clock().wall(),
        .principal = "stdio:ada",
        .instance = "shop",
        .tool = std::move(tool),
        .decision = "allowed",
        .outcome = "ok"
    };
}

io::deadline soon()
{
    return io::deadline::after(std::chrono::seconds(20));
}

class audit_queue : public testing::state_test
{
protected:
    using steps = std::function<io::task<>(audit_log&)>;

    /// Runs the steps on an I/O thread against a started log.
    void with_log(audit_log_options options, const steps& run)
    {
        io::runtime runtime;
        log::logger quiet(log::level::off, log::format::text);
        audit_log audit(runtime.executor(), runtime.pool(), dir, quiet, options);
        runtime.run_main(drive(audit, run));
    }

    static io::task<int> drive(audit_log& audit, const steps& run)
    {
        audit.start();
        co_await run(audit);
        co_return 0;
    }

    audit_verdict verified() const
    {
        auto t = audit_trail::open(dir);
        EXPECT_TRUE(t);
        return t->verify().value();
    }

    /// No batch can be written while something stands where the folder should be.
    void block() const { std::ofstream(dir) << "x"; }

    void unblock() const { std::filesystem::remove(dir); }
};

TEST_F(audit_queue, is_durable_after_flush_and_after_stop)
{
    with_log({.batch_interval = std::chrono::hours(1)}, [this](audit_log& audit) -> io::task<> {
        for (int i = 0; i < 1000; ++i)
            audit.record(call());
        EXPECT_EQ(audit.health().queued, 1000U);
        EXPECT_GT(audit.health().lag.count(), 0) << "the oldest one waits";
        EXPECT_TRUE(co_await audit.flush(soon()));
        EXPECT_EQ(audit.health().queued, 0U);
        EXPECT_EQ(audit.health().lag.count(), 0);
        EXPECT_EQ(audit.health().written, 1000U);
        EXPECT_EQ(verified().checked, 1000U);
        audit.record(call());
        EXPECT_TRUE(co_await audit.stop(soon()));
    });
    EXPECT_EQ(verified().checked, 1001U);
}

TEST_F(audit_queue, flushing_or_stopping_an_empty_queue_makes_no_database)
{
    with_log({}, [](audit_log& audit) -> io::task<> {
        EXPECT_TRUE(co_await audit.flush(soon()));
        EXPECT_TRUE(co_await audit.stop(soon()));
    });
    EXPECT_FALSE(std::filesystem::exists(dir));
}

TEST_F(audit_queue, writes_by_itself_within_the_interval)
{
    with_log({.batch_interval = std::chrono::milliseconds(1)}, [](audit_log& audit) -> io::task<> {
        audit.record(call());
        while (audit.health().written == 0)
            co_await io::yield();
        EXPECT_TRUE(co_await audit.stop(soon()));
    });
    EXPECT_EQ(verified().checked, 1U);
}

TEST_F(audit_queue, writes_at_once_when_a_batch_is_full)
{
    const audit_log_options options{.batch_interval = std::chrono::hours(1), .batch_entries = 10};
    with_log(options, [](audit_log& audit) -> io::task<> {
        for (int i = 0; i < 10; ++i)
            audit.record(call());
        while (audit.health().written < 10)
            co_await io::yield();
        EXPECT_TRUE(co_await audit.stop(soon()));
    });
}

TEST_F(audit_queue, keeps_entries_while_the_database_is_away_and_writes_them_in_order_later)
{
    block();
    const audit_log_options options{.retry_interval = std::chrono::milliseconds(1)};
    with_log(options, [this](audit_log& audit) -> io::task<> {
        audit.record(call("first"));
        const auto failed = co_await audit.flush(soon());
        EXPECT_FALSE(failed);
        EXPECT_FALSE(audit.healthy());
        EXPECT_EQ(audit.health().queued, 1U);
        EXPECT_THAT(audit.health().last_failure->message, HasSubstr("state folder"));
        audit.record(call("second"));
        unblock();
        while (!audit.healthy())
            co_await io::yield();
        EXPECT_TRUE(co_await audit.flush(soon()));
        EXPECT_FALSE(audit.health().last_failure);
        EXPECT_TRUE(co_await audit.stop(soon()));
    });
    auto t = audit_trail::open(dir);
    const auto records = t->list({}).value();
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[0].entry.tool, "second");
    EXPECT_EQ(records[1].entry.tool, "first");
    EXPECT_FALSE(verified().broken_id);
}

TEST_F(audit_queue, beyond_its_capacity_is_unhealthy_and_records_the_loss)
{
    block();
    const audit_log_options options{.retry_interval = std::chrono::milliseconds(1), .capacity = 3};
    with_log(options, [this](audit_log& audit) -> io::task<> {
        for (int i = 0; i < 5; ++i)
            audit.record(call());
        EXPECT_FALSE(audit.healthy());
        EXPECT_EQ(audit.health().queued, 3U);
        EXPECT_EQ(audit.health().lost, 2U);
        EXPECT_FALSE(co_await audit.flush(soon()));
        unblock();
        while (audit.health().written < 4)
            co_await io::yield();
        EXPECT_TRUE(audit.healthy());
        EXPECT_TRUE(co_await audit.stop(soon()));
    });
    auto t = audit_trail::open(dir);
    const auto newest = t->list({.limit = 1})->front().entry;
    EXPECT_EQ(newest.decision, "lost");
    EXPECT_EQ(newest.rows, 2U);
    EXPECT_EQ(verified().checked, 4U);
}

TEST_F(audit_queue, stopping_without_a_database_fails_and_does_not_hang)
{
    block();
    with_log({.batch_interval = std::chrono::hours(1)}, [](audit_log& audit) -> io::task<> {
        audit.record(call());
        const auto stopped = co_await audit.stop(soon());
        EXPECT_FALSE(stopped);
        EXPECT_EQ(stopped.error().code, condition::denied);
    });
}

TEST_F(audit_queue, prunes_what_is_older_than_the_retention)
{
    {
        auto t = audit_trail::open(dir);
        ASSERT_TRUE(t);
        auto old = call();
        old.time -= std::chrono::days(91);
        ASSERT_TRUE(t->append(std::span(&old, 1)));
    }
    with_log({.batch_interval = std::chrono::milliseconds(1)}, [this](audit_log& audit) -> io::task<> {
        audit.record(call());
        while (verified().pruned == 0)
            co_await io::yield();
        EXPECT_TRUE(co_await audit.stop(soon()));
    });
    EXPECT_FALSE(verified().broken_id);
    EXPECT_EQ(verified().checked, 2U);
}

TEST_F(audit_queue, goes_on_writing_when_old_entries_cannot_be_removed)
{
    {
        auto t = audit_trail::open(dir);
        ASSERT_TRUE(t);
        auto old = call();
        old.time -= std::chrono::days(91);
        ASSERT_TRUE(t->append(std::span(&old, 1)));
        tamper("UPDATE audit SET hash = x'00'");
    }
    with_log({.batch_interval = std::chrono::milliseconds(1)}, [](audit_log& audit) -> io::task<> {
        for (int i = 0; i < 3; ++i) {
            audit.record(call());
            EXPECT_TRUE(co_await audit.flush(soon()));
            // Pruning follows the batch; it runs on the same thread before the next one is written.
            co_await io::yield();
        }
        EXPECT_TRUE(audit.healthy());
        EXPECT_TRUE(co_await audit.stop(soon()));
    });
    EXPECT_EQ(audit_trail::open(dir)->list({.limit = 10}).value().size(), 4U);
}

TEST_F(audit_queue, looks_for_old_entries_once_a_day_only)
{
    with_log({.batch_interval = std::chrono::milliseconds(1)}, [this](audit_log& audit) -> io::task<> {
        audit.record(call());
        EXPECT_TRUE(co_await audit.flush(soon()));
        audit.record(call());
        EXPECT_TRUE(co_await audit.flush(soon()));
        auto old = call();
        old.time -= std::chrono::days(91);
        audit.record(old);
        EXPECT_TRUE(co_await audit.flush(soon()));
        audit.record(call());
        EXPECT_TRUE(co_await audit.flush(soon()));
        EXPECT_TRUE(co_await audit.stop(soon()));
        EXPECT_EQ(verified().pruned, 0U);
    });
}

} // namespace
} // namespace basekeeper::state
