// The event loop, the offload threads, and the hand-over between them.
#include "io/runtime.hpp"

#include "io/offload.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace basekeeper::io {

namespace asio = boost::asio;

struct offload_pool::threads
{
    explicit threads(std::size_t count) : pool(count) {}

    asio::thread_pool pool;
};

offload_pool::offload_pool(std::size_t threads) : count_(threads) {}

offload_pool::~offload_pool()
{
    join();
}

void offload_pool::post(std::function<void()> work)
{
    // Threads cost memory and start-up time; many runs of the program never need one.
    if (!threads_)
        threads_ = std::make_unique<threads>(count_);
    asio::post(threads_->pool, std::move(work));
}

void offload_pool::join()
{
    if (threads_)
        threads_->pool.join();
}

struct runtime::loop
{
    asio::io_context context{1};
};

runtime::runtime() : loop_(std::make_unique<loop>()), pool_(2) {}

runtime::~runtime()
{
    // Threads first: their work refers into coroutines that the context destroys.
    pool_.join();
}

io::executor runtime::executor()
{
    return loop_->context.get_executor();
}

offload_pool& runtime::pool()
{
    return pool_;
}

void runtime::run()
{
    loop_->context.run();
}

void runtime::stop()
{
    loop_->context.stop();
}

int runtime::run_main(task<int> main)
{
    int code = 0;
    std::exception_ptr failed;
    loop_->context.restart(); // it is stopped when another main ran before
    asio::co_spawn(loop_->context, std::move(main), [&](std::exception_ptr e, int value) {
        failed = std::move(e);
        code = value;
        loop_->context.stop();
    });
    loop_->context.run();
    if (failed)
        std::rethrow_exception(failed);
    return code;
}

namespace detail {

task<> run_on_pool(offload_pool& pool, std::function<void()> work)
{
    const auto home = co_await asio::this_coro::executor;
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [&pool, &work, &home](auto handler) {
            auto keep_alive = asio::make_work_guard(home);
            auto resume = std::make_shared<decltype(handler)>(std::move(handler));
            pool.post([&work, resume = std::move(resume), keep_alive = std::move(keep_alive)]() mutable {
                work();
                auto where = keep_alive.get_executor();
                asio::post(where, [resume = std::move(resume)]() mutable { std::move (*resume)(); });
            });
        },
        asio::use_awaitable
    );
}

} // namespace detail

} // namespace basekeeper::io
