// list_extensions: what is installed and what could be.
#include "features/database/tools/tools.hpp"

namespace basekeeper::database::tools {
namespace {

io::task<result<extension_list>> run(engine& db, mcp::call& c)
{
    auto list = CO_TRY(co_await db.extensions(c.instance(), c.deadline()));
    c.tally().rows = list.extensions.items.size();
    co_return list;
}

} // namespace

mcp::tool list_extensions(engine& db)
{
    return mcp::make_tool<mcp::no_arguments, extension_list>(
        {.name = "list_extensions",
         .group = "database",
         .description = "Lists extensions, installed ones first, with their versions."},
        [&db](mcp::no_arguments, mcp::call& c) { return run(db, c); }
    );
}

} // namespace basekeeper::database::tools
