// The list of this group's tools, resources and prompts.
#include "features/database/tools/tools.hpp"

namespace basekeeper::database::tools {

void add_all(mcp::registry& to, engine& db, const instances::directory& names)
{
    to.add(list_tables(db));
    to.add(get_schema(db));
    to.add(list_extensions(db));
    to.add(query_database(db));
    to.add(execute_sql(db));
    to.add(explain_query(db));
    to.add(schema_resource(db, names));
    to.add(result_table());
    to.add(work_safely(names));
}

} // namespace basekeeper::database::tools
