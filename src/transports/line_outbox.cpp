// Two buffers that change places: one fills while the other is written.
#include "transports/line_outbox.hpp"

#include <utility>

namespace basekeeper::transports {
namespace {

/// A larger buffer is given back once it is empty.
constexpr std::size_t kept_capacity = std::size_t{256} << 10U;

void empty(std::string& buffer)
{
    if (buffer.capacity() > kept_capacity)
        std::string().swap(buffer);
    else
        buffer.clear();
}

} // namespace

line_outbox::line_outbox(io::executor where, int fd, std::size_t most_queued_bytes)
    : to_(where, fd, io::ownership::borrowed), most_queued_(most_queued_bytes), work_(where), drained_(where)
{
    drained_.set();
}

void line_outbox::send(std::string message, mcp::message_traits)
{
    if (broken_)
        return;
    // A large answer is taken over, a small one goes into memory that is there already.
    if (waiting_.empty() && message.size() > waiting_.capacity())
        waiting_ = std::move(message);
    else
        waiting_ += message;
    waiting_ += '\n';
    if (is_full() && !nobody_waits_)
        drained_.reset();
    work_.set();
}

io::task<> line_outbox::run()
{
    while (!broken_ && !(finishing_ && waiting_.empty())) {
        if (!(co_await work_.wait(io::deadline::never())))
            break;
        work_.reset();
        std::swap(waiting_, writing_);
        const auto written = co_await to_.write_all(writing_, io::deadline::never());
        empty(writing_);
        if (!is_full())
            drained_.set();
        if (!written)
            break;
    }
    const bool lost = !(finishing_ && waiting_.empty());
    if (lost) {
        broken_ = true;
        std::string().swap(waiting_);
        if (tell_broken_)
            std::exchange(tell_broken_, nullptr)();
    }
    drained_.set();
}

io::task<result<>> line_outbox::room()
{
    CO_TRY(co_await drained_.wait(io::deadline::never()));
    if (broken_)
        co_return fail(condition::unavailable, "the client does not read its answers any more");
    if (nobody_waits_)
        co_return fail(condition::cancelled, "waiting for the client to read was cancelled");
    co_return result<>{};
}

void line_outbox::stop_waiting()
{
    nobody_waits_ = true;
    drained_.set();
}

void line_outbox::finish()
{
    finishing_ = true;
    work_.set();
}

} // namespace basekeeper::transports
