// Readiness by Asio's reactor, reading and writing by plain system calls.
#include "io/descriptor.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace basekeeper::io {

namespace asio = boost::asio;

struct descriptor::watched
{
    watched(io::executor where, int number, ownership owner) : stream(where), who(owner), fd(number), pollable(true)
    {
        // Regular files are always ready and cannot be watched: epoll says EPERM, which Asio keeps back until the first
        // wait.
        struct stat kind{};
        boost::system::error_code failed;
        pollable = ::fstat(number, &kind) == 0 && !S_ISREG(kind.st_mode);
        if (pollable)
            stream.assign(number, failed);
        pollable = pollable && !failed;
    }

    ~watched()
    {
        if (who == ownership::borrowed && pollable)
            stream.release();
        else if (!pollable && who == ownership::owned)
            ::close(fd);
    }

    asio::posix::stream_descriptor stream;
    ownership who;
    int fd;
    bool pollable;
};

descriptor::descriptor(io::executor where, int fd, ownership who)
{
    if (who == ownership::owned)
        ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    watched_ = std::make_unique<watched>(std::move(where), fd, who);
}

descriptor::~descriptor() = default;
descriptor::descriptor(descriptor&&) noexcept = default;
descriptor& descriptor::operator=(descriptor&&) noexcept = default;

int descriptor::fd() const
{
    return watched_->fd;
}

void descriptor::cancel()
{
    if (watched_->pollable)
        watched_->stream.cancel();
}

namespace {

task<result<>> wait_either(asio::posix::stream_descriptor& stream, deadline until)
{
    using base = asio::posix::descriptor_base;
    asio::steady_timer timer(stream.get_executor(), until.time());
    const auto [order, readable, writable, expired] =
        co_await asio::experimental::make_parallel_group(
            stream.async_wait(base::wait_read, asio::deferred),
            stream.async_wait(base::wait_write, asio::deferred),
            timer.async_wait(asio::deferred)
        )
            .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
    if (!readable || !writable)
        co_return result<>{};
    if (order[0] == 2 && !expired)
        co_return fail(condition::timeout, "the deadline passed while waiting for data");
    const auto& failed = order[0] == 0 ? readable : writable;
    if (failed == asio::error::operation_aborted)
        co_return fail(condition::cancelled, "waiting for data was cancelled");
    co_return fail(condition::unavailable, "cannot wait for data: " + failed.message());
}

} // namespace

task<result<>> descriptor::wait(readiness what, deadline until)
{
    auto& w = *watched_;
    if (!w.pollable)
        co_return result<>{};
    if (what == readiness::either)
        co_return co_await wait_either(w.stream, until);
    const auto kind =
        what == readiness::read ? asio::posix::descriptor_base::wait_read : asio::posix::descriptor_base::wait_write;
    boost::system::error_code failed;
    bool timed_out = false;
    if (until.is_never()) {
        std::tie(failed) = co_await w.stream.async_wait(kind, asio::as_tuple(asio::use_awaitable));
    } else {
        asio::steady_timer timer(w.stream.get_executor(), until.time());
        const auto [order, waited, expired] =
            co_await asio::experimental::make_parallel_group(
                w.stream.async_wait(kind, asio::deferred), timer.async_wait(asio::deferred)
            )
                .async_wait(asio::experimental::wait_for_one(), asio::use_awaitable);
        failed = waited;
        timed_out = order[0] == 1 && !expired;
    }
    if (!failed)
        co_return result<>{};
    if (timed_out)
        co_return fail(condition::timeout, "the deadline passed while waiting for data");
    if (failed == asio::error::operation_aborted)
        co_return fail(condition::cancelled, "waiting for data was cancelled");
    co_return fail(condition::unavailable, "cannot wait for data: " + failed.message());
}

task<result<std::size_t>> descriptor::read_some(std::span<char> into, deadline until)
{
    for (;;) {
        CO_TRY(co_await wait(readiness::read, until));
        const auto n = ::read(fd(), into.data(), into.size());
        if (n >= 0)
            co_return static_cast<std::size_t>(n);
        if (errno != EAGAIN && errno != EINTR)
            co_return fail(condition::unavailable, "cannot read: " + std::generic_category().message(errno));
    }
}

task<result<>> descriptor::write_all(std::string_view bytes, deadline until)
{
    while (!bytes.empty()) {
        const auto n = ::write(fd(), bytes.data(), bytes.size());
        if (n >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(n));
            continue;
        }
        if (errno == EAGAIN) {
            CO_TRY(co_await wait(readiness::write, until));
            continue;
        }
        if (errno != EINTR)
            co_return fail(condition::unavailable, "cannot write: " + std::generic_category().message(errno));
    }
    co_return result<>{};
}

} // namespace basekeeper::io
