// list_migrations: what was applied, newest first, and where records, history and schema differ.
#include "features/migrations/tools/tools.hpp"

namespace basekeeper::migrations::tools {
namespace {

struct args
{
    int limit = 100;
    std::string before;
    bool check_schema = false;

    static constexpr auto fields = std::tuple{
        json::optional("limit", &args::limit, "", {1, 1'000}),
        json::optional("before", &args::before, "next_before of the page before.", {0, 32}),
        json::optional("check_schema", &args::check_schema, "Also look for objects that are gone."),
    };
};

struct page_output
{
    migration_page page;

    static boost::json::object json_schema()
    {
        return {
            {"type", "object"}, {"properties", {{"migrations", {{"type", "array"}}}}}, {"required", {"migrations"}}
        };
    }

    void write_json(std::string& out) const { json::encode(out, page); }
};

io::task<result<page_output>> run(engine& of, args in, mcp::call& c)
{
    list_request what{
        .limit = static_cast<std::size_t>(in.limit),
        .before = std::move(in.before),
        .look = in.check_schema ? depth::schema : depth::records,
    };
    auto page = CO_TRY(co_await of.list(c.instance(), std::move(what), c.deadline()));
    c.tally().rows = page.migrations.size();
    c.tally().truncated = page.next_before.has_value();
    co_return page_output{std::move(page)};
}

} // namespace

mcp::tool list_migrations(engine& of)
{
    return mcp::make_tool<args, page_output>(
        {.name = "list_migrations",
         .group = "database",
         .description = "Lists applied migrations, newest first, and where records and database differ."},
        [&of](args in, mcp::call& c) { return run(of, std::move(in), c); }
    );
}

} // namespace basekeeper::migrations::tools
