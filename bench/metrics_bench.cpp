// What counting costs a call: it must stay below 300 ns.
#include "log/trace.hpp"
#include "metrics/registry.hpp"

#include <benchmark/benchmark.h>

namespace basekeeper::metrics {
namespace {

std::vector<std::string> many_tools()
{
    std::vector<std::string> out;
    for (int i = 0; i < 120; ++i)
        out.push_back("some_tool_with_a_name_" + std::to_string(i));
    return out;
}

void count_call(benchmark::State& state)
{
    registry r(many_tools());
    for (auto _ : state)
        r.call_ended({"some_tool_with_a_name_77", "confirmed", "unavailable", std::chrono::milliseconds{3}});
}

BENCHMARK(count_call);

void count_statement(benchmark::State& state)
{
    registry r({});
    for (auto _ : state)
        r.statement_ended("shop", std::chrono::microseconds{300}, nullptr);
}

BENCHMARK(count_statement);

void make_span(benchmark::State& state)
{
    log::trace_source spans(7);
    for (auto _ : state)
        benchmark::DoNotOptimize(spans.next());
}

BENCHMARK(make_span);

void render(benchmark::State& state)
{
    registry r(many_tools());
    for (const auto& name : many_tools())
        r.call_ended({name, "allowed", "ok", std::chrono::milliseconds{3}});
    for (auto _ : state)
        benchmark::DoNotOptimize(r.render());
}

BENCHMARK(render)->Unit(benchmark::kMicrosecond);

} // namespace
} // namespace basekeeper::metrics
