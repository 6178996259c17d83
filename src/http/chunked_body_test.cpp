// Chunks are put together in whatever pieces they arrive, and nothing but chunks is taken.
#include "http/chunked_body.hpp"

#include <gtest/gtest.h>

namespace basekeeper::http {
namespace {

using state = chunked_body::state;

struct outcome
{
    state end;
    std::string body;
    std::string rest;

    friend bool operator==(const outcome&, const outcome&) = default;
};

outcome decode(std::string_view bytes, std::size_t piece = 1'000, std::size_t most = 100)
{
    chunked_body chunks(most, 100);
    outcome out{.end = state::more};
    while (!bytes.empty() && out.end == state::more) {
        auto part = bytes.substr(0, piece);
        const auto given = part.size();
        out.end = chunks.take(part, out.body);
        bytes.remove_prefix(given - part.size());
    }
    out.rest = bytes;
    return out;
}

TEST(chunked_body, the_pieces_it_arrives_in_do_not_matter)
{
    const std::string bytes = "5\r\nhello\r\nA;ext=\"1\"\r\n, world!!!\r\n0\r\nTrailer: x\r\nTwo: y\r\n\r\nGET /";
    for (const std::size_t piece : {1U, 2U, 3U, 7U, 13U, 1'000U})
        EXPECT_EQ(decode(bytes, piece), (outcome{state::complete, "hello, world!!!", "GET /"})) << piece;
    EXPECT_EQ(decode("0\r\n\r\n").end, state::complete);
    EXPECT_EQ(decode("5\r\nhel").end, state::more);
}

TEST(chunked_body, what_is_no_chunk_is_malformed)
{
    for (const auto* bytes :
         {"x",
          "\r\n",
          "-1\r\n",
          "0x1\r\n",
          "5\nhello",
          "5\r\nhelloX",
          "5\r\nhello\n0",
          "5\r\rhello",
          ";a\r\n",
          "5 6\r\nhello",
          "5\tx\r\nhello",
          "5 \nhello",
          "00000000000000001\r\n",
          "0\r\n\n",
          "0\r\n\rX",
          "0\r\nA\nB",
          "0\r\nA\rB"})
        EXPECT_EQ(decode(bytes).end, state::malformed) << bytes;
}

TEST(chunked_body, blanks_may_follow_a_size)
{
    EXPECT_EQ(decode("5 \t\r\nhello\r\n0 ;a=b c\r\n\r\n"), (outcome{state::complete, "hello", ""}));
}

TEST(chunked_body, a_body_or_its_framing_beyond_the_bound_is_too_long)
{
    EXPECT_EQ(decode("5\r\nhello\r\n0\r\n\r\n", 1, 5).end, state::complete);
    EXPECT_EQ(decode("6\r\n", 1, 5).end, state::too_long) << "before it has arrived";
    EXPECT_EQ(decode("3\r\nabc\r\n3\r\n", 1, 5).end, state::too_long);
    EXPECT_EQ(decode("ffffffffffffffff\r\n").end, state::too_long);
    EXPECT_EQ(decode("1;" + std::string(200, 'x')).end, state::too_long);
    EXPECT_EQ(decode("0\r\n" + std::string(200, 'x')).end, state::too_long);
}

} // namespace
} // namespace basekeeper::http
