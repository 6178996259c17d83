// The resource with the schema of an instance.
#include "features/database/tools/tools.hpp"

namespace basekeeper::database::tools {
namespace {

io::task<result<mcp::resource_body>> read(engine& db, std::string instance, mcp::call& c)
{
    schema_request what;
    what.budget_bytes = db.caps().result_bytes / 2;
    const auto page = CO_TRY(co_await db.schema(std::move(instance), std::move(what), c.deadline()));
    c.tally().rows = page.objects.items.size();
    mcp::resource_body out;
    json::encode(out.text, page);
    co_return out;
}

} // namespace

mcp::resource schema_resource(engine& db, const instances::directory& names)
{
    return {
        .uri = "basekeeper://instances/{instance}/schema",
        .name = "schema",
        .title = "Schema of an instance",
        .description = "Tables, views, functions and types of the user schemas, as get_schema level summary.",
        .mime_type = "application/json",
        .group = "database",
        .words = mcp::origin::foreign,
        .read = [&db](mcp::template_variables variables, mcp::call& c) { return read(db, variables["instance"], c); },
        .complete =
            [&names](std::string_view, std::string_view prefix) {
                std::vector<std::string> out;
                for (const auto& name : names.names())
                    if (name.starts_with(prefix))
                        out.push_back(name);
                return out;
            },
    };
}

} // namespace basekeeper::database::tools
