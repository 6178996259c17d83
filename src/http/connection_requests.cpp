// Receiving one request, within all limits, and refusing what breaks them.
#include "http/chunked_body.hpp"
#include "http/connection.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::http {

namespace {

using namespace std::chrono_literals;

constexpr auto linger_time = 1s;
constexpr std::size_t most_lingering_bytes = std::size_t{16} << 20U;

error problem(int status, std::string message, std::string hint = {})
{
    error e(condition::invalid_argument, std::move(message), std::move(hint));
    e.http_status = status;
    return e;
}

error body_too_long(std::size_t most)
{
    return problem(413, "the body of the request is too long", fmt::format("send at most {} bytes", most));
}

response as_response(const error& why)
{
    response out{.status = static_cast<unsigned>(why.http_status)};
    out.headers.add("Content-Type", "text/plain; charset=utf-8");
    if (out.status == 503)
        out.headers.add("Retry-After", "1");
    out.body = describe(why) + "\n";
    return out;
}

/// What one body takes of the room that the server has for all that are on their way, until it is complete or given up.
class body_room
{
public:
    explicit body_room(surroundings& all) : all_(all) {}

    ~body_room() { all_.receiving_bytes -= taken_; }

    body_room(const body_room&) = delete;
    body_room& operator=(const body_room&) = delete;

    /// False when there is no room for a body of that size; it then has none at all.
    bool grow_to(std::size_t bytes)
    {
        all_.receiving_bytes -= std::exchange(taken_, 0);
        if (bytes > all_.limits.most_receiving_bytes - all_.receiving_bytes)
            return false;
        all_.receiving_bytes += taken_ = bytes;
        return true;
    }

private:
    surroundings& all_;
    std::size_t taken_ = 0;
};

} // namespace

io::task<bool> connection::serve_one()
{
    const auto end = co_await receive_head();
    if (!end)
        co_return false;
    auto head = parse_head(input_.view().substr(0, *end), all_.limits.most_header_fields);
    input_.consume(*end);
    if (!head) {
        co_await refuse(head.error());
        co_return false;
    }
    head->asked.from = from_;
    if (all_.admit)
        if (auto early = all_.admit(head->asked))
            co_return co_await answer_early(*std::move(head), *std::move(early));
    if (head->has_body() && !co_await receive_body(*head))
        co_return false;
    co_return co_await answer(*std::move(head));
}

io::task<std::optional<std::size_t>> connection::receive_head()
{
    if (input_.empty()) {
        if (co_await receive(io::deadline::after(all_.limits.idle_time)) != filled::more)
            co_return std::nullopt;
    }
    const auto until = io::deadline::after(all_.limits.head_time);
    for (std::size_t searched = 0;;) {
        while (searched == 0 && input_.view().starts_with("\r\n"))
            input_.consume(2); // left over from a body, RFC 9112 section 2.2
        const auto end = end_of_head(input_.view(), searched);
        if (end.value_or(input_.size()) > all_.limits.most_head_bytes) {
            co_await refuse(problem(
                431,
                "the head of the request is too long",
                fmt::format("send at most {} bytes", all_.limits.most_head_bytes)
            ));
            co_return std::nullopt;
        }
        if (end)
            co_return end;
        searched = input_.size();
        const auto how = co_await receive(until);
        if (how != filled::more) {
            co_await cannot_receive(how);
            co_return std::nullopt;
        }
    }
}

/// More of a request. A drain ends this at once: what is not complete by then is not begun.
io::task<filled> connection::receive(io::deadline until)
{
    if (draining_)
        co_return filled::ended;
    receiving_ = true;
    const auto how = co_await fill(until);
    receiving_ = false;
    co_return how;
}

/// A client that is too slow hears of it; one that is gone cannot.
io::task<bool> connection::cannot_receive(filled why)
{
    if (why == filled::timeout)
        co_await refuse(problem(408, "the request did not arrive in time", "send it at once"));
    co_return false;
}

io::task<bool> connection::receive_body(request_head& head)
{
    if (head.content_length.value_or(0) > all_.limits.most_body_bytes) {
        co_await refuse(body_too_long(all_.limits.most_body_bytes));
        co_return false;
    }
    if (head.expects_continue && input_.empty()) {
        output_.append("HTTP/1.1 100 Continue\r\n\r\n");
        output_.flush_now();
    }
    const auto until = io::deadline::after(all_.limits.body_time);
    if (head.chunked)
        co_return co_await receive_chunks(head, until);
    co_return co_await receive_measured(head, until);
}

io::task<bool> connection::refuse_for_lack_of_room(request_head& head)
{
    head.asked.body = {};
    ++all_.refused_for_lack_of_room;
    co_await refuse(problem(503, "too many bodies are being received", "try again in a moment"));
    co_return false;
}

io::task<bool> connection::receive_measured(request_head& head, io::deadline until)
{
    body_room room(all_);
    auto& body = head.asked.body;
    const auto length = static_cast<std::size_t>(*head.content_length);
    for (;;) {
        const auto piece = input_.view().substr(0, length - body.size());
        body.append(piece);
        input_.consume(piece.size());
        if (body.size() == length)
            co_return true;
        if (!room.grow_to(body.size()))
            co_return co_await refuse_for_lack_of_room(head);
        const auto how = co_await receive(until);
        if (how != filled::more)
            co_return co_await cannot_receive(how);
    }
}

io::task<bool> connection::receive_chunks(request_head& head, io::deadline until)
{
    body_room room(all_);
    chunked_body chunks(all_.limits.most_body_bytes, all_.limits.most_head_bytes + all_.limits.most_body_bytes / 8);
    for (;;) {
        auto rest = input_.view();
        const auto state = chunks.take(rest, head.asked.body);
        input_.consume(input_.size() - rest.size());
        switch (state) {
        case chunked_body::state::complete:
            co_return true;
        case chunked_body::state::too_long:
            co_await refuse(body_too_long(all_.limits.most_body_bytes));
            co_return false;
        case chunked_body::state::malformed:
            co_await refuse(problem(400, "the chunks of the body are malformed"));
            co_return false;
        case chunked_body::state::more:
            break;
        }
        if (!room.grow_to(head.asked.body.size()))
            co_return co_await refuse_for_lack_of_room(head);
        const auto how = co_await receive(until);
        if (how != filled::more)
            co_return co_await cannot_receive(how);
    }
}

io::task<bool> connection::answer_early(request_head head, response early)
{
    // A client that waits for "100 Continue" may send the body or not: what follows could be read in two ways.
    const bool readable =
        !head.chunked && !head.expects_continue && head.content_length.value_or(0) <= all_.limits.most_drained_bytes;
    const bool goes_on = write_whole(
        {.head_only = head.asked.method == "HEAD",
         .http_1_1 = head.http_1_1,
         .keep_alive = head.keep_alive && (readable || !head.has_body())},
        std::move(early)
    );
    if (!goes_on) {
        co_await linger();
        co_return false;
    }
    co_await output_.emptied();
    if (!co_await skip_body(head.content_length.value_or(0), io::deadline::after(all_.limits.body_time)))
        co_return false;
    co_return !output_.broken();
}

io::task<bool> connection::skip_body(std::size_t length, io::deadline until)
{
    for (;;) {
        const auto there = std::min(length, input_.size());
        input_.consume(there);
        length -= there;
        if (length == 0)
            co_return true;
        if (co_await receive(until) != filled::more)
            co_return false;
    }
}

io::task<> connection::refuse(error why)
{
    all_.log.debug("an HTTP request was refused", {{"ip", from_.ip}, {"why", why.message}});
    if (why.http_status == 413 || why.http_status == 431)
        ++all_.refused_as_too_large;
    write_whole({.keep_alive = false}, as_response(why));
    co_await linger();
}

io::task<> connection::linger()
{
    co_await output_.emptied();
    wire_->end_writing();
    const auto until = io::deadline::after(linger_time);
    for (std::size_t read = 0; read < most_lingering_bytes; read += input_.size()) {
        input_.clear();
        if (co_await fill(until) != filled::more)
            co_return;
    }
}

} // namespace basekeeper::http
