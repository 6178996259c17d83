// The deployment engine on a simulated Dokploy over real sockets, with a clock of its own for what it remembers.
#pragma once

#include "features/deploy/engine.hpp"
#include "features/rehearsal/server.hpp"
#include "features/rehearsal/simulated_front.hpp"
#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

namespace basekeeper::deploy::test {

/// Everything an engine needs. On one runtime, within one coroutine; `close` at its end.
class scene
{
public:
    explicit scene(io::runtime& on);
    ~scene();
    scene(const scene&) = delete;
    scene& operator=(const scene&) = delete;

    /// A stack that is proven to work.
    io::task<result<>> deploy(std::string name, std::string domain);

    io::task<> close();

    static io::deadline soon() { return io::deadline::after(std::chrono::seconds{30}); }

    manual_clock time{system_clock().wall()}; ///< of health and keys; Dokploy is asked by the machine's
    rehearsal::server dokploy;

private:
    struct house;
    std::unique_ptr<house> house_;

public:
    engine& of;
    std::filesystem::path folder;
};

/// What `work(scene)` comes to.
template <class Work>
void on_scene(Work work)
{
    basekeeper::test::run_on_fresh_runtime([&](io::runtime& on) -> io::task<bool> {
        scene s(on);
        const result<> done = co_await work(s);
        EXPECT_TRUE(done) << done.error().message << " " << done.error().server_text;
        co_await s.close();
        co_return true;
    });
}

} // namespace basekeeper::deploy::test
