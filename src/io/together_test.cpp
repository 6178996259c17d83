// Work side by side: all of it, never too much at once, ended together.
#include "io/event.hpp"
#include "io/nursery.hpp"
#include "io/runtime.hpp"
#include "io/together.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace basekeeper::io {
namespace {

struct load
{
    std::vector<int> done = std::vector<int>(7);
    int now = 0;
    int most = 0;
    int cancelled = 0;
};

task<> piece(load& in, std::size_t i, std::chrono::milliseconds takes)
{
    in.most = std::max(in.most, ++in.now);
    if (!co_await sleep(takes))
        ++in.cancelled;
    else
        ++in.done.at(i);
    --in.now;
}

task<> all_pieces(load& in, std::chrono::milliseconds takes)
{
    co_await together(in.done.size(), 3, [&in, takes](std::size_t i) { return piece(in, i, takes); });
}

task<int> to_the_end(load& in)
{
    co_await all_pieces(in, std::chrono::milliseconds{1});
    co_return 0;
}

task<int> cut_off(load& in, executor where)
{
    nursery outer(where, [](const std::exception_ptr&) {});
    outer.spawn(all_pieces(in, std::chrono::hours{1}));
    co_await yield();
    outer.cancel_all();
    co_return co_await outer.join(deadline::after(std::chrono::seconds{10})) ? 0 : 1;
}

TEST(together, does_everything_and_never_too_much_at_once)
{
    runtime loop;
    load in;
    EXPECT_EQ(loop.run_main(to_the_end(in)), 0);
    EXPECT_EQ(in.done, std::vector<int>(7, 1));
    EXPECT_EQ(in.most, 3);
}

TEST(together, a_cancellation_ends_what_runs_and_begins_nothing)
{
    runtime loop;
    load in;
    EXPECT_EQ(loop.run_main(cut_off(in, loop.executor())), 0);
    EXPECT_EQ(in.cancelled, 3);
    EXPECT_EQ(in.done, std::vector<int>(7));
    EXPECT_EQ(in.now, 0);
}

} // namespace
} // namespace basekeeper::io
