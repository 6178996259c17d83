// The database group: statements, read-only queries, plans and the catalogue.
#pragma once

#include "features/database/engine.hpp"
#include "mcp/registry.hpp"

#include <string_view>

namespace basekeeper::database::tools {

mcp::tool list_tables(engine& db);
mcp::tool get_schema(engine& db);
mcp::tool list_extensions(engine& db);
mcp::tool execute_sql(engine& db);
mcp::tool query_database(engine& db);
mcp::tool explain_query(engine& db);

/// `basekeeper://instances/{instance}/schema`: the schema summary of an instance.
mcp::resource schema_resource(engine& db, const instances::directory& names);

/// `ui://basekeeper/result-table`: shows rows as a table (MCP Apps).
mcp::resource result_table();
inline constexpr std::string_view result_table_uri = "ui://basekeeper/result-table";

/// How to work safely on a database through this server.
mcp::prompt work_safely(const instances::directory& names);

/// Adds the whole group; `db` and `names` must outlive the registry.
void add_all(mcp::registry& to, engine& db, const instances::directory& names);

} // namespace basekeeper::database::tools
