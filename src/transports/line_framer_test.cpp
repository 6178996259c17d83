// Lines come out whole however the stream is cut, and memory stays bounded.
#include "transports/line_framer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

namespace basekeeper::transports {
namespace {

void put(line_framer& framer, std::string_view bytes)
{
    const auto space = framer.space();
    ASSERT_LE(bytes.size(), space.size());
    std::memcpy(space.data(), bytes.data(), bytes.size());
    framer.commit(bytes.size());
}

/// All lines of a stream that arrives in pieces; `!` stands for one that is too long.
std::vector<std::string> lines_of(std::string_view stream, std::size_t piece, std::size_t longest = 1000)
{
    line_framer framer(longest);
    std::vector<std::string> out;
    const auto keep = [&](const line& one) {
        out.push_back(one.state == line_state::whole ? std::string(one.text) : "!");
    };
    for (; !stream.empty(); stream.remove_prefix(std::min(piece, stream.size()))) {
        put(framer, stream.substr(0, piece));
        while (const auto one = framer.next())
            keep(*one);
    }
    if (const auto rest = framer.end())
        keep(*rest);
    return out;
}

using all = std::vector<std::string>;

TEST(line_framer, finds_the_same_lines_in_pieces_of_any_size)
{
    const auto stream = "first\nsecond\r\n\n  \t\n third \n" + std::string(40, 'x') + "\nlast";
    for (std::size_t piece = 1; piece < 60; ++piece)
        EXPECT_EQ(lines_of(stream, piece, 30), (all{"first", "second", " third ", "!", "last"})) << piece;
}

TEST(line_framer, the_limit_is_exact_and_does_not_count_the_line_end)
{
    EXPECT_EQ(lines_of("1234\n", 5, 4), (all{"1234"}));
    EXPECT_EQ(lines_of("1234\r\n", 6, 4), (all{"1234"}));
    EXPECT_EQ(lines_of("12345\n6\n", 8, 4), (all{"!", "6"}));
    EXPECT_EQ(lines_of("12345", 1, 4), (all{"!"}));
}

TEST(line_framer, an_empty_stream_has_no_lines)
{
    EXPECT_EQ(lines_of("", 1), all{});
    EXPECT_EQ(lines_of("\n\r\n", 1), all{});
}

TEST(line_framer, bytes_of_any_value_pass)
{
    const std::string odd("a\0b\xFF\xFE", 5);
    EXPECT_EQ(lines_of(odd + "\n", 2), (all{odd}));
}

TEST(line_framer, a_hundred_megabytes_without_end_take_no_memory)
{
    line_framer framer(std::size_t{4} << 20U);
    std::size_t most = 0;
    for (std::size_t sent = 0; sent < 100'000'000;) {
        const auto space = framer.space();
        std::memset(space.data(), 'x', space.size());
        framer.commit(space.size());
        sent += space.size();
        EXPECT_FALSE(framer.next());
        most = std::max(most, framer.capacity());
    }
    EXPECT_LE(most, std::size_t{9} << 20U);
    put(framer, "\nok\n");
    EXPECT_EQ(framer.next()->state, line_state::too_long);
    EXPECT_EQ(framer.next()->text, "ok");
    framer.space();
    EXPECT_LE(framer.capacity(), std::size_t{64} << 10U) << "the buffer shrinks again";
}

} // namespace
} // namespace basekeeper::transports
