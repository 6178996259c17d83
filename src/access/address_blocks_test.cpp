// Blocks: repeated failures close the door for a while, people open and close it, the store's failures do not matter.
#include "access/address_blocks.hpp"
#include "io/nursery.hpp"
#include "io/offload.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace basekeeper::access {
namespace {

using std::chrono::seconds;

/// A store in memory.
struct fake_store
{
    std::vector<state::blocked_address> kept;
    bool broken = false;
    int lists = 0;

    block_store as_store()
    {
        return {
            .list = [this](wall_time) { return list(); },
            .put = [this](state::blocked_address one) { return put(std::move(one)); },
        };
    }

    io::task<result<std::vector<state::blocked_address>>> list()
    {
        ++lists;
        if (broken)
            co_return fail(condition::unavailable, "the disk is away");
        co_return kept;
    }

    io::task<result<>> put(state::blocked_address one)
    {
        if (broken)
            co_return fail(condition::unavailable, "the disk is away");
        kept.push_back(std::move(one));
        co_return result<>{};
    }
};

class address_blocking : public ::testing::Test
{
protected:
    bool synchronise()
    {
        io::runtime on;
        return test::run_task(on, blocks.synchronise()).has_value();
    }

    void fail_times(std::string_view address, int times)
    {
        for (int i = 0; i < times; ++i)
            blocks.failed(address);
    }

    io::runtime home;
    manual_clock time;
    log::logger log{log::level::off, log::format::text};
    fake_store store;
    address_blocks blocks{
        {.after_failures = 3, .window = seconds{60}, .lasting = seconds{600}, .most_watched = 4},
        store.as_store(),
        home.executor(),
        log,
        time
    };
};

TEST_F(address_blocking, closes_after_repeated_failures_and_opens_again)
{
    fail_times("192.0.2.1", 2);
    EXPECT_FALSE(blocks.find("192.0.2.1"));
    fail_times("192.0.2.1", 1);
    ASSERT_TRUE(blocks.find("192.0.2.1"));
    EXPECT_EQ(blocks.find("192.0.2.1")->wait, seconds{600});
    EXPECT_FALSE(blocks.find("192.0.2.2"));
    EXPECT_EQ(blocks.size(), 1U);
    time.advance(seconds{599});
    EXPECT_EQ(blocks.find("192.0.2.1")->wait, seconds{1});
    time.advance(seconds{1});
    EXPECT_FALSE(blocks.find("192.0.2.1"));
    EXPECT_EQ(blocks.size(), 0U);
    EXPECT_EQ(blocks.times_blocked(), 1U);
    fail_times("192.0.2.1", 2);
    EXPECT_FALSE(blocks.find("192.0.2.1")) << "counting begins anew";
}

TEST_F(address_blocking, only_failures_within_the_window_count)
{
    fail_times("a", 2);
    time.advance(seconds{60});
    fail_times("a", 2);
    EXPECT_FALSE(blocks.find("a"));
    fail_times("a", 1);
    EXPECT_TRUE(blocks.find("a"));
}

TEST_F(address_blocking, never_blocks_a_unix_socket)
{
    fail_times("", 100);
    EXPECT_FALSE(blocks.find(""));
}

TEST_F(address_blocking, watches_a_bounded_number_of_addresses)
{
    fail_times("a", 2);
    for (const auto* other : {"b", "c", "d", "e"})
        fail_times(other, 1);
    fail_times("a", 1);
    EXPECT_FALSE(blocks.find("a")) << "was forgotten, as four others came since";
}

TEST_F(address_blocking, can_be_switched_off)
{
    address_blocks never({.after_failures = 0}, store.as_store(), home.executor(), log, time);
    for (int i = 0; i < 1'000; ++i)
        never.failed("a");
    EXPECT_FALSE(never.find("a"));
}

TEST_F(address_blocking, writes_its_blocks_to_the_store)
{
    fail_times("a", 3);
    ASSERT_TRUE(synchronise());
    ASSERT_EQ(store.kept.size(), 1U);
    EXPECT_EQ(store.kept[0].address, "a");
    EXPECT_EQ(store.kept[0].until, time.wall() + seconds{600});
    EXPECT_EQ(store.kept[0].reason, "3 refused credentials");
    ASSERT_TRUE(synchronise());
    EXPECT_EQ(store.kept.size(), 1U) << "once";
}

TEST_F(address_blocking, follows_what_people_block_and_lift)
{
    store.kept.push_back({.address = "a", .until = std::nullopt, .reason = "by hand", .created_at = time.wall()});
    ASSERT_TRUE(synchronise());
    ASSERT_TRUE(blocks.find("a"));
    EXPECT_FALSE(blocks.find("a")->wait);
    time.advance(std::chrono::hours{1'000});
    EXPECT_TRUE(blocks.find("a"));
    store.kept.clear();
    ASSERT_TRUE(synchronise());
    EXPECT_FALSE(blocks.find("a"));
}

TEST_F(address_blocking, keeps_what_it_knows_when_the_store_fails)
{
    store.kept.push_back({.address = "a", .until = std::nullopt, .reason = "by hand", .created_at = time.wall()});
    ASSERT_TRUE(synchronise());
    store.broken = true;
    fail_times("b", 3);
    EXPECT_FALSE(synchronise());
    EXPECT_TRUE(blocks.find("a"));
    EXPECT_TRUE(blocks.find("b"));
    store.broken = false;
    ASSERT_TRUE(synchronise());
    EXPECT_EQ(store.kept.size(), 2U) << "written when the store is back";
}

TEST_F(address_blocking, in_the_background_writes_at_once_and_ends_when_cancelled)
{
    test::run_on_fresh_runtime([this](io::runtime& on) -> io::task<> {
        address_blocks own(
            {.after_failures = 1, .reread_every = seconds{3'600}}, store.as_store(), on.executor(), log, time
        );
        io::nursery work(on.executor(), [](std::exception_ptr) { ADD_FAILURE(); });
        work.spawn(own.keep_synchronised());
        for (int i = 0; i < 100 && store.lists < 1; ++i)
            co_await io::yield();
        own.failed("a");
        for (int i = 0; i < 100 && store.kept.empty(); ++i)
            co_await io::yield();
        EXPECT_EQ(store.kept.size(), 1U);
        work.cancel_all();
        const auto ended = co_await work.join(io::deadline::after(std::chrono::seconds{5}));
        EXPECT_TRUE(ended);
    });
}

TEST(address_blocks_synchronising, ends_when_it_is_cancelled_while_the_store_is_at_work)
{
    log::logger quiet(log::level::off, log::format::text);
    const auto body = [&](io::runtime& on) -> io::task<> {
        io::event at_work(on.executor());
        block_store slow{
            .list = [&](wall_time) -> io::task<result<std::vector<state::blocked_address>>> {
                at_work.set();
                co_await io::offload(on.pool(), [] { std::this_thread::sleep_for(std::chrono::milliseconds{20}); });
                co_return std::vector<state::blocked_address>{};
            },
            .put = [](state::blocked_address) -> io::task<result<>> { co_return result<>{}; },
        };
        address_blocks blocks({}, slow, on.executor(), quiet, system_clock());
        io::nursery jobs(on.executor(), [](const std::exception_ptr&) { ADD_FAILURE(); });
        jobs.spawn(blocks.keep_synchronised());
        EXPECT_TRUE(at_work.is_set());
        jobs.cancel_all();
        const auto ended = co_await jobs.join(io::deadline::after(seconds{2}));
        EXPECT_TRUE(ended);
        jobs.cancel_all();
        static_cast<void>(co_await jobs.join(io::deadline::after(seconds{2})));
    };
    test::run_on_fresh_runtime(body);
}

} // namespace
} // namespace basekeeper::access
