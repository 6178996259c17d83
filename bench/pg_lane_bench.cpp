// How many `select 1` per second go through one lane with 16 callers. Needs a database: BASEKEEPER_BENCH_DATABASE_URL.
#include "io/nursery.hpp"
#include "io/runtime.hpp"
#include "pg/pool.hpp"

#include <benchmark/benchmark.h>

#include <cstdlib>

namespace {

using namespace basekeeper;

io::task<> caller(pg::pool& db, int calls, int& failed)
{
    const auto until = io::deadline::after(std::chrono::minutes{1});
    for (int i = 0; i < calls; ++i)
        if (!co_await db.run_shared({"select 1"}, {}, until))
            ++failed;
}

io::task<> caller_alone(pg::pool& db, int calls, int& failed)
{
    const auto until = io::deadline::after(std::chrono::minutes{1});
    for (int i = 0; i < calls; ++i) {
        auto lent = co_await db.acquire(until);
        if (!lent || !co_await (*lent)->query({"select 1"}, {}, pg::overflow::drain, until))
            ++failed;
    }
}

using caller_function = io::task<> (*)(pg::pool&, int, int&);

io::task<int> all_callers(io::runtime& on, pg::target to, caller_function one, benchmark::State& state)
{
    constexpr int calls_each = 2'000;
    const auto callers = static_cast<int>(state.range(0));
    pg::pool db(on.executor(), on.pool(), std::move(to), {.max_lanes = 1, .lane_patience = std::chrono::seconds{1}});
    static_cast<void>(co_await db.run_shared({"select 1"}, {}, io::deadline::after(std::chrono::seconds{10})));
    int failed = 0;
    for (auto _ : state) {
        io::nursery jobs(on.executor(), [](std::exception_ptr bug) { std::rethrow_exception(bug); });
        for (int i = 0; i < callers; ++i)
            jobs.spawn(one(db, calls_each, failed));
        static_cast<void>(co_await jobs.join(io::deadline::never()));
    }
    state.SetItemsProcessed(state.iterations() * callers * calls_each);
    if (failed > 0)
        state.SkipWithError("some calls failed");
    static_cast<void>(co_await db.close(io::deadline::after(std::chrono::seconds{5})));
    co_return 0;
}

void measure(benchmark::State& state, caller_function one)
{
    const char* url = std::getenv("BASEKEEPER_BENCH_DATABASE_URL");
    auto to = pg::parse_target(url != nullptr ? url : "");
    if (!to) {
        state.SkipWithError("set BASEKEEPER_BENCH_DATABASE_URL");
        return;
    }
    io::runtime on;
    on.run_main(all_callers(on, *std::move(to), one, state));
}

void lane(benchmark::State& state)
{
    measure(state, caller);
}

void exclusive(benchmark::State& state)
{
    measure(state, caller_alone);
}

BENCHMARK(lane)->Arg(1)->Arg(16)->UseRealTime()->MinTime(3);
BENCHMARK(exclusive)->Arg(1)->Arg(8)->UseRealTime()->MinTime(2);

} // namespace
