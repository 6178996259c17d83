// Writes heads; the hot path of small answers.
#include "http/response_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace basekeeper::http {

namespace {

struct named_status
{
    unsigned status;
    std::string_view reason;
};

constexpr std::array statuses{
    named_status{100, "Continue"},
    named_status{101, "Switching Protocols"},
    named_status{200, "OK"},
    named_status{201, "Created"},
    named_status{202, "Accepted"},
    named_status{204, "No Content"},
    named_status{301, "Moved Permanently"},
    named_status{302, "Found"},
    named_status{303, "See Other"},
    named_status{304, "Not Modified"},
    named_status{307, "Temporary Redirect"},
    named_status{308, "Permanent Redirect"},
    named_status{400, "Bad Request"},
    named_status{401, "Unauthorized"},
    named_status{403, "Forbidden"},
    named_status{404, "Not Found"},
    named_status{405, "Method Not Allowed"},
    named_status{406, "Not Acceptable"},
    named_status{408, "Request Timeout"},
    named_status{409, "Conflict"},
    named_status{410, "Gone"},
    named_status{411, "Length Required"},
    named_status{412, "Precondition Failed"},
    named_status{413, "Content Too Large"},
    named_status{415, "Unsupported Media Type"},
    named_status{417, "Expectation Failed"},
    named_status{421, "Misdirected Request"},
    named_status{422, "Unprocessable Content"},
    named_status{426, "Upgrade Required"},
    named_status{429, "Too Many Requests"},
    named_status{431, "Request Header Fields Too Large"},
    named_status{500, "Internal Server Error"},
    named_status{501, "Not Implemented"},
    named_status{502, "Bad Gateway"},
    named_status{503, "Service Unavailable"},
    named_status{504, "Gateway Timeout"},
    named_status{505, "HTTP Version Not Supported"},
};
static_assert(std::ranges::is_sorted(statuses, {}, &named_status::status));

constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

void append_clean(std::string& to, std::string_view text)
{
    if (text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos) {
        to += text;
        return;
    }
    std::ranges::replace_copy_if(
        text, std::back_inserter(to), [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' '
    );
}

} // namespace

std::string_view date_line::at(std::time_t now)
{
    if (now == made_at_)
        return text_;
    std::tm t{};
    ::gmtime_r(&now, &t);
    // strftime would speak the language of the locale.
    text_ = fmt::format(
        "Date: {}, {:02} {} {} {:02}:{:02}:{:02} GMT\r\n",
        days.at(static_cast<std::size_t>(t.tm_wday)),
        t.tm_mday,
        months.at(static_cast<std::size_t>(t.tm_mon)),
        t.tm_year + 1900,
        t.tm_hour,
        t.tm_min,
        t.tm_sec
    );
    made_at_ = now;
    return text_;
}

std::string_view reason_of(unsigned status)
{
    const auto* const found = std::ranges::lower_bound(statuses, status, {}, &named_status::status);
    return found != statuses.end() && found->status == status ? found->reason : "Status";
}

bool is_bodiless(unsigned status)
{
    return status < 200 || status == 204 || status == 304;
}

void append_head(std::string& to, const response& head, head_facts facts, std::string_view date)
{
    const auto out = std::back_inserter(to);
    to += "HTTP/1.1 ";
    to += fmt::format_int(head.status).c_str();
    to += ' ';
    to += reason_of(head.status);
    to += "\r\n";
    to += date;
    for (const auto& [name, value] : head.headers.fields()) {
        append_clean(to, name);
        to += ": ";
        append_clean(to, value);
        to += "\r\n";
    }
    if (facts.how == framing::length)
        fmt::format_to(out, "Content-Length: {}\r\n", facts.length);
    else if (facts.how == framing::chunked)
        to += "Transfer-Encoding: chunked\r\n";
    if (facts.connection == connection_field::close)
        to += "Connection: close\r\n";
    else if (facts.connection == connection_field::keep_alive)
        to += "Connection: keep-alive\r\n";
    to += "\r\n";
}

} // namespace basekeeper::http
