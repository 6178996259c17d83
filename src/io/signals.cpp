// Asio's signal set.
#include "io/signals.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <string>

namespace basekeeper::io {

namespace asio = boost::asio;

struct signal_stream::registered
{
    explicit registered(const io::executor& where) : signals(where) {}

    asio::signal_set signals;
};

signal_stream::signal_stream(io::executor where, const std::vector<int>& numbers)
    : registered_(std::make_unique<registered>(where))
{
    for (const int number : numbers) {
        boost::system::error_code failed;
        if (number != SIGKILL && number != SIGSTOP)
            registered_->signals.add(number, failed);
    }
}

signal_stream::~signal_stream() = default;

task<result<int>> signal_stream::next()
{
    const auto [failed, number] = co_await registered_->signals.async_wait(asio::as_tuple(asio::use_awaitable));
    if (failed)
        co_return fail(condition::cancelled, "waiting for a signal was cancelled");
    co_return number;
}

task<result<int>> wait_for_signal(std::vector<int> numbers)
{
    asio::signal_set signals(co_await asio::this_coro::executor);
    for (const int number : numbers) {
        boost::system::error_code failed;
        if (number != SIGKILL && number != SIGSTOP)
            signals.add(number, failed);
        if (failed || number == SIGKILL || number == SIGSTOP)
            co_return fail(condition::invalid_argument, "signal " + std::to_string(number) + " cannot be waited for");
    }
    const auto [failed, number] = co_await signals.async_wait(asio::as_tuple(asio::use_awaitable));
    if (failed)
        co_return fail(condition::cancelled, "waiting for a signal was cancelled");
    co_return number;
}

} // namespace basekeeper::io
