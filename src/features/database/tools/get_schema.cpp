// get_schema: the schema as a model reads it, in three levels of detail and within a budget of bytes.
#include "features/database/tools/tools.hpp"

namespace basekeeper::database::tools {
namespace {

struct args
{
    std::vector<std::string> schemas;
    std::string pattern;
    database::detail level = detail::summary;
    int budget = 32'768;
    std::string cursor;

    static constexpr auto fields = std::tuple{
        json::optional("schemas", &args::schemas, "Default: all but the platform's own.", {0, 100}),
        json::optional("pattern", &args::pattern, "LIKE pattern of the name.", {0, 200}),
        json::optional("level", &args::level, "full adds indexes, constraints, policies, triggers; source also code."),
        json::optional("budget", &args::budget, "Bytes per page.", {1'024, 131'072}),
        json::optional("cursor", &args::cursor, "next_cursor of the page before.", {0, 500}),
    };
};

io::task<result<schema_page>> run(engine& db, args in, mcp::call& c)
{
    schema_request what{
        .schemas = std::move(in.schemas),
        .pattern = std::move(in.pattern),
        .level = in.level,
        .budget_bytes = static_cast<std::size_t>(in.budget),
        .cursor = std::move(in.cursor),
    };
    auto page = CO_TRY(co_await db.schema(c.instance(), std::move(what), c.deadline()));
    c.tally().rows = page.objects.items.size();
    c.tally().truncated = page.next_cursor.has_value();
    co_return page;
}

} // namespace

mcp::tool get_schema(engine& db)
{
    return mcp::make_tool<args, schema_page>(
        {.name = "get_schema",
         .group = "database",
         .description = "Describes tables, views, functions and types. Read it before writing SQL.",
         .as_task = mcp::task_support::optional},
        [&db](args in, mcp::call& c) { return run(db, std::move(in), c); }
    );
}

} // namespace basekeeper::database::tools
