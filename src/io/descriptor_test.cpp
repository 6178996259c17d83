// Descriptors of every kind are read to their end; waits end by readiness, deadline or cancellation.
#include "io/descriptor.hpp"
#include "io/nursery.hpp"
#include "io/runtime.hpp"
#include "support/run_task.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>

namespace basekeeper::io {
namespace {

/// What can be read until the end, or the error.
result<std::string> read_all(int fd)
{
    runtime loop;
    result<std::string> out = std::string();
    const auto body = [&]() -> task<int> {
        descriptor from(loop.executor(), fd, ownership::borrowed);
        std::array<char, 4> buffer;
        for (;;) {
            const auto got = co_await from.read_some(buffer, deadline::after(std::chrono::seconds{5}));
            if (!got)
                out = fail(got.error());
            if (!got || *got == 0)
                co_return 0;
            out->append(buffer.data(), *got);
        }
    };
    loop.run_main(body());
    return out;
}

TEST(descriptor, a_pipe_is_read_to_its_end)
{
    std::array<int, 2> ends;
    ASSERT_EQ(::pipe(ends.data()), 0);
    ASSERT_EQ(::write(ends[1], "some text", 9), 9);
    ::close(ends[1]);
    EXPECT_EQ(read_all(ends[0]), "some text");
    ::close(ends[0]);
}

TEST(descriptor, a_regular_file_is_always_ready)
{
    std::string name = std::filesystem::temp_directory_path() / "basekeeper-descriptor-XXXXXX";
    const int fd = ::mkstemp(name.data());
    std::ofstream(name) << "some text";
    EXPECT_EQ(read_all(fd), "some text");
    ::close(fd);
    std::filesystem::remove(name);
}

TEST(descriptor, one_that_is_not_open_fails)
{
    const auto got = read_all(-1);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, condition::unavailable);
}

using namespace std::chrono_literals;

/// Both ends of a pipe, owned.
struct pipe_ends
{
    explicit pipe_ends(runtime& on) : pipe_ends(on, make()) {}

    descriptor from;
    descriptor to;

private:
    pipe_ends(runtime& on, std::array<int, 2> ends)
        : from(on.executor(), ends[0], ownership::owned), to(on.executor(), ends[1], ownership::owned)
    {}

    static std::array<int, 2> make()
    {
        std::array<int, 2> ends{-1, -1};
        EXPECT_EQ(::pipe(ends.data()), 0);
        return ends;
    }
};

TEST(descriptor, waiting_for_data_ends_at_the_deadline)
{
    const auto body = [](runtime& on) -> task<> {
        pipe_ends p(on);
        std::array<char, 8> buffer;
        EXPECT_EQ((co_await p.from.read_some(buffer, deadline::after(0ms))).error().code, condition::timeout);
        EXPECT_EQ((co_await p.from.wait(readiness::read, deadline::after(0ms))).error().code, condition::timeout);
        EXPECT_TRUE(co_await p.to.write_all("late", deadline::after(10s)));
        EXPECT_EQ((co_await p.from.read_some(buffer, deadline::after(10s))).value_or(0), 4U) << "usable afterwards";
    };
    test::run_on_fresh_runtime(body);
}

TEST(descriptor, waiting_for_either_ends_with_the_first_that_is_ready)
{
    const auto body = [](runtime& on) -> task<> {
        pipe_ends p(on);
        EXPECT_TRUE(co_await p.to.wait(readiness::either, deadline::after(10s))) << "an empty pipe can be written";
        EXPECT_EQ((co_await p.from.wait(readiness::either, deadline::after(0ms))).error().code, condition::timeout);
    };
    test::run_on_fresh_runtime(body);
}

TEST(descriptor, cancelling_wakes_who_waits)
{
    const auto body = [](runtime& on) -> task<> {
        pipe_ends p(on);
        nursery owner(on.executor(), [](std::exception_ptr) { ADD_FAILURE(); });
        std::array<condition, 3> ends{};
        const auto waiting = [&](std::size_t i, readiness what, deadline until) -> task<> {
            ends[i] = (co_await p.from.wait(what, until)).error().code;
        };
        owner.spawn(waiting(0, readiness::read, deadline::never()));
        owner.spawn(waiting(1, readiness::read, deadline::after(1h)));
        owner.spawn(waiting(2, readiness::either, deadline::after(1h)));
        p.from.cancel();
        EXPECT_TRUE(co_await owner.join(deadline::after(10s)));
        for (const auto end : ends)
            EXPECT_EQ(end, condition::cancelled);
    };
    test::run_on_fresh_runtime(body);
}

TEST(descriptor, more_than_a_pipe_holds_is_written_as_it_is_read)
{
    const auto body = [](runtime& on) -> task<> {
        pipe_ends p(on);
        nursery owner(on.executor(), [](std::exception_ptr) { ADD_FAILURE(); });
        const std::string text(1'000'000, 'x');
        bool written = false;
        const auto writing = [&]() -> task<> {
            written = (co_await p.to.write_all(text, deadline::after(10s))).has_value();
        };
        owner.spawn(writing());
        EXPECT_FALSE(written) << "a pipe holds less";
        std::array<char, 65'536> buffer;
        std::size_t got = 0;
        while (got < text.size()) {
            const auto n = co_await p.from.read_some(buffer, deadline::after(10s));
            if (!n || *n == 0)
                break;
            got += *n;
        }
        EXPECT_EQ(got, text.size());
        EXPECT_TRUE(co_await owner.join(deadline::after(10s)));
        EXPECT_TRUE(written);
    };
    test::run_on_fresh_runtime(body);
}

TEST(descriptor, a_reader_that_stopped_reading_is_given_up_at_the_deadline)
{
    const auto body = [](runtime& on) -> task<> {
        pipe_ends p(on);
        const std::string text(1'000'000, 'x');
        EXPECT_EQ((co_await p.to.write_all(text, deadline::after(1ms))).error().code, condition::timeout);
    };
    test::run_on_fresh_runtime(body);
}

TEST(descriptor, writing_to_a_closed_pipe_is_unavailable)
{
    const auto before = ::signal(SIGPIPE, SIG_IGN);
    const auto body = [](runtime& on) -> task<> {
        std::array<int, 2> ends{-1, -1};
        EXPECT_EQ(::pipe(ends.data()), 0);
        ::close(ends[0]);
        descriptor to(on.executor(), ends[1], ownership::owned);
        const auto written = co_await to.write_all("x", deadline::after(10s));
        EXPECT_EQ(written.error().code, condition::unavailable);
    };
    test::run_on_fresh_runtime(body);
    ::signal(SIGPIPE, before);
}

TEST(descriptor, what_is_owned_is_closed_and_what_is_borrowed_is_not)
{
    runtime on;
    std::array<int, 2> ends{-1, -1};
    ASSERT_EQ(::pipe(ends.data()), 0);
    {
        const descriptor owned(on.executor(), ends[0], ownership::owned);
        const descriptor borrowed(on.executor(), ends[1], ownership::borrowed);
        EXPECT_EQ(owned.fd(), ends[0]);
        EXPECT_NE(::fcntl(ends[0], F_GETFL) & O_NONBLOCK, 0);
        EXPECT_EQ(::fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0) << "others use it as it was";
    }
    EXPECT_EQ(::fcntl(ends[0], F_GETFD), -1);
    EXPECT_NE(::fcntl(ends[1], F_GETFD), -1);
    ::close(ends[1]);
}

} // namespace
} // namespace basekeeper::io
