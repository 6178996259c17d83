// Heads of responses: dates, reasons, and no way to forge a second response.
#include "http/response_head.hpp"

#include <gtest/gtest.h>

namespace basekeeper::http {
namespace {

TEST(response_head, the_date_is_that_of_the_rfc)
{
    date_line line;
    EXPECT_EQ(line.at(784'111'777), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"); // RFC 9110 section 5.6.7
    EXPECT_EQ(line.at(1'709'164'800), "Date: Thu, 29 Feb 2024 00:00:00 GMT\r\n");
}

TEST(response_head, is_written_in_order)
{
    response head{.status = 404};
    head.headers.add("X-A", "1");
    std::string out;
    append_head(out, head, {.length = 7, .connection = connection_field::close}, "Date: now\r\n");
    EXPECT_EQ(out, "HTTP/1.1 404 Not Found\r\nDate: now\r\nX-A: 1\r\nContent-Length: 7\r\nConnection: close\r\n\r\n");
}

TEST(response_head, line_ends_in_fields_become_blanks)
{
    response head;
    head.headers.add("X-A", "1\r\n\r\nHTTP/1.1 200 OK");
    std::string out;
    append_head(out, head, {.how = framing::none}, "");
    EXPECT_EQ(out, "HTTP/1.1 200 OK\r\nX-A: 1    HTTP/1.1 200 OK\r\n\r\n");
}

TEST(response_head, an_unknown_status_has_some_reason)
{
    EXPECT_EQ(reason_of(413), "Content Too Large");
    EXPECT_EQ(reason_of(299), "Status");
    EXPECT_EQ(reason_of(999), "Status");
}

} // namespace
} // namespace basekeeper::http
