// The server on a pair of pipes: what goes in, what comes out, and how it ends.
#include "support/mcp_session.hpp"
#include "transports/stdio.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <thread>

namespace basekeeper::transports {
namespace {

using namespace std::chrono_literals;
using mcp::testing::conversation_fixture;
using ::testing::HasSubstr;
using ::testing::Not;

class pipe_pair
{
public:
    pipe_pair() { EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0); }

    ~pipe_pair()
    {
        close_reader();
        close_writer();
    }

    pipe_pair(const pipe_pair&) = delete;
    pipe_pair& operator=(const pipe_pair&) = delete;

    int reader() const { return ends_[0]; }

    int writer() const { return ends_[1]; }

    void close_reader() { close_end(ends_[0]); }

    void close_writer() { close_end(ends_[1]); }

    void write(std::string_view text) const
    {
        EXPECT_EQ(::write(writer(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }

    std::string read_all()
    {
        close_writer();
        std::string out;
        std::array<char, 65536> buffer;
        for (;;) {
            const auto n = ::read(reader(), buffer.data(), buffer.size());
            if (n <= 0)
                return out;
            out.append(buffer.data(), static_cast<std::size_t>(n));
        }
    }

private:
    static void close_end(int& fd)
    {
        if (fd >= 0)
            ::close(fd);
        fd = -1;
    }

    std::array<int, 2> ends_{-1, -1};
};

constexpr std::string_view initialize =
    R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{}}})"
    "\n";

std::string ping(int id)
{
    return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":"ping"})" + "\n";
}

std::string call(int id, std::string_view tool)
{
    return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":"tools/call","params":{"name":")" +
           std::string(tool) + "\"}}\n";
}

/// The server of the fixture on two pipes.
struct stdio_fixture : conversation_fixture
{
    int serve(stdio_settings settings = {})
    {
        settings.input = input.reader();
        settings.output = output.writer();
        stdio_server serving(home, {"stdio:test"}, loop.executor(), settings);
        return loop.run_main(serving.serve());
    }

    /// Everything that is answered to an input that ends.
    std::string answers_to(std::string_view text, stdio_settings settings = {})
    {
        input.write(text);
        input.close_writer();
        EXPECT_EQ(serve(settings), 0);
        return output.read_all();
    }

    pipe_pair input;
    pipe_pair output;
};

TEST(stdio, answers_are_lines_in_order)
{
    stdio_fixture f;
    EXPECT_EQ(
        f.answers_to(ping(1) + "\r\n\n" + ping(2)),
        R"({"jsonrpc":"2.0","id":1,"result":{}})"
        "\n"
        R"({"jsonrpc":"2.0","id":2,"result":{}})"
        "\n"
    );
}

TEST(stdio, a_last_line_without_end_is_answered)
{
    stdio_fixture f;
    EXPECT_THAT(f.answers_to(R"({"jsonrpc":"2.0","id":1,"method":"ping"})"), HasSubstr("\"id\":1"));
}

TEST(stdio, an_empty_input_ends_at_once)
{
    stdio_fixture f;
    EXPECT_EQ(f.answers_to(""), "");
}

TEST(stdio, broken_lines_are_answered_and_the_next_one_works)
{
    stdio_fixture f;
    const auto heard = f.answers_to("{bad\n\x01\xFF\n[]\n" + std::string("\0", 1) + "\n" + ping(1));
    EXPECT_THAT(heard, HasSubstr("-32700"));
    EXPECT_THAT(heard, HasSubstr("\"id\":1,\"result\""));
    EXPECT_EQ(std::count(heard.begin(), heard.end(), '\n'), 5);
}

TEST(stdio, a_line_that_is_too_long_is_refused_with_the_limit)
{
    stdio_fixture f;
    const auto heard = f.answers_to(std::string(2000, 'x') + "\n" + ping(1), {.longest_line = 1000});
    EXPECT_THAT(heard, HasSubstr("-32700"));
    EXPECT_THAT(heard, HasSubstr("limit of 1000 bytes"));
    EXPECT_THAT(heard, HasSubstr("\"id\":1,\"result\""));
}

TEST(stdio, calls_that_run_when_the_input_ends_are_answered)
{
    stdio_fixture f;
    f.input.write(std::string(initialize) + call(1, "slow"));
    f.input.close_writer();
    const auto open_gate = [&]() -> io::task<> {
        co_await mcp::testing::turn_round(200);
        f.box.gate.set();
    };
    io::nursery later(f.loop.executor(), {});
    later.spawn(open_gate());
    EXPECT_EQ(f.serve({.grace = 20s}), 0);
    EXPECT_THAT(f.output.read_all(), HasSubstr("done"));
}

TEST(stdio, calls_that_do_not_end_within_the_grace_are_cancelled)
{
    stdio_fixture f;
    const auto heard = f.answers_to(std::string(initialize) + call(1, "slow"), {.grace = 1ms});
    EXPECT_THAT(heard, Not(HasSubstr("\"id\":1,")));
    EXPECT_EQ(f.audit.entries.back().outcome, "cancelled");
}

TEST(stdio, stopping_ends_a_client_that_keeps_its_side_open)
{
    stdio_fixture f;
    f.input.write(std::string(initialize) + call(1, "slow"));
    stdio_server serving(
        f.home,
        {"stdio:test"},
        f.loop.executor(),
        {.input = f.input.reader(), .output = f.output.writer(), .grace = 600s}
    );
    const auto stop = [&]() -> io::task<> {
        co_await mcp::testing::turn_round(200);
        serving.stop();
    };
    io::nursery later(f.loop.executor(), {});
    later.spawn(stop());
    EXPECT_EQ(f.loop.run_main(serving.serve()), 0);
    EXPECT_THAT(f.output.read_all(), HasSubstr("protocolVersion"));
}

TEST(stdio, stopping_works_while_the_client_does_not_read)
{
    stdio_fixture f;
    for (int i = 0; i < 1500; ++i)
        f.input.write(ping(i));
    ::fcntl(f.output.writer(), F_SETPIPE_SZ, 4096);
    stdio_server serving(
        f.home,
        {"stdio:test"},
        f.loop.executor(),
        {.input = f.input.reader(),
         .output = f.output.writer(),
         .most_queued_bytes = 100,
         .grace = 600s,
         .winding_up = 1ms}
    );
    const auto stop = [&]() -> io::task<> {
        co_await mcp::testing::turn_round(2000);
        serving.stop();
    };
    io::nursery later(f.loop.executor(), {});
    later.spawn(stop());
    EXPECT_EQ(f.loop.run_main(serving.serve()), 0);
    EXPECT_THAT(f.output.read_all(), Not(HasSubstr("\"id\":1499,")));
}

TEST(stdio, a_client_that_does_not_read_any_more_ends_the_session)
{
    stdio_fixture f;
    f.output.close_reader();
    f.input.write(std::string(initialize) + call(1, "slow"));
    EXPECT_EQ(f.serve({.grace = 600s}), 0);
}

TEST(stdio, an_output_that_is_not_open_ends_the_session)
{
    stdio_fixture f;
    f.input.write(initialize);
    f.output.close_writer();
    EXPECT_EQ(f.serve({.grace = 600s}), 0);
}

TEST(stdio, an_input_that_is_not_open_ends_the_session)
{
    stdio_fixture f;
    f.input.close_reader();
    EXPECT_EQ(f.serve(), 0);
}

TEST(stdio, a_descriptor_of_our_own_is_not_taken_for_the_input)
{
    // A shell that starts us with standard input closed leaves its number to the event loop.
    stdio_fixture f;
    f.input.close_reader();
    const int ours = ::epoll_create1(EPOLL_CLOEXEC);
    stdio_server serving(f.home, {"stdio:test"}, f.loop.executor(), {.input = ours, .output = f.output.writer()});
    EXPECT_EQ(f.loop.run_main(serving.serve()), 0);
    ::close(ours);
}

TEST(stdio, regular_files_are_served)
{
    stdio_fixture f;
    std::string pattern = std::filesystem::temp_directory_path() / "basekeeper-stdio-XXXXXX";
    const int file = ::mkstemp(pattern.data());
    std::ofstream(pattern) << initialize << call(1, "failing") << ping(2);
    stdio_server serving(f.home, {"stdio:test"}, f.loop.executor(), {.input = file, .output = f.output.writer()});
    EXPECT_EQ(f.loop.run_main(serving.serve()), 0);
    ::close(file);
    std::filesystem::remove(pattern);
    const auto heard = f.output.read_all();
    EXPECT_THAT(heard, HasSubstr("isError"));
    EXPECT_THAT(heard, HasSubstr("\"id\":2,\"result\":{}"));
}

TEST(stdio, many_answers_arrive_whole_at_a_slow_reader)
{
    stdio_fixture f;
    constexpr int count = 20'000;
    std::string sent;
    for (int i = 0; i < count; ++i)
        sent += ping(i);
    std::string heard;
    std::thread writer([&] {
        for (std::string_view rest = sent; !rest.empty();) {
            const auto n = ::write(f.input.writer(), rest.data(), std::min<std::size_t>(rest.size(), 10'000));
            if (n > 0)
                rest.remove_prefix(static_cast<std::size_t>(n));
        }
        f.input.close_writer();
    });
    std::thread reader([&] {
        std::array<char, 777> buffer;
        for (int lines = 0; lines < count;) {
            const auto n = ::read(f.output.reader(), buffer.data(), buffer.size());
            if (n <= 0)
                return;
            heard.append(buffer.data(), static_cast<std::size_t>(n));
            lines += static_cast<int>(std::count(buffer.data(), buffer.data() + n, '\n'));
        }
    });
    EXPECT_EQ(f.serve({.most_queued_bytes = 4096}), 0);
    writer.join();
    reader.join();
    std::string expected;
    for (int i = 0; i < count; ++i)
        expected += R"({"jsonrpc":"2.0","id":)" + std::to_string(i) + R"(,"result":{}})" + "\n";
    EXPECT_EQ(heard, expected);
}

TEST(stdio, the_flags_of_the_descriptors_are_put_back)
{
    stdio_fixture f;
    f.input.write(ping(1));
    f.input.close_writer();
    f.serve();
    EXPECT_EQ(::fcntl(f.input.reader(), F_GETFL) & O_NONBLOCK, 0);
    EXPECT_EQ(::fcntl(f.output.writer(), F_GETFL) & O_NONBLOCK, 0);
}

TEST(line_outbox, room_waits_until_less_than_the_limit_is_queued)
{
    io::runtime loop;
    pipe_pair out;
    ::fcntl(out.writer(), F_SETFL, O_NONBLOCK);
    line_outbox box(loop.executor(), out.writer(), 1000);
    io::nursery background(loop.executor(), {});
    background.spawn(box.run());
    bool had_room = false;
    const auto fill = [&]() -> io::task<> {
        box.send(std::string(1'000'000, 'x'), {});
        had_room = (co_await box.room()).has_value();
    };
    background.spawn(fill());
    loop.run_main(mcp::testing::settle_main());
    EXPECT_FALSE(had_room) << "the pipe is full";
    std::thread reader([&] {
        std::array<char, 65536> buffer;
        for (std::size_t got = 0; got < 1'000'001;)
            got += static_cast<std::size_t>(std::max<ssize_t>(0, ::read(out.reader(), buffer.data(), buffer.size())));
    });
    const auto end = [&]() -> io::task<int> {
        box.finish();
        co_await background.join(io::deadline::after(20s));
        co_return 0;
    };
    loop.run_main(end());
    reader.join();
    EXPECT_TRUE(had_room);
}

} // namespace
} // namespace basekeeper::transports
