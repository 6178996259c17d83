// Heads are read exactly; what two servers could read in two ways is refused with the right status.
#include "http/request_head.hpp"
#include "http/request_target.hpp"

#include <gtest/gtest.h>

#include <array>

namespace basekeeper::http {
namespace {

/// The status a head is refused with, or 0.
int refusal(const std::string& head)
{
    const auto read = parse_head(head + "\r\n\r\n", 10);
    return read ? 0 : read.error().http_status;
}

TEST(request_head, method_path_query_and_fields_are_read)
{
    const auto head = parse_head(
        "POST /a%20b/c+d?x=1%262&y+z=%C3%A9&flag&=v HTTP/1.1\r\nHost: example\r\nX-One:  two \r\nx-one: three\r\n"
        "Content-Length: 5\r\n\r\n",
        10
    );
    ASSERT_TRUE(head) << head.error().message;
    EXPECT_EQ(head->asked.method, "POST");
    EXPECT_EQ(head->asked.path, "/a b/c+d");
    const std::vector<std::pair<std::string, std::string>> query{{"x", "1&2"}, {"y z", "é"}, {"flag", ""}, {"", "v"}};
    EXPECT_EQ(head->asked.query, query);
    EXPECT_EQ(head->asked.headers.find("X-ONE"), "two");
    EXPECT_EQ(head->asked.headers.count("x-one"), 2U);
    EXPECT_FALSE(head->asked.headers.find("x-two"));
    EXPECT_EQ(head->content_length, 5U);
    EXPECT_TRUE(head->has_body());
    EXPECT_TRUE(head->http_1_1);
    EXPECT_TRUE(head->keep_alive);
}

TEST(request_head, connections_are_kept_as_the_version_says)
{
    const auto keeps = [](const std::string& rest) {
        return parse_head("GET / HTTP/1." + rest + "\r\n\r\n", 9)->keep_alive;
    };
    EXPECT_TRUE(keeps("1\r\nHost: a"));
    EXPECT_FALSE(keeps("1\r\nHost: a\r\nConnection: x, Close"));
    EXPECT_FALSE(keeps("0"));
    EXPECT_TRUE(keeps("0\r\nConnection: keep-alive"));
}

TEST(request_head, the_host_of_an_absolute_target_outranks_the_field)
{
    const auto head = parse_head("GET http://right:81?q=1 HTTP/1.1\r\nHost: wrong\r\n\r\n", 9);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->asked.path, "/");
    EXPECT_EQ(head->asked.headers.find("host"), "right:81");
    EXPECT_EQ(head->asked.query.size(), 1U);
}

TEST(request_head, two_lengths_or_two_framings_are_refused)
{
    const std::string start = "POST / HTTP/1.1\r\nHost: a\r\n";
    EXPECT_EQ(refusal(start + "Content-Length: 1\r\nContent-Length: 1"), 0) << "the same twice";
    EXPECT_EQ(refusal(start + "Content-Length: 1\r\nContent-Length: 2"), 400);
    EXPECT_EQ(refusal(start + "Content-Length: 1, 2"), 400);
    EXPECT_EQ(refusal(start + "Content-Length: 1\r\nTransfer-Encoding: chunked"), 400);
    EXPECT_EQ(refusal(start + "Transfer-Encoding: chunked\r\nContent-Length: 1"), 400);
    EXPECT_EQ(refusal(start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), 400);
    for (const auto* bad : {"-1", "+1", "0x1", "1 1", "", "18446744073709551616"})
        EXPECT_EQ(refusal(start + "Content-Length: " + bad), 400) << bad;
}

TEST(request_head, a_field_that_goes_on_in_the_next_line_is_refused)
{
    for (const auto* blank : {" ", "\t"}) {
        EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\nX-One: two\r\n" + std::string(blank) + "three"), 400);
        EXPECT_EQ(refusal("GET / HTTP/1.1\r\n" + std::string(blank) + "Host: a\r\nHost: b"), 400);
    }
}

TEST(request_head, transfer_codings_other_than_chunked_are_refused)
{
    const std::string start = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: ";
    EXPECT_EQ(refusal(start + "Chunked"), 0);
    for (const auto* coding : {"gzip", "gzip, chunked", "chunked, gzip", "identity", "xchunked", "chunked;a=b", ""})
        EXPECT_EQ(refusal(start + coding), 501) << coding;
    EXPECT_EQ(refusal("POST / HTTP/1.0\r\nTransfer-Encoding: chunked"), 501);
}

TEST(request_head, malformed_heads_are_refused)
{
    const std::string rest = "\r\nHost: a";
    EXPECT_EQ(refusal("GET / HTTP/1.1" + rest), 0);
    for (const auto* line :
         {"GET /",
          "GET  / HTTP/1.1",
          "G@T / HTTP/1.1",
          " GET / HTTP/1.1",
          "GET a HTTP/1.1",
          "OPTIONS * HTTP/1.1",
          "CONNECT a:1 HTTP/1.1",
          "GET /%0 HTTP/1.1",
          "GET /%zz HTTP/1.1",
          "GET /%00 HTTP/1.1",
          "GET /?a=%1 HTTP/1.1",
          "GET ftp://a/ HTTP/1.1",
          "GET /a#b HTTP/1.1"})
        EXPECT_EQ(refusal(line + rest), 400) << line;
    for (const auto* field : {"Host : b", "a b: c", ": c", "noColon", "A: b\x01", "A: b\nC: d", "Host: b"})
        EXPECT_EQ(refusal("GET / HTTP/1.1" + rest + "\r\n" + field), 400) << field;
    EXPECT_EQ(refusal("GET / HTTP/1.1\r\nA: b"), 400) << "no Host";
    EXPECT_EQ(refusal("GET / HTTP/2.0" + rest), 505);
    EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\nExpect: tea"), 417);
    std::string many = "GET / HTTP/1.1\r\nHost: a";
    for (int i = 0; i < 10; ++i)
        many += "\r\nA: b";
    EXPECT_EQ(refusal(many), 431);
}

TEST(request_head, its_end_is_found_however_it_arrives)
{
    const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    for (std::size_t split = 0; split < head.size(); ++split) {
        EXPECT_FALSE(end_of_head(head.substr(0, split), split / 2));
        EXPECT_EQ(end_of_head(head + "body", split), head.size()) << split;
    }
}

} // namespace
} // namespace basekeeper::http
