// advise_indexes: which indexes would make queries cheaper, measured by hypopg where it is installed.
#include "features/inspection/tools/tools.hpp"

namespace basekeeper::inspection::tools {
namespace {

struct args
{
    std::vector<std::string> queries;
    int max_size_mb = 1'024;
    int seconds = 15;

    static constexpr auto fields = std::tuple{
        json::optional("queries", &args::queries, "SELECTs; default: those recorded by pg_stat_statements.", {1, 10}),
        json::optional("max_size_mb", &args::max_size_mb, "Of all indexes together.", {1, 1'000'000}),
        json::optional("seconds", &args::seconds, "", {1, 120}),
    };
};

/// Published in short: the members speak for themselves.
struct output
{
    index_advice advice;

    static boost::json::object json_schema()
    {
        return {
            {"type", "object"},
            {"properties", {{"indexes", {{"type", "array"}}}, {"queries", {{"type", "array"}}}}},
            {"required", {"indexes"}},
        };
    }

    void write_json(std::string& out) const { json::encode(out, advice); }
};

io::task<result<output>> run(engine& db, args in, mcp::call& c)
{
    advice_request what{
        .queries = std::move(in.queries),
        .size_budget_bytes = std::int64_t{in.max_size_mb} << 20U,
        .time_budget = std::chrono::seconds(in.seconds),
    };
    auto advice = CO_TRY(co_await db.advise(c.instance(), std::move(what), c.deadline()));
    c.tally().rows = advice.indexes.size();
    co_return output{std::move(advice)};
}

} // namespace

mcp::tool advise_indexes(engine& db)
{
    return mcp::make_tool<args, output>(
        {.name = "advise_indexes",
         .group = "database",
         .description =
             "Finds indexes that make queries cheaper, checked by planning with them (hypopg). Creates none.",
         .as_task = mcp::task_support::optional},
        [&db](args in, mcp::call& c) { return run(db, std::move(in), c); }
    );
}

} // namespace basekeeper::inspection::tools
