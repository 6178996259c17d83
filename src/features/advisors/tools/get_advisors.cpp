// get_advisors: what is wrong with a database, and the statements that put it right.
#include "features/advisors/tools/tools.hpp"

namespace basekeeper::advisors::tools {
namespace {

struct args
{
    std::optional<category> type;
    std::string lint;
    std::vector<std::string> schemas;
    std::optional<int> limit;
    std::string cursor;

    static constexpr auto fields = std::tuple{
        json::optional("type", &args::type),
        json::optional("lint", &args::lint, "All findings of this one."),
        json::optional("schemas", &args::schemas, "Exposed ones; default: as set."),
        json::optional("limit", &args::limit, "", {1, 200}),
        json::optional("cursor", &args::cursor),
    };
};

io::task<result<published_report>> run(engine& lints, args in, std::size_t page_bytes, mcp::call& c)
{
    request what{
        .about = in.type,
        .lint = std::move(in.lint),
        .schemas = std::move(in.schemas),
        .cursor = std::move(in.cursor),
        .budget_bytes = page_bytes,
    };
    if (in.limit)
        what.limit = static_cast<std::size_t>(*in.limit);
    auto found = CO_TRY(co_await lints.advise(c.instance(), std::move(what), c.deadline()));
    for (const auto& one : found.lints) {
        c.tally().rows += one.findings.size();
        if (static_cast<std::size_t>(one.count) > one.findings.size())
            c.tally().truncated = true;
    }
    co_return published_report{std::move(found)};
}

} // namespace

mcp::tool get_advisors(engine& lints, std::size_t page_bytes)
{
    return mcp::make_tool<args, published_report>(
        {.name = "get_advisors",
         .group = "database",
         .description = "Finds security and performance faults of the schema, with the SQL that mends them."},
        [&lints, page_bytes](args in, mcp::call& c) { return run(lints, std::move(in), page_bytes, c); }
    );
}

} // namespace basekeeper::advisors::tools
