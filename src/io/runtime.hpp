// The I/O thread and the few threads that do blocking work for it.
#pragma once

#include "io/task.hpp"

#include <functional>
#include <memory>

namespace basekeeper::io {

/// Threads for work that blocks or computes: SQLite, files, Argon2. Started on first use, joined by `join()`.
class offload_pool
{
public:
    explicit offload_pool(std::size_t threads);
    ~offload_pool();
    offload_pool(const offload_pool&) = delete;
    offload_pool& operator=(const offload_pool&) = delete;

    /// Queues `work`; it must not throw. Thread-safe.
    void post(std::function<void()> work);

    /// Waits until everything queued has run; nothing may be posted afterwards.
    void join();

private:
    struct threads;
    std::size_t count_;
    std::unique_ptr<threads> threads_;
};

/// Owns the event loop. One thread calls `run()`; every coroutine and all mutable state of the program live on it.
class runtime
{
public:
    runtime();
    ~runtime();
    runtime(const runtime&) = delete;
    runtime& operator=(const runtime&) = delete;

    io::executor executor();
    offload_pool& pool();

    /// Runs until there is nothing left to do or `stop()` was called.
    void run();

    /// Makes `run()` return soon. Thread-safe.
    void stop();

    /// Runs `main` to its end and returns its value; other coroutines run meanwhile. An exception leaves through here.
    int run_main(task<int> main);

private:
    struct loop;
    std::unique_ptr<loop> loop_;
    offload_pool pool_;
};

} // namespace basekeeper::io
