// The page that shows rows as a table.
#include "features/database/tools/result_table_html.hpp"
#include "features/database/tools/tools.hpp"
#include "mcp/app.hpp"

namespace basekeeper::database::tools {

mcp::resource result_table()
{
    return mcp::make_app(
        {.uri = std::string(result_table_uri),
         .name = "result-table",
         .title = "Result as a table",
         .description = "Shows the rows of a query, or a list of tables.",
         .group = "database"},
        result_table_html
    );
}

} // namespace basekeeper::database::tools
