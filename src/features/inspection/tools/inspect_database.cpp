// inspect_database: one report at a time, paged, with what to do about it.
#include "features/inspection/tools/tools.hpp"

namespace basekeeper::inspection::tools {
namespace {

struct args
{
    inspection::report report = report::locks;
    int limit = 50;
    int offset = 0;

    static constexpr auto fields = std::tuple{
        json::required("report", &args::report),
        json::optional("limit", &args::limit, "", {1, 500}),
        json::optional("offset", &args::offset, "", {0, 1'000'000}),
    };
};

io::task<result<report_page>> run(engine& db, args in, mcp::call& c)
{
    const report_request what{
        .which = in.report,
        .limit = static_cast<std::size_t>(in.limit),
        .offset = static_cast<std::size_t>(in.offset),
    };
    auto page = CO_TRY(co_await db.inspect(c.instance(), what, c.deadline()));
    c.tally().rows = page.rows.outcome.rows.size();
    c.tally().truncated = page.rows.outcome.truncated != pg::truncation::none;
    co_return page;
}

} // namespace

mcp::tool inspect_database(engine& db)
{
    return mcp::make_tool<args, report_page>(
        {.name = "inspect_database",
         .group = "database",
         .description = "One health report of the database, with what to do about it."},
        [&db](args in, mcp::call& c) { return run(db, in, c); }
    );
}

} // namespace basekeeper::inspection::tools
