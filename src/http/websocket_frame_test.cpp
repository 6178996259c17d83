// Frames of the RFC's examples, and those that must be refused.
#include "http/websocket_frame.hpp"

#include <gtest/gtest.h>

namespace basekeeper::http {
namespace {

using namespace std::string_literals;

unsigned refusal(const std::string& bytes, std::size_t most = 100'000)
{
    const auto read = read_frame(bytes, most);
    return read ? 0 : read.error();
}

std::string masked(unsigned first, std::string length, const std::string& payload)
{
    return static_cast<char>(first) + length + "\0\0\0\0"s + payload;
}

TEST(websocket_frame, the_masked_example_of_the_rfc_is_read)
{
    const auto bytes = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s; // RFC 6455 section 5.7
    for (std::size_t cut = 0; cut < bytes.size(); ++cut)
        EXPECT_FALSE(read_frame(bytes.substr(0, cut), 5)->has_value()) << cut;
    const auto read = read_frame(bytes + "next", 5);
    ASSERT_TRUE(read && *read);
    EXPECT_EQ((*read)->payload, "Hello");
    EXPECT_EQ((*read)->size, bytes.size());
    EXPECT_EQ((*read)->kind, opcode::text);
    EXPECT_TRUE((*read)->final);
}

TEST(websocket_frame, longer_lengths_are_read_and_written)
{
    EXPECT_EQ(frame_head(opcode::text, 125), "\x81\x7d"s);
    EXPECT_EQ(frame_head(opcode::text, 126), "\x81\x7e\x00\x7e"s);
    EXPECT_EQ(frame_head(opcode::text, 65'535), "\x81\x7e\xff\xff"s);
    EXPECT_EQ(frame_head(opcode::pong, 65'536), "\x8a\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s);
    const std::string text(65'536, 'x');
    const auto read = read_frame(masked(0x01, "\xff\x00\x00\x00\x00\x00\x01\x00\x00"s, text), 100'000);
    ASSERT_TRUE(read && *read);
    EXPECT_EQ((*read)->payload, text);
    EXPECT_FALSE((*read)->final);
}

TEST(websocket_frame, what_the_rfc_forbids_is_a_protocol_error)
{
    EXPECT_EQ(refusal("\x81\x05Hello"s), 1002U) << "not masked";
    EXPECT_EQ(refusal(masked(0xc1, "\x80", "")), 1002U) << "an extension nobody agreed on";
    EXPECT_EQ(refusal(masked(0x83, "\x80", "")), 1002U) << "unknown kind";
    EXPECT_EQ(refusal(masked(0x8b, "\x80", "")), 1002U) << "unknown control";
    EXPECT_EQ(refusal(masked(0x09, "\x80", "")), 1002U) << "a ping in pieces";
    EXPECT_EQ(refusal(masked(0x89, "\xfe\x00\x7e"s, "")), 1002U) << "a long ping";
    EXPECT_EQ(refusal(masked(0x81, "\xfe\x00\x7d"s, "")), 1002U) << "a length longer than needed";
    EXPECT_EQ(refusal(masked(0x81, "\xff\x80\x00\x00\x00\x00\x00\x00\x00"s, "")), 1002U) << "a negative length";
}

TEST(websocket_frame, a_long_payload_is_refused_before_it_arrives)
{
    EXPECT_EQ(refusal(masked(0x81, "\xfe\x01\x00"s, ""), 255), 1009U);
    EXPECT_EQ(refusal(masked(0x81, "\xfe\x01\x00"s, ""), 256), 0U);
}

TEST(websocket_frame, close_payloads_are_judged)
{
    EXPECT_EQ(read_close(""), 1005U);
    EXPECT_EQ(read_close(close_payload(1000, "bye")), 1000U);
    EXPECT_EQ(read_close(close_payload(4999, "")), 4999U);
    EXPECT_EQ(read_close("x").error(), 1002U);
    for (const unsigned code : {0U, 999U, 1004U, 1005U, 1006U, 1015U, 2999U, 5000U})
        EXPECT_EQ(read_close(close_payload(code, "")).error(), 1002U) << code;
    EXPECT_EQ(read_close(close_payload(1000, "") + "\xff").error(), 1007U);
    EXPECT_EQ(close_payload(1000, std::string(122, 'x') + "é").size(), 124U) << "cut between characters";
}

} // namespace
} // namespace basekeeper::http
