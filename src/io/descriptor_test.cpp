// Descriptors of every kind are read to their end.
#include "io/descriptor.hpp"
#include "io/runtime.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
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

} // namespace
} // namespace basekeeper::io
