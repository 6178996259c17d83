// list_tables: tables and views with size, row-level security and comment; columns and keys on request.
#include "features/database/tools/tools.hpp"

namespace basekeeper::database::tools {
namespace {

struct args
{
    std::vector<std::string> schemas;
    std::string pattern;
    bool verbose = false;
    int limit = 100;
    std::string cursor;

    static constexpr auto fields = std::tuple{
        json::optional("schemas", &args::schemas, "Default: all but the platform's own.", {0, 100}),
        json::optional("pattern", &args::pattern, "LIKE pattern of the name.", {0, 200}),
        json::optional("verbose", &args::verbose, "With columns, primary and foreign keys."),
        json::optional("limit", &args::limit, "Tables per page.", {1, 500}),
        json::optional("cursor", &args::cursor, "next_cursor of the page before.", {0, 500}),
    };
};

io::task<result<table_page>> run(engine& db, args in, mcp::call& c)
{
    table_request what{
        .schemas = std::move(in.schemas),
        .pattern = std::move(in.pattern),
        .verbose = in.verbose,
        .limit = static_cast<std::size_t>(in.limit),
        .cursor = std::move(in.cursor),
        .budget_bytes = db.caps().result_bytes / 2,
    };
    auto page = CO_TRY(co_await db.tables(c.instance(), std::move(what), c.deadline()));
    c.tally().rows = page.tables.items.size();
    c.tally().truncated = page.next_cursor.has_value();
    co_return page;
}

} // namespace

mcp::tool list_tables(engine& db)
{
    return mcp::make_tool<args, table_page>(
        {.name = "list_tables",
         .group = "database",
         .description = "Lists tables and views with estimated rows, size and whether row-level security is on.",
         .app = std::string(result_table_uri)},
        [&db](args in, mcp::call& c) { return run(db, std::move(in), c); }
    );
}

} // namespace basekeeper::database::tools
