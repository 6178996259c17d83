// query_database: one read, by a login that cannot do anything else.
#include "features/database/tools/tools.hpp"

namespace basekeeper::database::tools {
namespace {

struct args
{
    std::string query;
    std::vector<boost::json::value> params;
    std::vector<std::string> param_types;
    std::optional<int> timeout_ms;
    std::optional<int> max_rows;

    static constexpr auto fields = std::tuple{
        json::required("query", &args::query, "One SELECT, VALUES, TABLE, SHOW or EXPLAIN.", {1, 262'144}),
        json::optional("params", &args::params, "Values of $1, $2, …", {0, 1'000}),
        json::optional("param_types", &args::param_types, "Their types, e.g. int4, uuid.", {0, 1'000}),
        json::optional("timeout_ms", &args::timeout_ms, "", {1, 600'000}),
        json::optional("max_rows", &args::max_rows, "", {1, 50'000}),
    };
};

io::task<result<rows_page>> run(engine& db, args in, mcp::call& c)
{
    read_query what{
        .what = {.sql = std::move(in.query), .params = std::move(in.params), .param_types = std::move(in.param_types)},
        .timeout = std::nullopt,
        .max_rows = std::nullopt,
    };
    if (in.timeout_ms)
        what.timeout = std::chrono::milliseconds(*in.timeout_ms);
    if (in.max_rows)
        what.max_rows = static_cast<std::size_t>(*in.max_rows);
    auto page = CO_TRY(co_await db.query(c.instance(), std::move(what), c.deadline()));
    c.tally().rows = page.outcome.rows.size();
    c.tally().truncated = page.outcome.truncated != pg::truncation::none;
    co_return page;
}

} // namespace

mcp::tool query_database(engine& db)
{
    return mcp::make_tool<args, rows_page>(
        {.name = "query_database",
         .group = "database",
         .description = "Runs one read-only query; it cannot change data, server or session. Prefer it for reading.",
         .as_task = mcp::task_support::optional,
         .app = std::string(result_table_uri)},
        [&db](args in, mcp::call& c) { return run(db, std::move(in), c); }
    );
}

} // namespace basekeeper::database::tools
