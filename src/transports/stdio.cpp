// The reading loop of one client on a pair of descriptors, and an orderly end.
#include "transports/stdio.hpp"

#include <boost/asio/this_coro.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <csignal>
#include <exception>
#include <utility>

namespace basekeeper::transports {

namespace {

enum class stream_kind
{
    waits,        ///< pipe, socket
    always_ready, ///< file, device
    none          ///< not open, or the number was given to something of ours, such as the event loop
};

stream_kind kind_of(int fd)
{
    struct stat kind{};
    if (::fstat(fd, &kind) != 0)
        return stream_kind::none;
    if (S_ISFIFO(kind.st_mode) || S_ISSOCK(kind.st_mode))
        return stream_kind::waits;
    return S_ISREG(kind.st_mode) || S_ISCHR(kind.st_mode) ? stream_kind::always_ready : stream_kind::none;
}

} // namespace

/// Makes a descriptor non-blocking for a while. Terminals are left alone: the shell shares them with us.
class stdio_server::nonblocking
{
public:
    explicit nonblocking(int fd) : fd_(fd), before_(::fcntl(fd, F_GETFL))
    {
        if (before_ >= 0 && kind_of(fd) == stream_kind::waits)
            ::fcntl(fd, F_SETFL, before_ | O_NONBLOCK);
    }

    ~nonblocking()
    {
        if (before_ >= 0)
            ::fcntl(fd_, F_SETFL, before_);
    }

    nonblocking(const nonblocking&) = delete;
    nonblocking& operator=(const nonblocking&) = delete;

private:
    int fd_;
    int before_;
};

stdio_server::stdio_server(mcp::server& of, mcp::principal who, io::executor where, stdio_settings settings)
    : settings_(settings), framer_(settings.longest_line), input_(where, settings.input, io::ownership::borrowed),
      outbox_(where, settings.output, settings.most_queued_bytes), session_(of, {std::move(who)}, outbox_, where),
      writers_(where, [&of](const std::exception_ptr&) { of.report_bug("the writer of a session failed"); })
{}

stdio_server::~stdio_server() = default;

void stdio_server::stop()
{
    stopped_ = true;
    input_.cancel();
    outbox_.stop_waiting();
}

io::task<int> stdio_server::serve()
{
    std::signal(SIGPIPE, SIG_IGN);
    const nonblocking input(settings_.input);
    const nonblocking output(settings_.output);
    outbox_.on_broken([this] { stop(); });
    writers_.spawn(outbox_.run());
    co_await read_requests();
    if (!stopped_)
        co_await session_.drain(io::deadline::after(settings_.grace));
    // A handler that does not stop is abandoned with the process; its answer is not wanted any more.
    const auto closed = co_await session_.close(io::deadline::after(settings_.winding_up));
    outbox_.finish();
    if (!co_await writers_.join(io::deadline::after(settings_.winding_up))) {
        writers_.cancel_all();
        co_await writers_.join(io::deadline::after(settings_.winding_up));
    }
    static_cast<void>(closed);
    co_return 0;
}

io::task<> stdio_server::read_requests()
{
    const auto kind = kind_of(settings_.input);
    while (!stopped_ && kind != stream_kind::none) {
        const auto got = co_await input_.read_some(framer_.space(), io::deadline::never());
        if (!got)
            co_return;
        framer_.commit(*got);
        if (!co_await take_lines())
            co_return;
        if (*got == 0) {
            if (const auto rest = framer_.end())
                take(*rest);
            co_return;
        }
        if (kind == stream_kind::always_ready)
            co_await io::yield();
    }
}

/// False when nobody reads our answers any more.
io::task<bool> stdio_server::take_lines()
{
    while (const auto one = framer_.next()) {
        take(*one);
        if (!co_await outbox_.room())
            co_return false;
    }
    co_return true;
}

void stdio_server::take(const line& one)
{
    if (one.state == line_state::whole)
        session_.receive(one.text);
    else
        session_.refuse_unread({
            mcp::rpc_code::parse_error,
            fmt::format("Parse error: the line is longer than the limit of {} bytes", settings_.longest_line),
        });
}

io::task<int> serve_stdio(mcp::server& of, mcp::principal who, stdio_settings settings)
{
    stdio_server serving(of, std::move(who), co_await boost::asio::this_coro::executor, settings);
    co_return co_await serving.serve();
}

} // namespace basekeeper::transports
